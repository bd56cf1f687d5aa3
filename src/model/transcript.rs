//! An item's words as segments. Times and speakers are optional, so prose fits too.

use serde::{Deserialize, Serialize};

/// The words of one item, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// BCP 47, where known.
    #[serde(default)]
    pub language: Option<String>,
    /// In the order spoken.
    pub segments: Vec<Segment>,
}

/// One cue or paragraph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Milliseconds from the start.
    #[serde(default)]
    pub start_ms: Option<u64>,
    /// Milliseconds from the start.
    #[serde(default)]
    pub end_ms: Option<u64>,
    /// As the transcript names them.
    #[serde(default)]
    pub speaker: Option<String>,
    /// Plain text, no markup, white space collapsed, never empty.
    pub text: String,
}

impl Transcript {
    /// Whether most segments carry a time.
    pub fn is_timed(&self) -> bool {
        let timed = self.segments.iter().filter(|s| s.start_ms.is_some()).count();
        timed * 2 > self.segments.len()
    }

    /// Words in all, by white space.
    pub fn word_count(&self) -> usize {
        self.segments.iter().map(|s| s.text.split_whitespace().count()).sum()
    }
}

/// How a transcript is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TranscriptFormat {
    /// WebVTT (W3C).
    Vtt,
    /// SubRip.
    Srt,
    /// The podcast namespace's JSON.
    Json,
    /// The podcast namespace's HTML (`cite`, `time`, `p`), or any HTML.
    Html,
    /// Plain text, with or without `Name:` at the start of a turn.
    Text,
}

impl TranscriptFormat {
    /// Whether the format carries times by its nature.
    pub fn is_timed(self) -> bool {
        matches!(self, Self::Vtt | Self::Srt | Self::Json)
    }
}

/// Where an item's words came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TranscriptOrigin {
    /// The publisher's transcript.
    Publisher,
    /// Recognised by a program from the audio, because there is no transcript; may have errors.
    Recognised,
    /// Show notes, for want of a transcript.
    ShowNotes,
    /// The item is text itself (an article or newsletter).
    Body,
}
