//! Work as data. A job names what to do; running it twice changes nothing.

use serde::{Deserialize, Serialize};

use super::{ItemId, SourceId, SubscriberId, Timestamp};

/// Queued work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What to do; also the job's identity, so that nothing is queued twice.
    pub kind: JobKind,
    /// Not before.
    pub due: Timestamp,
    /// Failed attempts so far.
    #[serde(default)]
    pub attempts: u32,
    /// The last failure.
    #[serde(default)]
    pub error: Option<String>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "job", content = "of", rename_all = "snake_case")]
pub enum JobKind {
    /// Ask a feed for news; stays in the queue for ever, moving its due time.
    Poll(SourceId),
    /// Get an item's words.
    Transcribe(ItemId),
    /// Recognise the speech of an item that has no transcript: one at a time, when nobody waits for it.
    Recognise(ItemId),
    /// Make and publish its insights.
    Extract(ItemId),
    /// Have a language model write its insights, and publish them.
    Write(ItemId),
    /// Have a language model say how its insights stand to near ones.
    Relate(ItemId),
    /// Make a reader's edition; stays in the queue for ever, moving its due time.
    Compose(SubscriberId),
    /// Make vectors of insights that have none of the present model, a few at a time.
    Embed,
}

impl JobKind {
    /// One line that names the job in keys and logs.
    pub fn key(&self) -> String {
        match self {
            Self::Poll(id) => format!("poll/{id}"),
            Self::Transcribe(id) => format!("transcribe/{id}"),
            Self::Recognise(id) => format!("recognise/{id}"),
            Self::Extract(id) => format!("extract/{id}"),
            Self::Write(id) => format!("write/{id}"),
            Self::Relate(id) => format!("relate/{id}"),
            Self::Compose(id) => format!("compose/{id}"),
            Self::Embed => "embed".to_owned(),
        }
    }
}

impl Job {
    /// Fresh work.
    pub fn new(kind: JobKind, due: Timestamp) -> Self {
        Self { kind, due, attempts: 0, error: None }
    }
}
