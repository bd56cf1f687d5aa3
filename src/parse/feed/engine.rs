//! The one place that speaks to feed-rs. Hands it only what [`super::clean`] wrote, and outlives what it does with it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::model::{Entry, Feed, FeedType, Link, Text};
use feed_rs::parser::Builder;

use super::clean::NUMBER;
use crate::model::Timestamp;
use crate::parse::date;
use crate::text::html::escape;

/// A text and whether it is HTML.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Words {
    pub text: String,
    pub html: bool,
}

/// What feed-rs read of a feed.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub title: Option<Words>,
    pub link: Option<String>,
    pub description: Option<Words>,
    pub entries: Vec<ReadEntry>,
}

/// What feed-rs read of an item.
#[derive(Debug, Default)]
pub(super) struct ReadEntry {
    /// The number given by `clean`, where one was given.
    pub number: Option<usize>,
    /// Empty if the item has none.
    pub id: String,
    pub title: Option<Words>,
    pub link: Option<String>,
    pub published: Option<Timestamp>,
    pub summary: Option<Words>,
    pub content: Option<Words>,
}

/// `Err` holds feed-rs's words.
///
/// A panic inside feed-rs becomes an error as well: it has met `unwrap` on digits and slices at byte positions before
/// (durations, names beside addresses), and a feed is written by strangers. What it works on is dropped with it, so
/// nothing half-changed stays behind.
pub(super) fn read(document: &str) -> Result<Read, String> {
    let parse = || {
        let parser = Builder::new()
            // Never the random identifier that feed-rs would make up: none is none, see `assemble`.
            .id_generator(|_, _, _| String::new())
            .timestamp_parser(|text| {
                date::parse(text).and_then(|time| chrono::DateTime::from_timestamp(time.secs(), 0))
            })
            .sanitize_content(false)
            .build();
        parser.parse(document.as_bytes())
    };
    match catch_unwind(AssertUnwindSafe(parse)) {
        Ok(Ok(feed)) => Ok(convert(feed)),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the feed reader failed on it".to_owned()),
    }
}

fn convert(feed: Feed) -> Read {
    // RSS doesn't say what its texts are written in, and feed-rs takes titles for plain: only Atom and JSON Feed tell.
    let untold = !matches!(feed.feed_type, FeedType::Atom | FeedType::JSON);
    let words = |text: Text| words(text, untold);
    Read {
        title: feed.title.map(words),
        link: page(&feed.links),
        description: feed.description.map(words),
        entries: feed.entries.into_iter().map(|e| entry(e, untold)).collect(),
    }
}

fn entry(entry: Entry, untold: bool) -> ReadEntry {
    let words = |text: Text| words(text, untold);
    let number =
        entry.links.iter().rev().find_map(|link| link.href.strip_prefix(NUMBER)?.parse().ok());
    let content = entry.content.and_then(|content| {
        let html = content.content_type.as_str() != "text/plain";
        content.body.map(|text| Words { text, html })
    });
    let time = entry.published.or(entry.updated);
    ReadEntry {
        number,
        id: entry.id.trim().to_owned(),
        title: entry.title.map(words),
        link: page(&entry.links),
        published: time.map(|time| Timestamp::from_secs(time.timestamp())),
        summary: entry.summary.map(words),
        content,
    }
}

/// The page: of several, the first that is HTML or doesn't say what it is.
fn page(links: &[Link]) -> Option<String> {
    let usable = || links.iter().filter(|link| !link.href.starts_with(NUMBER));
    let html = |link: &&Link| {
        link.media_type.as_deref().is_none_or(|t| t.is_empty() || t.contains("html"))
    };
    usable().find(html).or_else(|| usable().next()).map(|link| link.href.clone())
}

fn words(text: Text, untold: bool) -> Words {
    Words { html: untold || text.content_type.as_str() != "text/plain", text: text.content }
}

impl Words {
    /// As HTML: plain text escaped, its blank lines as paragraphs.
    pub fn into_html(self) -> String {
        if self.html {
            return self.text;
        }
        let paragraphs = self.text.split("\n\n").map(str::trim).filter(|p| !p.is_empty());
        paragraphs.map(|p| format!("<p>{}</p>", escape(p))).collect()
    }
}
