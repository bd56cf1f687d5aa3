//! The message between DATA and its end (RFC 5321 4.5.2, 2.3.8): only CRLF ends a line, only CRLF.CRLF ends the data.
//! A message with a bare CR or LF is swallowed to its true end and refused, so that nothing can be smuggled behind it.

use super::session::Limits;

/// What is read of a message.
#[derive(Debug, Default)]
pub(super) struct Data {
    bytes: Vec<u8>,
    fault: Option<Fault>,
    /// The line before did not end in CRLF, so a dot on this one ends nothing.
    torn: bool,
}

/// Why a message is refused at its end. The first fault counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    BareLineEnd,
    TooLarge,
    /// There is no room for it now.
    NoRoom,
}

/// How far the data has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// More is needed.
    Open,
    /// It ended.
    Ended,
    /// A line without end: the connection is beyond mending.
    LineTooLong,
}

impl Data {
    /// Bytes held.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Lets go of what is held; the message is refused at its end.
    pub fn fail(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
        self.bytes = Vec::new();
    }

    /// The message, or why it is refused.
    pub fn finish(self) -> Result<Vec<u8>, Fault> {
        match self.fault {
            None => Ok(self.bytes),
            Some(fault) => Err(fault),
        }
    }

    /// Takes whole lines off the front of `input`; gives how many bytes that were.
    pub fn take(&mut self, input: &[u8], limits: &Limits) -> (usize, Progress) {
        let mut at = 0;
        while let Some(length) = memchr::memchr(b'\n', &input[at..]) {
            let line = &input[at..=at + length];
            at += line.len();
            let whole = line.ends_with(b"\r\n");
            let dot = line == b".\r\n" && !self.torn;
            self.torn = !whole;
            if dot {
                return (at, Progress::Ended);
            }
            if line.len() > limits.max_line {
                return (at, Progress::LineTooLong);
            }
            // A CR that no LF follows is one inside of the line.
            let inner = &line[..line.len() - if whole { 2 } else { 1 }];
            if !whole || memchr::memchr(b'\r', inner).is_some() {
                self.fail(Fault::BareLineEnd);
            }
            if self.fault.is_none() {
                let text = line.strip_prefix(b".").unwrap_or(line);
                if self.bytes.len() + text.len() > limits.max_message {
                    self.fail(Fault::TooLarge);
                } else {
                    self.bytes.extend_from_slice(text);
                }
            }
        }
        let long = input.len() - at > limits.max_line;
        (at, if long { Progress::LineTooLong } else { Progress::Open })
    }
}
