//! A reader: what they asked for, how their brief is made, and what they said of it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{InsightId, SecretHash, SourceId, SubscriberId, Timestamp};

/// Insights of an edition where the reader asks for no other number.
pub const EDITION_SIZE: u8 = 5;
/// The most that may be asked for.
pub const MOST_SIZE: u8 = 10;

/// One reader. No name, no address, no password.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscriber {
    /// Minted from random bytes, never from the secret; it may stand in entry ids.
    pub id: SubscriberId,
    /// When.
    pub created: Timestamp,
    /// What they are interested in, in their own words.
    #[serde(default)]
    pub interests: String,
    /// Slugs of topics they follow.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Sources they follow.
    #[serde(default)]
    pub sources: Vec<SourceId>,
    /// Sources that never appear in their brief.
    #[serde(default)]
    pub muted: Vec<SourceId>,
    /// Queries kept as topics of their own.
    #[serde(default)]
    pub saved: Vec<SavedQuery>,
    /// IANA name.
    pub zone: String,
    /// Of their day, 0 to 23.
    pub hour: u8,
    /// Insights of an edition, 1 to [`MOST_SIZE`].
    pub size: u8,
    /// Which of the two feeds is offered first.
    pub shape: Shape,
    /// When editions are made.
    pub days: Days,
    /// One insight of an edition may come from outside the profile.
    pub explore: bool,
    /// What their entries and pages speak, BCP 47; empty is the default.
    #[serde(default)]
    pub language: String,
    /// How far their brief has come.
    #[serde(default)]
    pub progress: Progress,
}

/// A topic that is one reader's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedQuery {
    /// For people.
    pub name: String,
    /// As in the address: `q=…&topic=…`.
    pub query: String,
    /// When.
    pub saved: Timestamp,
}

/// What one entry of the feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// An edition.
    Digest,
    /// An insight.
    Items,
}

/// On which days editions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    /// Every day.
    Daily,
    /// Monday to Friday.
    Weekdays,
    /// Mondays.
    Weekly,
}

/// How far a reader's brief has come. Written with editions only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The last local day that was seen to, with or without an edition.
    pub day: Option<Date>,
    /// Editions so far, which is the number of the last.
    pub editions: u64,
    /// The last edition took insights up to this `seq`; the next begins above it.
    pub seq: u64,
}

/// A way in: the hash of a secret, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Of the secret.
    pub hash: SecretHash,
    /// Whose.
    pub subscriber: SubscriberId,
    /// When it was made.
    pub created: Timestamp,
    /// Set when the address was changed: from then on the old feed only says so, until it ends.
    #[serde(default)]
    pub moved: Option<Moved>,
}

/// The grace of an address that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// When it was changed.
    pub at: Timestamp,
    /// From then on nobody is there.
    pub until: Timestamp,
}

/// A link for a friend, good for one sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// Of the secret in the link.
    pub hash: SecretHash,
    /// When it was made.
    pub created: Timestamp,
    /// From then on it opens nothing.
    pub until: Timestamp,
}

/// What a reader said of an insight. One of each insight: the last counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    /// Whose.
    pub subscriber: SubscriberId,
    /// Of which insight.
    pub insight: InsightId,
    /// What.
    pub kind: VoteKind,
    /// When.
    pub at: Timestamp,
    /// What was voted on, kept so that the vote outlives the insight.
    pub headline: String,
    /// Its show.
    pub source: SourceId,
    /// Its topics.
    #[serde(default)]
    pub topics: Vec<String>,
}

/// What can be said of an insight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoteKind {
    /// More like this.
    More,
    /// Less like this.
    Less,
    /// Right for me, but I knew it.
    Knew,
}
