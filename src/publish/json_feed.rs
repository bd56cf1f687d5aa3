//! JSON Feed 1.1.

use serde::Serialize;

use crate::model::Entry;

use super::document::language_of;
use super::{FeedDocument, Format, PublishError, clean};

#[derive(Serialize)]
struct Feed {
    version: &'static str,
    title: String,
    home_page_url: String,
    feed_url: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    icon: String,
    favicon: String,
    authors: Vec<Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hubs: Option<[Hub; 1]>,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Hub {
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Author {
    name: String,
}

#[derive(Serialize)]
struct Item {
    id: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<String>,
    title: String,
    content_html: String,
    summary: String,
    date_published: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

/// Writes the document as JSON Feed.
///
/// # Errors
/// [`PublishError::Json`] if the writer fails.
pub fn json_feed(document: &FeedDocument<'_>) -> Result<Vec<u8>, PublishError> {
    let json = Some(Format::Json);
    let feed = Feed {
        version: "https://jsonfeed.org/version/1.1",
        title: clean::title(&document.head.title, 300),
        home_page_url: document.url(None),
        feed_url: document.url(json),
        description: clean::title(&document.head.subtitle, 1000),
        next_url: document.next_url(json),
        icon: document.icon_url(),
        favicon: document.icon_url(),
        authors: authors(std::slice::from_ref(&document.site.name)),
        language: document.language(),
        hubs: document.hub_url().map(|url| [Hub { kind: "WebSub", url }]),
        items: document.entries.iter().map(|(_, e)| item(document, e)).collect(),
    };
    let mut bytes = serde_json::to_vec(&feed)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn item(document: &FeedDocument<'_>, entry: &Entry) -> Item {
    Item {
        id: entry.id.clone(),
        url: document.entry_url(entry),
        external_url: entry.via.as_deref().and_then(clean::web_url).map(Into::into),
        title: clean::title(&entry.title, 300),
        content_html: document.content(entry),
        summary: clean::text(&entry.summary).into_owned(),
        date_published: entry.published.rfc3339(),
        authors: authors(&entry.authors),
        tags: entry.topics.iter().map(|(_, name)| clean::title(name, 100)).collect(),
        language: language_of(entry),
    }
}

fn authors(names: &[String]) -> Vec<Author> {
    let names = names.iter().map(|name| clean::name(name, 200));
    names.filter(|name| !name.is_empty()).map(|name| Author { name }).collect()
}
