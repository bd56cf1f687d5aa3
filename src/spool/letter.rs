//! A letter and its envelope, and their form in a spool file: one line of JSON with the size, the message as it came,
//! one line end; and the next. People can read it, and so can any later version.

use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{SourceId, Timestamp, Verdict};

/// A message as it came, with what is known of its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its way.
    pub envelope: Envelope,
    /// As it came, behind what we wrote in front of it.
    pub bytes: Arc<[u8]>,
}

impl Letter {
    /// As its sender handed it over.
    pub fn sent(&self) -> &[u8] {
        self.bytes.get(self.envelope.trace..).unwrap_or(&self.bytes)
    }
}

/// What is known of a message beside its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// For whom.
    pub to: Vec<Recipient>,
    /// `MAIL FROM`; empty for none (`<>`) or where it isn't known.
    #[serde(default)]
    pub from: String,
    /// Which door.
    pub via: Via,
    /// Who brought it, over SMTP.
    #[serde(default)]
    pub peer: Option<IpAddr>,
    /// What that host called itself.
    #[serde(default)]
    pub helo: String,
    /// When.
    pub received: Timestamp,
    /// What authentication said, if it was asked before the message was taken.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// Bytes of the trace (RFC 5321 4.4) that we wrote in front of the message.
    #[serde(default)]
    pub trace: usize,
}

/// One mailbox a message is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Whose.
    pub source: SourceId,
    /// As the sender wrote it; never published.
    pub address: String,
}

/// Which door a message came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// From any host.
    Smtp,
    /// From our own MTA.
    Lmtp,
    /// `podbrief deliver`.
    Pipe,
    /// Fetched from a mailbox elsewhere.
    Imap,
    /// The operator's own archive.
    Import,
}

#[derive(Serialize, Deserialize)]
struct Head {
    size: usize,
    #[serde(flatten)]
    envelope: Envelope,
}

pub(super) fn write(letter: &Letter, out: &mut impl Write) -> io::Result<()> {
    let head = Head { size: letter.bytes.len(), envelope: letter.envelope.clone() };
    serde_json::to_writer(&mut *out, &head)?;
    out.write_all(b"\n")?;
    out.write_all(&letter.bytes)?;
    out.write_all(b"\n")
}

pub(super) fn read(mut bytes: &[u8]) -> io::Result<Vec<Letter>> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut letters = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.iter().position(|b| *b == b'\n').ok_or_else(|| bad("a head has no end"))?;
        let head: Head = serde_json::from_slice(&bytes[..end])?;
        let body = bytes.get(end + 1..end + 1 + head.size).ok_or_else(|| bad("a letter is cut"))?;
        letters.push(Letter { envelope: head.envelope, bytes: body.into() });
        bytes = bytes.get(end + 2 + head.size..).unwrap_or_default();
    }
    Ok(letters)
}
