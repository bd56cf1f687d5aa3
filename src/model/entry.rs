//! An insight as it was published: frozen, because feed readers keep what they saw once.

use serde::{Deserialize, Serialize};

use super::{InsightId, Timestamp};

/// What a feed entry says, minted once with the insight and never changed.
/// It holds no address of ours, so a change of `base_url` leaves it as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// RFC 4151 `tag:` URI.
    pub id: String,
    /// For our page of it.
    pub insight: InsightId,
    /// Plain text.
    pub title: String,
    /// XML-safe plain HTML without styles, scripts or images.
    pub content_html: String,
    /// Plain text, the claim.
    pub summary: String,
    /// When it was published, which is also when it was updated.
    pub published: Timestamp,
    /// Speaker first where known, then the show.
    pub authors: Vec<String>,
    /// (slug, name) of each topic.
    pub topics: Vec<(String, String)>,
    /// Where to hear or read it: the episode's media with `#t=`, else its page.
    #[serde(default)]
    pub via: Option<String>,
    /// Whose it is.
    pub source: EntrySource,
    /// BCP 47.
    #[serde(default)]
    pub language: Option<String>,
    /// Where we show it, below our address, if that is not the insight's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

/// The source an entry was made from (RFC 4287 4.2.11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntrySource {
    /// The source's feed address, which is its atom:id too.
    pub feed_url: String,
    /// The show.
    pub title: String,
    /// Its page.
    #[serde(default)]
    pub link: Option<String>,
    /// When the item was published by the source, if it says so.
    #[serde(default)]
    pub item_published: Option<Timestamp>,
}
