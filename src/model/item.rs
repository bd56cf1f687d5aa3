//! One thing a source published.

use serde::{Deserialize, Serialize};

use super::{
    BlobId, ItemId, MailFacts, Problem, SourceId, Timestamp, TranscriptFormat, TranscriptOrigin,
};

/// An episode, newsletter issue or article: the pipeline's only unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Permanent name.
    pub id: ItemId,
    /// Whose it is.
    pub source: SourceId,
    /// Identity within the source: guid, else link, else a hash of the content.
    pub key: String,
    /// What it is.
    pub kind: ItemKind,
    /// Plain text.
    pub title: String,
    /// Its own page.
    #[serde(default)]
    pub link: Option<String>,
    /// Audio or video.
    #[serde(default)]
    pub enclosure: Option<Enclosure>,
    /// As the source dates it.
    #[serde(default)]
    pub published: Option<Timestamp>,
    /// When we first saw it.
    pub seen: Timestamp,
    /// Length in milliseconds, as the source states it.
    #[serde(default)]
    pub duration_ms: Option<u64>,
    /// BCP 47.
    #[serde(default)]
    pub language: Option<String>,
    /// Transcripts on offer.
    #[serde(default)]
    pub transcripts: Vec<TranscriptLink>,
    /// People named by the source.
    #[serde(default)]
    pub persons: Vec<Person>,
    /// `podcast:chapters`.
    #[serde(default)]
    pub chapters_url: Option<String>,
    /// `podcast:soundbite`.
    #[serde(default)]
    pub soundbites: Vec<Soundbite>,
    /// Chapters that the feed itself holds (Podlove), or that were fetched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chapters: Vec<Chapter>,
    /// Which season, as numbered by the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<u32>,
    /// Which episode of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episode: Option<u32>,
    /// Whether it is a whole episode.
    #[serde(default, skip_serializing_if = "EpisodeKind::is_full")]
    pub episode_kind: EpisodeKind,
    /// How far its times may be off, in milliseconds: its audio is that much longer than its transcript.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift_ms: Option<u64>,
    /// Show notes or article text, HTML as published, kept as a body.
    #[serde(default)]
    pub notes: Option<BlobId>,
    /// The transcript, kept as a body (JSON of [`super::Transcript`]).
    #[serde(default)]
    pub transcript: Option<BlobId>,
    /// How far it has come.
    pub state: ItemState,
    /// What went wrong on the way, if anything.
    #[serde(default)]
    pub problem: Option<Problem>,
    /// Who recognises, or has recognised, its speech, if anybody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recognised_by: Option<String>,
    /// Of an item that came by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailFacts>,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// Has audio or video.
    Episode,
    /// Came by mail.
    Issue,
    /// Text only.
    Article,
}

/// How far an item has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ItemState {
    /// Recorded only: older than the source's first `initial_items`.
    Skipped,
    /// Waits for its words.
    New,
    /// Has its words.
    Transcribed {
        /// Where they came from.
        origin: TranscriptOrigin,
    },
    /// Has its insights as the extractive engine tells them; a language model is to write them.
    Drafted {
        /// Where the words came from.
        origin: TranscriptOrigin,
        /// The drafts, kept as a body.
        drafts: BlobId,
        /// Since when it waits.
        since: Timestamp,
    },
    /// Its insights are published; never extracted again.
    Published {
        /// How many.
        insights: u32,
        /// Where the words came from.
        origin: TranscriptOrigin,
    },
    /// Set aside after repeated failures; `problem` says why.
    Failed,
    /// Came by mail and is not published: `mail` says why. Its sender may be trusted later.
    Held,
}

/// A media file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Absolute address.
    pub url: String,
    /// Media type; empty if not stated.
    #[serde(default)]
    pub media_type: String,
    /// Bytes, as stated.
    #[serde(default)]
    pub length: Option<u64>,
}

/// What part of a show an item is (`itunes:episodeType`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpisodeKind {
    /// An episode, and what is not said to be anything else.
    #[default]
    Full,
    /// It tells of the show.
    Trailer,
    /// Extra.
    Bonus,
}

impl EpisodeKind {
    /// Whether it is an episode.
    pub fn is_full(&self) -> bool {
        *self == Self::Full
    }
}

/// Where a part of an episode begins (`podcast:chapters`, `psc:chapters`, or a list in the show notes).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// Milliseconds from the start.
    pub start_ms: u64,
    /// Plain text.
    pub title: String,
}

/// `podcast:transcript`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptLink {
    /// Absolute address.
    pub url: String,
    /// As stated or guessed from the address.
    pub format: TranscriptFormat,
    /// BCP 47.
    #[serde(default)]
    pub language: Option<String>,
}

/// `podcast:person`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// As printed.
    pub name: String,
    /// Lower case; `host` if not stated (the namespace's default).
    pub role: String,
}

/// `podcast:soundbite`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Soundbite {
    /// Milliseconds from the start.
    pub start_ms: u64,
    /// Milliseconds.
    pub duration_ms: u64,
    /// Free text.
    #[serde(default)]
    pub title: Option<String>,
}
