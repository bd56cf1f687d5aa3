//! Atom (RFC 4287) with pages and archives (RFC 5005 sections 3 and 4), by `atom_syndication`.

use std::collections::BTreeMap;

use atom_syndication as at;
use atom_syndication::extension::{Extension, ExtensionMap};

use crate::model::{Entry, Timestamp};

use super::document::language_of;
use super::{FeedDocument, Format, GENERATOR, HISTORY, PublishError, clean};

/// Writes the document as Atom.
///
/// # Errors
/// [`PublishError::Atom`] if the writer fails.
pub fn atom(document: &FeedDocument<'_>) -> Result<Vec<u8>, PublishError> {
    let site_name = clean::name(&document.site.name, 200);
    let feed = at::Feed {
        title: at::Text::plain(clean::title(&document.head.title, 300)),
        id: document.id(),
        updated: updated(document),
        authors: vec![at::Person { name: site_name, ..at::Person::default() }],
        generator: Some(at::Generator { value: GENERATOR.into(), ..at::Generator::default() }),
        icon: Some(document.icon_url()),
        links: feed_links(document),
        subtitle: Some(at::Text::plain(clean::title(&document.head.subtitle, 1000))),
        entries: document.entries.iter().map(|(seq, e)| entry(document, *seq, e)).collect(),
        lang: document.language(),
        extensions: history(document),
        namespaces: history_namespace(document),
        ..at::Feed::default()
    };
    let mut bytes = feed.write_to(Vec::new())?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn feed_links(document: &FeedDocument<'_>) -> Vec<at::Link> {
    let atom = Some(Format::Atom);
    let own = Some(Format::Atom.media_type());
    let mut links = vec![
        link("self", document.url(atom), own),
        link("alternate", document.url(None), Some("text/html")),
    ];
    if document.archive.is_some() {
        links.push(link("current", document.first_url(atom), own));
    } else {
        links.push(link("first", document.first_url(atom), own));
    }
    links.extend(document.hub_url().map(|hub| link("hub", hub, None)));
    links.extend(document.next_url(atom).map(|next| link("next", next, own)));
    let previous = document.previous.map(|name| document.archive_url(Format::Atom, name));
    links.extend(previous.map(|archive| link("prev-archive", archive, own)));
    links
}

/// The mark of an archive.
fn history(document: &FeedDocument<'_>) -> ExtensionMap {
    let mark = Extension { name: "fh:archive".into(), ..Extension::default() };
    let marks =
        document.archive.map(|_| ("fh".into(), BTreeMap::from([("archive".into(), vec![mark])])));
    marks.into_iter().collect()
}

fn history_namespace(document: &FeedDocument<'_>) -> BTreeMap<String, String> {
    document.archive.map(|_| ("fh".into(), HISTORY.into())).into_iter().collect()
}

fn entry(document: &FeedDocument<'_>, seq: u64, entry: &Entry) -> at::Entry {
    let lang = language_of(entry);
    let text = |value: String| at::Text { value, lang: lang.clone(), ..at::Text::default() };
    let mut links = vec![link("alternate", document.entry_url(entry), Some("text/html"))];
    links
        .extend(entry.via.as_deref().and_then(clean::web_url).map(|u| link("via", u.into(), None)));
    at::Entry {
        title: text(clean::title(&entry.title, 300)),
        id: entry.id.clone(),
        updated: moment(seq, entry),
        published: Some(moment(seq, entry)),
        authors: entry.authors.iter().filter_map(|name| person(name)).collect(),
        categories: entry.topics.iter().map(|topic| category(document, topic)).collect(),
        links,
        source: source(entry),
        summary: Some(summary(entry, lang.clone())),
        content: Some(at::Content {
            value: Some(document.content(entry)),
            content_type: Some("html".into()),
            lang,
            ..at::Content::default()
        }),
        ..at::Entry::default()
    }
}

/// Plain, or as HTML where a careless reader would see tags in the plain text.
fn summary(entry: &Entry, lang: Option<String>) -> at::Text {
    let plain = clean::text(&entry.summary);
    if plain.contains('<') {
        at::Text { lang, ..at::Text::html(clean::html(&plain)) }
    } else {
        at::Text { lang, ..at::Text::plain(plain) }
    }
}

/// RFC 4287 4.2.11. The source's own date of the item is the best we know of its `updated`.
fn source(entry: &Entry) -> Option<at::Source> {
    let feed = clean::web_url(&entry.source.feed_url)?;
    let mut links = vec![link("self", feed.to_string(), None)];
    let page = entry.source.link.as_deref().and_then(clean::web_url);
    links.extend(page.map(|url| link("alternate", url.into(), None)));
    Some(at::Source {
        title: at::Text::plain(clean::title(&entry.source.title, 300)),
        id: feed.into(),
        // Some feeds date items years ahead.
        updated: date(entry.source.item_published.unwrap_or(entry.published).min(entry.published)),
        links,
        ..at::Source::default()
    })
}

fn category(document: &FeedDocument<'_>, (slug, name): &(String, String)) -> at::Category {
    at::Category {
        term: clean::title(slug, 100),
        scheme: Some(format!("{}/topics/", document.site.base_url)),
        label: Some(clean::title(name, 100)),
    }
}

fn person(name: &str) -> Option<at::Person> {
    let name = clean::name(name, 200);
    (!name.is_empty()).then(|| at::Person { name, ..at::Person::default() })
}

fn link(rel: &str, href: String, media_type: Option<&str>) -> at::Link {
    at::Link { href, rel: rel.into(), mime_type: media_type.map(Into::into), ..at::Link::default() }
}

/// The newest entry's moment, so that no entry is newer than its feed.
fn updated(document: &FeedDocument<'_>) -> at::FixedDateTime {
    let newest = document.entries.iter().map(|(seq, entry)| moment(*seq, entry)).max();
    newest.unwrap_or_else(|| date(document.updated()))
}

/// An entry's moment. Entries of one item are published in the same second; readers and the W3C validator want dates
/// that differ, so the thousandths are the entry's place in the order of publication, which never moves.
fn moment(seq: u64, entry: &Entry) -> at::FixedDateTime {
    let thousandths = u32::try_from(seq % 1000).unwrap_or_default();
    precise(entry.published, thousandths)
}

fn date(at: Timestamp) -> at::FixedDateTime {
    precise(at, 0)
}

fn precise(at: Timestamp, thousandths: u32) -> at::FixedDateTime {
    let moment = chrono::DateTime::from_timestamp(at.secs(), thousandths * 1_000_000);
    moment.unwrap_or_default().fixed_offset()
}
