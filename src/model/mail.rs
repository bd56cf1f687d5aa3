//! Newsletters by mail: the mailbox of a source, and what is kept of a message beside its text.

use serde::{Deserialize, Serialize};

use super::{BlobId, Timestamp};

/// Where a newsletter comes to, and who may feed it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The local part of its address: `{name}-{secret}`, lower case. The domain is the operator's choice and may change.
    pub local: String,
    /// What becomes of mail that nobody vouches for.
    #[serde(default)]
    pub policy: MailPolicy,
    /// Senders that may feed it. The first one is learned from the first message, others are the operator's word.
    #[serde(default)]
    pub senders: Vec<Sender>,
    /// What of the operator's own IMAP account is for it.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// The last message.
    #[serde(default)]
    pub last: Option<Timestamp>,
    /// Messages that were stored as nothing: automatic answers, reports of failed delivery, loops.
    #[serde(default)]
    pub ignored: u64,
}

/// What becomes of a message whose sender is not known, or who can't be the one named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailPolicy {
    /// Published as all others, with the verdict beside it.
    Accept,
    /// Kept and shown to the operator, but not published until its sender is trusted.
    #[default]
    Flag,
    /// Refused where that is still possible (SMTP, LMTP, pipe), else as `Flag`.
    Reject,
}

/// How a message in an IMAP account is known to be a newsletter's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "is", rename_all = "snake_case")]
pub enum Route {
    /// All that is in this folder.
    Folder(String),
    /// The identifier in `List-Id` (RFC 2919), lower case, without its brackets.
    ListId(String),
    /// The address in `From`, lower case.
    Sender(String),
}

/// How far a folder of an IMAP account was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// Account and folder.
    pub name: String,
    /// `UIDVALIDITY` (RFC 9051 2.3.1.1): if it changes, all is read again.
    pub validity: u32,
    /// The last UID that was looked at.
    pub seen: u32,
}

/// A sender that may feed a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The address in `From`, lower case.
    pub address: String,
    /// Whether its messages were authenticated when it was learned; then later ones must be, too.
    #[serde(default)]
    pub verified: bool,
    /// When.
    pub since: Timestamp,
}

/// What is kept of a message with its item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFacts {
    /// Its place in the order of arrival, minted by the store: full-text feeds are ordered by it.
    pub seq: u64,
    /// The address in `From`, lower case; empty if there is none.
    pub from: String,
    /// Who sent it, as far as it can be told.
    pub verdict: Verdict,
    /// Why it is not published until the operator says so.
    #[serde(default)]
    pub held: Option<String>,
    /// A confirmation or forwarding check: for the operator's eyes only, never published.
    #[serde(default)]
    pub notice: Option<Notice>,
    /// Where the newsletter can be left (RFC 2369), for the operator's eyes only.
    #[serde(default)]
    pub unsubscribe: Option<String>,
    /// Pictures that came with it, served by us.
    #[serde(default)]
    pub images: Vec<MailImage>,
}

/// A picture that came inside a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailImage {
    /// Its bytes.
    pub body: BlobId,
    /// By its first bytes, not by what the message says.
    pub media_type: String,
}

/// What authentication said of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// In sum.
    pub sender: Authenticity,
    /// The domain in `From` that it is about; empty if it is about no one domain, or not told.
    #[serde(default)]
    pub domain: String,
    /// RFC 7208: `pass`, `fail`, …; empty if not looked at, as for all others.
    #[serde(default)]
    pub spf: String,
    /// RFC 6376.
    #[serde(default)]
    pub dkim: String,
    /// RFC 7489.
    #[serde(default)]
    pub dmarc: String,
    /// RFC 8617.
    #[serde(default)]
    pub arc: String,
}

impl Verdict {
    /// Whether DNS failed, so that another time might tell more.
    pub fn is_temporary(&self) -> bool {
        self.sender == Authenticity::Unknown
            && [&self.spf, &self.dkim, &self.dmarc].iter().any(|r| *r == "temperror")
    }
}

/// Whether two domains are the same, or one is below the other (RFC 7489 3.1, without a list of public suffixes: both
/// have two labels at least).
pub fn aligned(a: &str, b: &str) -> bool {
    let labels = |d: &str| d.split('.').filter(|l| !l.is_empty()).count();
    let below = |long: &str, short: &str| {
        labels(short) >= 2
            && long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    below(a, b) || below(b, a)
}

/// Whether the sender is who `From` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authenticity {
    /// Nobody looked, or nothing could be told.
    #[default]
    Unknown,
    /// A signature or path that fits the domain in `From`.
    Pass,
    /// The domain in `From` disowns it.
    Fail,
}

/// A message that wants something of the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is.
    pub kind: NoticeKind,
    /// To be followed.
    #[serde(default)]
    pub link: Option<String>,
    /// To be typed.
    #[serde(default)]
    pub code: Option<String>,
}

/// What a message wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// That a subscription is confirmed.
    Confirmation,
    /// That a forwarding is allowed.
    Forwarding,
}
