//! One reader's brief of one day: frozen, because feed readers keep what they saw once.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{InsightId, SourceId, SubscriberId, Timestamp};

/// Stands for our own address in frozen HTML. No text that comes in can hold it: it is taken out of all that is
/// published.
pub const BASE: char = '\u{1}';

/// What was chosen for one reader on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// Whose.
    pub subscriber: SubscriberId,
    /// In the reader's zone; there is one edition of each at most.
    pub day: Date,
    /// From 1, in the order they were made. Minted by the store.
    pub number: u64,
    /// When it was made, which is when it was published.
    pub made: Timestamp,
    /// RFC 4151 `tag:` URI.
    pub entry_id: String,
    /// Plain text.
    pub title: String,
    /// Best first.
    pub picks: Vec<Pick>,
}

/// One insight of an edition, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    /// Which.
    pub insight: InsightId,
    /// Its show.
    pub source: SourceId,
    /// The show's name.
    pub show: String,
    /// RFC 4151 `tag:` URI of its own entry, which differs from that of the public one.
    pub entry_id: String,
    /// Plain text.
    pub title: String,
    /// Plain text, the claim.
    pub summary: String,
    /// XML-safe plain HTML: claim, quote and where to hear it.
    pub content_html: String,
    /// The links under it, which are this reader's own; [`BASE`] stands where our own address belongs.
    pub links_html: String,
    /// Why it was chosen, in words.
    pub reason: String,
    /// It comes from outside the profile.
    #[serde(default)]
    pub explores: bool,
    /// It is private to this reader.
    #[serde(default)]
    pub private: bool,
    /// Speaker first where known, then the show.
    #[serde(default)]
    pub authors: Vec<String>,
    /// (slug, name) of each topic.
    #[serde(default)]
    pub topics: Vec<(String, String)>,
    /// Where to hear or read it.
    #[serde(default)]
    pub via: Option<String>,
    /// BCP 47.
    #[serde(default)]
    pub language: Option<String>,
}

/// An insight that a reader has been given. Kept for ever, so that nothing is given twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivered {
    /// Who got it.
    pub subscriber: SubscriberId,
    /// What.
    pub insight: InsightId,
    /// In which edition.
    pub edition: u64,
    /// The beginning of the claim, for telling repeats of it when the insight itself is gone.
    pub claim: String,
}
