//! What feed-rs read and what our own pass read, joined into the model. Decides what identifies an item.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::engine::{Read, ReadEntry, Words};
use crate::model::{ParsedFeed, ParsedItem};
use crate::parse::podcast::{ChannelExtras, ItemExtras};
use crate::text::html::entity;
use crate::text::html::scan::{Scanner, Token};
use crate::text::html::{collapse, to_plain};

/// Characters kept of a title and of a description; the longest real ones are far shorter.
const MAX_TITLE: usize = 500;
const MAX_DESCRIPTION: usize = 4_000;
/// Bytes of the key of an item.
const MAX_KEY: usize = 2_000;

/// `extras` by number; entries without a number count by their place.
pub(super) fn assemble(
    read: Read,
    channel: ChannelExtras,
    mut extras: Vec<ItemExtras>,
    warnings: Vec<String>,
) -> ParsedFeed {
    let description = read.description.map(plain_text).filter(|text| !text.is_empty());
    let summary = || channel.summary.as_deref().map(to_plain).unwrap_or_default();
    let mut feed = ParsedFeed {
        title: read.title.map(title).unwrap_or_default(),
        link: read.link,
        description: clip(&description.unwrap_or_else(summary), MAX_DESCRIPTION),
        author: channel.author.map(|name| clip(&name, MAX_TITLE)),
        podcast_guid: channel.podcast_guid,
        new_feed_url: channel.new_feed_url,
        medium: channel.medium,
        hub: channel.hub,
        own_url: channel.own_url,
        warnings,
        ..ParsedFeed::default()
    };
    let shared = shared_ids(&read.entries);
    let mut seen = HashSet::new();
    let (mut doubles, mut empty) = (0, 0);
    for (place, entry) in read.entries.into_iter().enumerate() {
        let extra =
            extras.get_mut(entry.number.unwrap_or(place)).map(std::mem::take).unwrap_or_default();
        let named = !entry.id.is_empty() || entry.published.is_some();
        let mut item = join(entry, extra, &shared);
        if item.persons.is_empty() {
            // The namespace: a channel's persons speak in every item that names none of its own.
            item.persons.clone_from(&channel.persons);
        }
        if !named && item.says_nothing() {
            empty += 1;
        } else if !seen.insert(item.key.clone()) {
            doubles += 1;
        } else {
            feed.items.push(item);
        }
    }
    if empty > 0 {
        feed.warnings.push(format!("{empty} items that say nothing were left out."));
    }
    if doubles > 0 {
        feed.warnings
            .push(format!("{doubles} items that repeat another's identifier were left out."));
    }
    feed
}

/// Identifiers that stand on items with different pages: a generator that numbers nothing. The pages tell them apart.
fn shared_ids(entries: &[ReadEntry]) -> HashSet<String> {
    let mut pages: HashMap<&str, &str> = HashMap::new();
    let mut shared = HashSet::new();
    for entry in entries {
        if let (false, Some(link)) = (entry.id.is_empty(), entry.link.as_deref())
            && *pages.entry(&entry.id).or_insert(link) != link
        {
            shared.insert(entry.id.clone());
        }
    }
    shared
}

fn join(entry: ReadEntry, extra: ItemExtras, shared: &HashSet<String>) -> ParsedItem {
    let title = entry.title.map(title).unwrap_or_default();
    let texts =
        [entry.content.map(Words::into_html), entry.summary.map(Words::into_html), extra.summary];
    // The first of equally long ones: `max_by_key` would take the last.
    let notes_html = texts.into_iter().flatten().rev().max_by_key(String::len).unwrap_or_default();
    let key = if !entry.id.is_empty() && !shared.contains(&entry.id) {
        entry.id
    } else if let Some(link) = &entry.link {
        link.clone()
    } else {
        let date = entry.published.map(|time| time.rfc3339()).unwrap_or_default();
        let audio = extra.enclosure.as_ref().map_or("", |e| e.url.as_str());
        // Without any text the media's address is all there is to tell items apart.
        let text = if notes_html.is_empty() { audio } else { &notes_html };
        content_key(&[&title, &date, text])
    };
    ParsedItem {
        key: if key.len() <= MAX_KEY { key } else { content_key(&[&key]) },
        title,
        link: entry.link,
        enclosure: extra.enclosure,
        published: entry.published,
        duration_ms: extra.duration_ms,
        transcripts: extra.transcripts,
        persons: extra.persons,
        chapters_url: extra.chapters_url,
        soundbites: extra.soundbites,
        chapters: extra.chapters,
        season: extra.season,
        episode: extra.episode,
        episode_kind: extra.episode_kind,
        notes_html,
    }
}

fn content_key(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().fold("sha256:".to_owned(), |out, byte| out + &format!("{byte:02x}"))
}

/// RSS doesn't say whether a title is HTML. It is taken for it only if it holds an element people use in titles;
/// otherwise `Vec<T>` keeps its angle brackets.
fn title(words: Words) -> String {
    const INLINE: [&str; 14] = [
        "a", "abbr", "b", "br", "code", "em", "font", "i", "p", "span", "strong", "sub", "sup", "u",
    ];
    let marked = words.html
        && Scanner::new(&words.text).any(|token| match token {
            Token::Start(tag) => INLINE.iter().any(|name| tag.is(name)),
            _ => false,
        });
    let text = match (marked, words.html) {
        (true, _) => to_plain(&words.text),
        (false, true) => collapse(&entity::decode(&words.text)),
        (false, false) => collapse(&words.text),
    };
    clip(&text, MAX_TITLE)
}

fn plain_text(words: Words) -> String {
    if words.html { to_plain(&words.text) } else { collapse(&words.text) }
}

fn clip(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
