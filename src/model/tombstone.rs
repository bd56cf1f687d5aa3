//! What was there for everyone and was removed, so that its address can say so (RFC 9110 15.5.11).

use serde::{Deserialize, Serialize};

use super::{InsightId, ItemId, SourceId};

/// What is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gone", content = "id", rename_all = "snake_case")]
pub enum Gone {
    /// A source with its feeds.
    Source(SourceId),
    /// An item's page.
    Item(ItemId),
    /// An insight's page.
    Insight(InsightId),
}

/// What is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Of what.
    #[serde(flatten)]
    pub of: Gone,
    /// `podcast:guid` of a source: the same show may come back under another address.
    #[serde(default)]
    pub podcast_guid: Option<String>,
}
