//! What writes take and lists give: whole intents, so that a backend can commit each in one transaction.

use serde::{Deserialize, Serialize};

use super::Writing;
use crate::model::{
    BlobId, Chapter, Entry, Insight, InsightId, Item, ItemId, PollState, Problem, Sender, SourceId,
    SourceStatus, Timestamp, TranscriptOrigin,
};
use crate::text::embed::Vector;

/// Whether something was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was not there before.
    New,
    /// It was there already and is unchanged.
    Existing,
}

/// The outcome of one poll.
#[derive(Debug, Clone)]
pub struct PollOutcome {
    /// Whose.
    pub source: SourceId,
    /// The new state, `next` included: the next poll is queued for it while the status is active.
    pub state: PollState,
    /// The new status.
    pub status: SourceStatus,
    /// Where to ask from now on, if it moved.
    pub url: Option<String>,
    /// What the feed says of itself, if it was read.
    pub profile: Option<Profile>,
    /// Items not recorded yet, in the order of the feed.
    pub new: Vec<NewItem>,
    /// Known items whose row changed (for example a transcript was linked since) and that are not published.
    pub changed: Vec<Item>,
}

/// What a feed says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Plain text.
    pub title: String,
    /// The site's page.
    pub link: Option<String>,
    /// Plain text.
    pub description: String,
    /// As printed.
    pub author: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// `podcast:guid`.
    pub podcast_guid: Option<String>,
    /// `podcast:medium`.
    pub medium: Option<String>,
}

/// An item seen for the first time.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// Its row; the state says whether it goes through the pipeline (`New`) or not (`Skipped`).
    pub item: Item,
    /// When its first job is due, if it goes through the pipeline.
    pub due: Timestamp,
}

/// A message that came for a mailbox.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Whose.
    pub source: SourceId,
    /// Its row, with [`crate::model::MailFacts`] whose `seq` the store mints; nothing if it is stored as nothing.
    pub item: Option<Item>,
    /// A sender to be known from now on, if none is.
    pub learn: Option<Sender>,
    /// When it came; its first job is due then.
    pub now: Timestamp,
}

/// An item's words, found.
#[derive(Debug, Clone)]
pub struct TranscriptOutcome {
    /// Whose.
    pub item: ItemId,
    /// The body that holds them.
    pub body: BlobId,
    /// Where they came from.
    pub origin: TranscriptOrigin,
    /// Who recognised them, if they were.
    pub recognised_by: Option<String>,
    /// What was wrong with a better source of words, if anything.
    pub problem: Option<Problem>,
    /// Its chapters, as far as they can be had.
    pub chapters: Vec<Chapter>,
    /// How far its times may be off.
    pub drift_ms: Option<u64>,
    /// Due time of the extraction.
    pub now: Timestamp,
}

/// An item without a transcript, whose speech is to be recognised.
#[derive(Debug, Clone)]
pub struct Unheard {
    /// Whose.
    pub item: ItemId,
    /// Who will do it.
    pub by: String,
    /// What is wrong, if it was tried.
    pub problem: Option<Problem>,
    /// Due time of the work, if it is not queued.
    pub now: Timestamp,
}

/// An item's insights, ready to be published.
#[derive(Debug, Clone)]
pub struct Extraction {
    /// Whose.
    pub item: ItemId,
    /// Where the words came from.
    pub origin: TranscriptOrigin,
    /// Best first; may be empty.
    pub publications: Vec<Publication>,
    /// What came of a language model's part in it, if it had any.
    pub writing: Option<Writing>,
}

/// One insight and its entry. The store mints `insight.seq`.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The insight.
    pub insight: Insight,
    /// What feeds will say of it for ever.
    pub entry: Entry,
    /// Its vector. Without one, work to make it is queued.
    pub embedding: Option<Embedding>,
}

/// An insight's direction in meaning, as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    /// Whose.
    pub insight: InsightId,
    /// The encoder and the way of keeping that made it (`text::embed::MODEL`); others are not comparable.
    pub model: String,
    /// The vector.
    pub vector: Vector,
}

/// Which insights.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All public ones.
    Latest,
    /// Public ones of a topic, by slug.
    Topic(String),
    /// Those of a source.
    Source(SourceId),
}

/// Minted at first start and kept for ever, because permanent ids rest on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// 20 random characters.
    pub id: String,
    /// The authority part of our `tag:` URIs (RFC 4151), with its date: `example.org,2026-11-24`.
    pub authority: String,
    /// When.
    pub created: Timestamp,
}

/// For status lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Sources.
    pub sources: usize,
    /// Items, skipped ones included.
    pub items: usize,
    /// Insights, private ones included.
    pub insights: usize,
    /// Queued jobs, future polls included.
    pub jobs: usize,
    /// Listeners of our hub.
    #[serde(default)]
    pub listeners: usize,
}
