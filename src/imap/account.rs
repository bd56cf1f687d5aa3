//! The operator's IMAP account, and its password, which is no option: it stands in a file or comes from a command.

use std::path::PathBuf;
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use super::ImapError;

/// A command that asks a keyring may ask a person.
const COMMAND: Duration = Duration::from_secs(60);

/// Where mail is fetched from.
#[derive(Debug, Clone)]
pub struct Account {
    /// Host and port.
    pub server: String,
    /// How the connection is kept from others.
    pub security: Security,
    /// Certificates to trust beside those of the web, in PEM form.
    pub ca: Option<PathBuf>,
    /// Login name.
    pub user: String,
    /// Where the password is.
    pub password: Password,
    /// Folders that are searched for newsletters by `List-Id` and sender.
    pub folders: Vec<String>,
}

impl Account {
    /// The host, for its certificate.
    pub(super) fn host(&self) -> &str {
        let host = self.server.rsplit_once(':').map_or(self.server.as_str(), |(host, _)| host);
        host.trim_matches(['[', ']'])
    }
}

/// How the connection is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 993).
    Tls,
    /// TLS after a word (port 143).
    StartTls,
    /// Not at all: only to this very machine.
    None,
}

impl FromStr for Security {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "tls" => Ok(Self::Tls),
            "starttls" => Ok(Self::StartTls),
            "none" => Ok(Self::None),
            other => Err(format!("{other:?} is none of \"tls\", \"starttls\" and \"none\"")),
        }
    }
}

/// Where a password is.
#[derive(Debug, Clone)]
pub enum Password {
    /// The first line of a file.
    File(PathBuf),
    /// The first line that a command of the shell prints.
    Command(String),
}

impl Password {
    /// Reads it anew, so that it can be changed while the server runs.
    pub(super) async fn read(&self) -> Result<String, ImapError> {
        let (text, place) = match self {
            Self::File(path) => {
                let read = tokio::fs::read(path).await;
                let why = |e| ImapError::Account(format!("imap.password_file can't be read: {e}"));
                (read.map_err(why)?, "imap.password_file")
            }
            Self::Command(command) => (run(command).await?, "imap.password_command"),
        };
        let text = String::from_utf8(text)
            .map_err(|_| ImapError::Account(format!("{place} gives no UTF-8")))?;
        match text.lines().next() {
            Some(line) if !line.is_empty() => Ok(line.to_owned()),
            _ => Err(ImapError::Account(format!(
                "{place} gives no password: its first line is empty"
            ))),
        }
    }
}

async fn run(command: &str) -> Result<Vec<u8>, ImapError> {
    let why =
        |detail: String| ImapError::Account(format!("imap.password_command failed: {detail}"));
    let child = tokio::process::Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(COMMAND, child)
        .await
        .map_err(|_| why(format!("it took more than {} s", COMMAND.as_secs())))?
        .map_err(|e| why(e.to_string()))?;
    if output.status.success() { Ok(output.stdout) } else { Err(why(output.status.to_string())) }
}
