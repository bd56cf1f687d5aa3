//! What we publish, as bytes: a feed in, an Atom, RSS or JSON Feed document out. Pure: no store, no clock.
//!
//! All formats are made from one [`FeedDocument`], so ids, order and counts agree. Whatever text comes in,
//! what goes out is legal XML 1.0 (section 2.2), and an address is http(s) or absent.

mod archive;
mod atom;
pub mod brief;
pub mod clean;
mod digest;
mod document;
pub mod entry;
pub mod issue;
mod json_feed;
pub mod opml;
pub mod picture;
mod rss;
mod stance;
#[cfg(test)]
pub(crate) mod tests;
pub mod token;

pub use archive::{ARCHIVE_SIZE, ArchiveName, archives};
pub use atom::atom;
pub use digest::{day_of, digest};
pub use document::{FeedDocument, FeedHead, HUB, LIMIT, PAGE_SIZE, Site, fit};
pub use json_feed::json_feed;
pub use rss::rss;
pub use stance::Side;

/// A document could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The Atom writer.
    #[error("the Atom document can't be written: {0}")]
    Atom(#[from] atom_syndication::Error),
    /// The RSS writer.
    #[error("the RSS document can't be written: {0}")]
    Rss(#[from] ::rss::Error),
    /// The JSON writer.
    #[error("the JSON document can't be written: {0}")]
    Json(#[from] serde_json::Error),
    /// A font that ships with the program.
    #[error("a font can't be read: {0}")]
    Font(#[from] ab_glyph::InvalidFont),
    /// The PNG writer.
    #[error("the picture can't be written: {0}")]
    Png(#[from] png::EncodingError),
}

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 4287.
    Atom,
    /// RSS 2.0.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// All, the best first.
    pub const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    /// As it ends the path, without the dot.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Atom => "atom",
            Self::Rss => "rss",
            Self::Json => "json",
        }
    }

    /// By the end of a path.
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.suffix() == suffix)
    }

    /// Without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml",
            Self::Rss => "application/rss+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Atom => "Atom",
            Self::Rss => "RSS",
            Self::Json => "JSON Feed",
        }
    }

    /// Writes `document` in this format.
    ///
    /// # Errors
    /// As the format's own function.
    pub fn write(self, document: &FeedDocument<'_>) -> Result<Vec<u8>, PublishError> {
        match self {
            Self::Atom => atom(document),
            Self::Rss => rss(document),
            Self::Json => json_feed(document),
        }
    }
}

/// What made the document.
const GENERATOR: &str = concat!("podbrief ", env!("CARGO_PKG_VERSION"));

/// The namespace of RFC 5005.
const HISTORY: &str = "http://purl.org/syndication/history/1.0";
