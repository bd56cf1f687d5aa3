//! RSS 2.0 with `content:encoded`, `dc:creator` and the Atom links of the RSS Advisory Board's profile
//! and RFC 5005, by `rss`.

use std::collections::BTreeMap;

use ::rss::extension::dublincore::DublinCoreExtension;
use ::rss::extension::{Extension, ExtensionMap};
use ::rss::{Category, Channel, Guid, Item, Source};

use crate::model::Entry;

use super::{FeedDocument, Format, GENERATOR, HISTORY, PublishError, clean};

const DOCS: &str = "https://www.rssboard.org/rss-specification";

/// Minutes a reader may keep what it read.
const TTL_MINUTES: &str = "30";

/// Writes the document as RSS.
///
/// # Errors
/// [`PublishError::Rss`] if the writer fails.
pub fn rss(document: &FeedDocument<'_>) -> Result<Vec<u8>, PublishError> {
    let title = clean::title(&document.head.title, 300);
    let description = clean::title(&document.head.subtitle, 1000);
    let channel = Channel {
        // The specification asks for a description; an empty one says nothing.
        description: if description.is_empty() { title.clone() } else { description },
        title,
        link: document.url(None),
        language: document.language().map(|tag| tag.to_ascii_lowercase()),
        last_build_date: Some(document.updated().rfc822()),
        generator: Some(GENERATOR.into()),
        docs: Some(DOCS.into()),
        ttl: Some(TTL_MINUTES.into()),
        items: document.entries.iter().map(|(_, e)| item(document, e)).collect(),
        extensions: links(document),
        namespaces: namespaces(document),
        ..Channel::default()
    };
    let mut bytes = channel.write_to(Vec::new())?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn links(document: &FeedDocument<'_>) -> ExtensionMap {
    let rss = Some(Format::Rss);
    let first = if document.archive.is_some() { "current" } else { "first" };
    let mut links = vec![link("self", document.url(rss)), link(first, document.first_url(rss))];
    links.extend(document.hub_url().map(|hub| {
        let attrs = [("rel".into(), "hub".into()), ("href".into(), hub)];
        extension(BTreeMap::from(attrs))
    }));
    links.extend(document.next_url(rss).map(|next| link("next", next)));
    let previous = document.previous.map(|name| document.archive_url(Format::Rss, name));
    links.extend(previous.map(|archive| link("prev-archive", archive)));
    let mut all = BTreeMap::from([("atom".into(), BTreeMap::from([("link".into(), links)]))]);
    if document.archive.is_some() {
        let mark = Extension { name: "fh:archive".into(), ..Extension::default() };
        all.insert("fh".into(), BTreeMap::from([("archive".into(), vec![mark])]));
    }
    all
}

fn namespaces(document: &FeedDocument<'_>) -> BTreeMap<String, String> {
    let atom = ("atom".into(), "http://www.w3.org/2005/Atom".into());
    let history = document.archive.map(|_| ("fh".into(), HISTORY.into()));
    [atom].into_iter().chain(history).collect()
}

fn link(rel: &str, href: String) -> Extension {
    let attrs = [
        ("rel".into(), rel.into()),
        ("href".into(), href),
        ("type".into(), Format::Rss.media_type().into()),
    ];
    extension(BTreeMap::from(attrs))
}

fn extension(attrs: BTreeMap<String, String>) -> Extension {
    Extension { name: "atom:link".into(), attrs, ..Extension::default() }
}

fn item(document: &FeedDocument<'_>, entry: &Entry) -> Item {
    let names = entry.authors.iter().map(|name| clean::name(name, 200));
    let creators: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    Item {
        title: Some(clean::title(&entry.title, 300)),
        link: Some(document.entry_url(entry)),
        // RSS descriptions are HTML by custom.
        description: Some(clean::html(&entry.summary)),
        categories: entry.topics.iter().map(|topic| category(document, topic)).collect(),
        guid: Some(Guid { value: entry.id.clone(), permalink: false }),
        pub_date: Some(entry.published.rfc822()),
        source: clean::web_url(&entry.source.feed_url).map(|url| Source {
            url: url.into(),
            title: Some(clean::title(&entry.source.title, 300)),
        }),
        content: Some(document.content(entry)),
        dublin_core_ext: (!creators.is_empty())
            .then(|| DublinCoreExtension { creators, ..DublinCoreExtension::default() }),
        ..Item::default()
    }
}

fn category(document: &FeedDocument<'_>, (_, name): &(String, String)) -> Category {
    Category {
        name: clean::title(name, 100),
        domain: Some(format!("{}/topics/", document.site.base_url)),
    }
}
