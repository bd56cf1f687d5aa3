//! What a polled document says: the common form of RSS, RDF, Atom and JSON Feed. Not stored as such.

use super::{
    Chapter, Enclosure, EpisodeKind, Person, Rhythm, Soundbite, Timestamp, TranscriptLink,
};

/// One read of a feed, plus what could not be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParsedFeed {
    /// Plain text.
    pub title: String,
    /// The site's page, absolute.
    pub link: Option<String>,
    /// Plain text, one paragraph.
    pub description: String,
    /// As printed.
    pub author: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// `podcast:guid`.
    pub podcast_guid: Option<String>,
    /// `podcast:medium`, lower case but for the `L` of lists.
    pub medium: Option<String>,
    /// The hub it names (`rel="hub"`).
    pub hub: Option<String>,
    /// Its own address (`rel="self"`), which is its topic at the hub.
    pub own_url: Option<String>,
    /// `itunes:new-feed-url`.
    pub new_feed_url: Option<String>,
    /// When it wants to be asked.
    pub rhythm: Rhythm,
    /// In the order of the document.
    pub items: Vec<ParsedItem>,
    /// What was skipped or mended, one sentence each.
    pub warnings: Vec<String>,
}

/// One item of a feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParsedItem {
    /// guid or id as published, else the link, else a hash of title, date and text; never random.
    pub key: String,
    /// Plain text.
    pub title: String,
    /// Absolute.
    pub link: Option<String>,
    /// The audio or video, if any.
    pub enclosure: Option<Enclosure>,
    /// As dated by the source.
    pub published: Option<Timestamp>,
    /// As stated.
    pub duration_ms: Option<u64>,
    /// `podcast:transcript`.
    pub transcripts: Vec<TranscriptLink>,
    /// `podcast:person`.
    pub persons: Vec<Person>,
    /// `podcast:chapters`.
    pub chapters_url: Option<String>,
    /// `podcast:soundbite`.
    pub soundbites: Vec<Soundbite>,
    /// `psc:chapters`.
    pub chapters: Vec<Chapter>,
    /// `podcast:season` or `itunes:season`.
    pub season: Option<u32>,
    /// `podcast:episode` or `itunes:episode`.
    pub episode: Option<u32>,
    /// `itunes:episodeType`.
    pub episode_kind: EpisodeKind,
    /// The longest of content:encoded, content, summary, description; HTML as published.
    pub notes_html: String,
}

impl ParsedItem {
    /// Whether there is nothing to read, hear or go to.
    pub fn says_nothing(&self) -> bool {
        self.title.is_empty()
            && self.notes_html.is_empty()
            && self.enclosure.is_none()
            && self.link.is_none()
            && self.transcripts.is_empty()
    }
}
