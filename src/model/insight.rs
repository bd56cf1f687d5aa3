//! A claim that stands alone, with its proof.

use serde::{Deserialize, Serialize};

use super::{EpisodeKind, InsightId, ItemId, SourceId, Timestamp, TranscriptOrigin, Visibility};

/// A claim of one to three sentences that stands alone, with the words that prove it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Insight {
    /// Permanent name.
    pub id: InsightId,
    /// Where it was said.
    pub item: ItemId,
    /// By which source.
    pub source: SourceId,
    /// Copied from the source when it was made.
    pub visibility: Visibility,
    /// What is claimed, in clean words true to the quote.
    pub claim: String,
    /// At most 90 characters, a whole clause.
    pub headline: String,
    /// The proof.
    pub quote: Quote,
    /// Spoken, or from notes or text.
    pub basis: Basis,
    /// 0 to 1: how much it is worth, comparable across items.
    pub score: f32,
    /// Slugs of topics, most fitting first.
    #[serde(default)]
    pub topics: Vec<String>,
    /// People, organisations, products and places named in it, as written, in the order they are said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// What part of the show it was said in; briefs are made of whole episodes.
    #[serde(default, skip_serializing_if = "EpisodeKind::is_full")]
    pub episode_kind: EpisodeKind,
    /// The title of the chapter it was said in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chapter: Option<String>,
    /// BCP 47.
    #[serde(default)]
    pub language: Option<String>,
    /// Who wrote the claim, if it is not made of the quote's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    /// When it became visible in our feeds; never moves.
    pub published: Timestamp,
    /// Position in the order of publication, minted by the store; feeds are ordered by it.
    pub seq: u64,
}

/// A claim in a language model's words, which were checked against what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// As its endpoint calls it.
    pub model: String,
    /// The version of what it was told.
    pub prompt: u16,
}

/// Verbatim words of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// As in the transcript, segments joined by one space.
    pub text: String,
    /// First segment, counted from 0.
    pub first: usize,
    /// Last segment, inclusive.
    pub last: usize,
    /// Milliseconds from the start of the episode.
    #[serde(default)]
    pub start_ms: Option<u64>,
    /// Milliseconds from the start of the episode.
    #[serde(default)]
    pub end_ms: Option<u64>,
    /// As the transcript names them.
    #[serde(default)]
    pub speaker: Option<String>,
}

/// What an insight rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Words of a transcript.
    Spoken,
    /// Words that a program recognised in the audio, for want of a transcript.
    Recognised,
    /// Show notes: no time, at most two an item, ranked below spoken ones.
    Notes,
    /// An article's or newsletter's own text.
    Written,
}

impl Basis {
    /// Whether it is somebody's spoken words, with their times.
    pub fn is_spoken(self) -> bool {
        matches!(self, Self::Spoken | Self::Recognised)
    }
}

impl From<TranscriptOrigin> for Basis {
    fn from(origin: TranscriptOrigin) -> Self {
        match origin {
            TranscriptOrigin::Publisher => Self::Spoken,
            TranscriptOrigin::Recognised => Self::Recognised,
            TranscriptOrigin::ShowNotes => Self::Notes,
            TranscriptOrigin::Body => Self::Written,
        }
    }
}

/// An insight of another item that is about the same claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// The other one.
    pub id: InsightId,
    /// 0 to 1.
    pub score: f32,
}
