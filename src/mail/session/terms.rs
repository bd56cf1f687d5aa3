//! What a session and whoever drives it say to each other.

use super::super::command::Path;

/// Errors after which a client is hung up on.
pub(super) const MAX_ERRORS: u32 = 20;
/// Unknown recipients after which it is taken for a guesser.
pub(super) const MAX_UNKNOWN: u32 = 10;
/// Commands that move nothing.
pub(super) const MAX_IDLE: u32 = 200;
/// Recipients of one message (RFC 5321 4.5.3.1.8 asks for 100).
pub(super) const MAX_RECIPIENTS: usize = 100;
/// Bytes of a command line (RFC 5321 4.5.3.1.4 and the extensions' additions).
pub(super) const MAX_COMMAND: usize = 2048;

/// Which language is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 5321.
    Smtp,
    /// RFC 2033.
    Lmtp,
}

/// What a session keeps to.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Our name.
    pub host: String,
    /// Bytes.
    pub max_message: usize,
    /// Bytes of one line of a message.
    pub max_line: usize,
    /// Whether STARTTLS can be had.
    pub tls: bool,
}

/// What the session waits for.
#[derive(Debug, PartialEq, Eq)]
pub enum Need {
    /// Bytes of the client: send the output, read, and [`Session::push`].
    Input,
    /// Whether there is such a mailbox: [`Session::resolved`].
    Resolve(String),
    /// That a message is kept: [`Session::delivered`].
    Deliver(Transaction),
    /// Send the output, shake hands, and [`Session::tls_started`].
    Tls,
    /// Send the output and hang up.
    Close,
}

/// A message with its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Empty for `<>`.
    pub from: String,
    /// As resolved, in order.
    pub to: Vec<String>,
    /// As it came, dots undone.
    pub bytes: Vec<u8>,
}

/// Whether there is a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// There is.
    Known,
    /// There is not.
    Unknown,
    /// It can't be told now.
    Later,
}

/// What became of a message for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is safe.
    Kept,
    /// It is not, and the client is to try again.
    Later,
    /// It is not, because the disk is full; the client is to try again.
    Full,
    /// It is refused for good.
    Refused(String),
}

/// What is wrong with a path, as a reply.
pub(super) fn fault(path: &Path, utf8: bool) -> Option<String> {
    if let Some(name) = &path.unknown {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        return Some(format!("555 5.5.4 the parameter {name} is not known"));
    }
    (!path.address.is_ascii() && !utf8)
        .then(|| "553 5.6.7 say SMTPUTF8 for such an address".to_owned())
}
