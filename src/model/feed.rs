//! What a polled document says: the common form of RSS, RDF, Atom and JSON Feed. Not stored as such.

use super::{Enclosure, Person, Soundbite, Timestamp, TranscriptLink};

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
    /// `itunes:new-feed-url`.
    pub new_feed_url: Option<String>,
    /// RSS `ttl` in minutes.
    pub ttl_minutes: Option<u64>,
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
    /// The longest of content:encoded, content, summary, description; HTML as published.
    pub notes_html: String,
}
