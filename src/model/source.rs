//! What we read: a feed that is polled, or a mailbox that newsletters come to. Never our output.

use serde::{Deserialize, Serialize};

use super::{Lease, Mailbox, Rhythm, SourceId, SubscriberId, Timestamp, Why};

/// A podcast or article feed, or a mailbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Permanent name.
    pub id: SourceId,
    /// Where its items come from.
    pub kind: SourceKind,
    /// As the source calls itself; the address until it was read once.
    pub title: String,
    /// The source's own page.
    #[serde(default)]
    pub link: Option<String>,
    /// One paragraph of plain text.
    #[serde(default)]
    pub description: String,
    /// The source's author or owner as it prints it.
    #[serde(default)]
    pub author: Option<String>,
    /// BCP 47, as given by the source.
    #[serde(default)]
    pub language: Option<String>,
    /// `podcast:guid`, which stays when the feed moves.
    #[serde(default)]
    pub podcast_guid: Option<String>,
    /// `podcast:medium`, as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// Who may see what comes from it.
    pub visibility: Visibility,
    /// Whether it is polled.
    pub status: SourceStatus,
    /// When the operator added it.
    pub added: Timestamp,
    /// What polling has learned.
    #[serde(default)]
    pub poll: PollState,
    /// The subscription at its hub, if there is one (W3C WebSub).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Whether its speech is recognised; nothing if the operator has said nothing of this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech: Option<SpeechPolicy>,
    /// What its items offered and gave.
    #[serde(default)]
    pub coverage: Coverage,
}

/// When an episode's speech is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpeechPolicy {
    /// Show notes serve where there is no transcript.
    Never,
    /// Where there is no transcript that can be read.
    Missing,
    /// Even where there is one: it may be worse.
    Always,
}

impl SpeechPolicy {
    /// All, with their names.
    pub const NAMED: [(&'static str, Self); 3] =
        [("never", Self::Never), ("missing", Self::Missing), ("always", Self::Always)];

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, policy)| *policy)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMED.iter().find(|(_, policy)| *policy == self).map_or("", |(name, _)| name)
    }
}

impl Source {
    /// The address asked, of a feed.
    pub fn feed_url(&self) -> Option<&str> {
        match &self.kind {
            SourceKind::Feed { url } => Some(url),
            SourceKind::Mailbox(_) => None,
        }
    }

    /// The mailbox, if mail comes to it.
    pub fn mailbox(&self) -> Option<&Mailbox> {
        match &self.kind {
            SourceKind::Feed { .. } => None,
            SourceKind::Mailbox(mailbox) => Some(mailbox),
        }
    }
}

/// Where items come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SourceKind {
    /// Polled over HTTP.
    Feed {
        /// The address asked now, after permanent redirects.
        url: String,
    },
    /// Mail to an address of its own.
    Mailbox(Mailbox),
}

/// Whose eyes a source and all that comes from it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", content = "subscriber", rename_all = "snake_case")]
pub enum Visibility {
    /// In every feed.
    Public,
    /// In one reader's brief only; absent from every public list, count and relation.
    Private(SubscriberId),
}

impl Visibility {
    /// Of what feeds no brief yet: no reader is made of this name.
    pub fn nobodys() -> Self {
        Self::Private(SubscriberId::new("operator"))
    }

    /// Whether `viewer` (nobody in particular if `None`) may see it.
    pub fn allows(&self, viewer: Option<&SubscriberId>) -> bool {
        match self {
            Self::Public => true,
            Self::Private(owner) => viewer == Some(owner),
        }
    }
}

/// Whether a source is polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceStatus {
    /// Polled when due.
    Active,
    /// Stopped by the operator.
    Paused,
    /// The host said 410: not polled again unless added again (RFC 9110 15.5.11).
    Gone,
}

/// What to send back so that the host can answer 304 (RFC 9110 13.1), as opaque text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, quotes and weakness mark included.
    #[serde(default)]
    pub etag: Option<String>,
    /// `Last-Modified` as the host wrote it.
    #[serde(default)]
    pub last_modified: Option<String>,
}

/// What polling a feed has learned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PollState {
    /// For the next conditional request.
    #[serde(default)]
    pub validators: Validators,
    /// SHA-256 (hex) of the last body, for hosts whose validators flap.
    #[serde(default)]
    pub body_hash: Option<String>,
    /// Last attempt.
    #[serde(default)]
    pub last: Option<Timestamp>,
    /// Last attempt that brought or confirmed a feed.
    #[serde(default)]
    pub last_success: Option<Timestamp>,
    /// When it is due.
    #[serde(default)]
    pub next: Timestamp,
    /// Failures in a row.
    #[serde(default)]
    pub failures: u32,
    /// Last HTTP status.
    #[serde(default)]
    pub http_status: Option<u16>,
    /// A permanent redirect's target and how often in a row it was seen.
    #[serde(default)]
    pub moved: Option<(String, u32)>,
    /// What is wrong now.
    #[serde(default)]
    pub problem: Option<Problem>,
    /// What the feed says of when to ask it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rhythm: Rhythm,
    /// When its newest items were published, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Timestamp>,
    /// Why `next` is what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// The hub it names, and the topic it is known by there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<(String, String)>,
    /// Until when its host asked to be left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Timestamp>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One clear error: what happened, and what the operator can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// One sentence.
    pub what: String,
    /// One sentence.
    pub hint: String,
    /// Since when.
    pub since: Timestamp,
}

/// What a source's items that went through the pipeline offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Items known, skipped ones included.
    pub items: u32,
    /// Items that went through the pipeline.
    pub processed: u32,
    /// Of these, with a transcript that could be read.
    pub with_transcript: u32,
    /// Insights published.
    pub insights: u32,
    /// Passages that a language model was to write of.
    #[serde(default, skip_serializing_if = "is_default")]
    pub to_write: u32,
    /// Of these, told in its words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub written: u32,
    /// Insights that it wrote and that were dropped, because what was said does not bear them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dropped: u32,
}
