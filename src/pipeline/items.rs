//! A feed's items sorted: new or known, worked on or only recorded.

use std::collections::HashMap;

use super::{Context, StageError, habit};
use crate::model::{
    EpisodeKind, Item, ItemId, ItemKind, ItemState, ParsedFeed, ParsedItem, Source, Timestamp,
};
use crate::store::{NewItem, PollOutcome, Profile};

/// Tells new items from known ones, and which of the new are worked on.
pub(super) async fn sort_items(
    ctx: &Context,
    source: &Source,
    feed: ParsedFeed,
    title: String,
    outcome: &mut PollOutcome,
    now: Timestamp,
) -> Result<(), StageError> {
    let id = source.id.clone();
    let look = feed.items.len();
    let music = is_music(feed.medium.as_deref());
    let (known, recent) =
        ctx.door.call(move |s| Ok((s.known_items(&id)?, s.items_of(&id, look)?))).await?;
    let recent: HashMap<ItemId, Item> = recent.into_iter().map(|i| (i.id.clone(), i)).collect();
    let first_time = source.coverage.items == 0;
    let mut fresh = Vec::new();
    // What says nothing yet may do so at the next poll: it is not known before.
    for parsed in feed.items.into_iter().filter(|item| !item.says_nothing()) {
        let id = ItemId::new(&source.id, &parsed.key);
        if !known.contains(&id) {
            fresh.push((id, parsed));
        } else if let Some(old) = recent.get(&id).filter(|old| old.state == ItemState::New) {
            outcome.changed.extend(refreshed(old, parsed));
        }
    }
    let limit = if music { Some(0) } else { first_time.then_some(ctx.settings.initial_items) };
    let chosen = chosen(&fresh, limit);
    for (place, (id, parsed)) in fresh.into_iter().enumerate() {
        let state = if chosen[place] { ItemState::New } else { ItemState::Skipped };
        let notes = parsed.notes_html.clone();
        let mut item = new_item(source, id, parsed, state, feed.language.clone(), now);
        if item.state == ItemState::New && !notes.is_empty() {
            let body = ctx.door.call(move |s| s.put_body(notes.as_bytes())).await?;
            item.notes = Some(body);
        }
        outcome.new.push(NewItem { item, due: now });
    }
    outcome.profile = Some(Profile {
        title,
        link: feed.link,
        description: feed.description,
        author: feed.author,
        language: feed.language,
        podcast_guid: feed.podcast_guid,
        medium: feed.medium,
    });
    Ok(())
}

/// When the feed's newest items were published, newest first.
pub(super) fn recent(feed: &ParsedFeed) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> = feed.items.iter().filter_map(|item| item.published).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.truncate(habit::MOST);
    times
}

/// Songs make no claims (<https://podcasting2.org/docs/podcast-namespace/tags/medium>; `L` is a list of such).
fn is_music(medium: Option<&str>) -> bool {
    matches!(medium, Some("music" | "musicL"))
}

/// Which fresh items are worked on: all, or on a first read the newest `limit`. Undated ones follow the dated in
/// the feed's own order, and trailers the episodes.
fn chosen(fresh: &[(ItemId, ParsedItem)], limit: Option<usize>) -> Vec<bool> {
    let Some(limit) = limit else { return vec![true; fresh.len()] };
    let mut order: Vec<usize> = (0..fresh.len()).collect();
    order.sort_by_key(|i| {
        let item = &fresh[*i].1;
        (item.episode_kind == EpisodeKind::Trailer, std::cmp::Reverse(item.published))
    });
    let mut chosen = vec![false; fresh.len()];
    for place in order.into_iter().take(limit) {
        chosen[place] = true;
    }
    chosen
}

fn new_item(
    source: &Source,
    id: ItemId,
    parsed: ParsedItem,
    state: ItemState,
    language: Option<String>,
    now: Timestamp,
) -> Item {
    // Without audio, transcript or stated length it is something to read.
    let spoken = parsed.enclosure.is_some() || !parsed.transcripts.is_empty();
    let kind = if spoken { ItemKind::Episode } else { ItemKind::Article };
    Item {
        id,
        source: source.id.clone(),
        key: parsed.key,
        kind,
        title: if parsed.title.is_empty() { "Untitled".into() } else { parsed.title },
        link: parsed.link,
        enclosure: parsed.enclosure,
        published: parsed.published,
        seen: now,
        duration_ms: parsed.duration_ms,
        language,
        transcripts: parsed.transcripts,
        persons: parsed.persons,
        chapters_url: parsed.chapters_url,
        soundbites: parsed.soundbites,
        chapters: parsed.chapters,
        season: parsed.season,
        episode: parsed.episode,
        episode_kind: parsed.episode_kind,
        drift_ms: None,
        notes: None,
        transcript: None,
        state,
        problem: None,
        recognised_by: None,
        mail: None,
    }
}

/// The row of an item that still waits for its words, if the feed says something new of it.
fn refreshed(old: &Item, parsed: ParsedItem) -> Option<Item> {
    let mut item = old.clone();
    item.transcripts = parsed.transcripts;
    item.enclosure = parsed.enclosure;
    item.persons = parsed.persons;
    item.chapters_url = parsed.chapters_url;
    item.soundbites = parsed.soundbites;
    item.chapters = parsed.chapters;
    (item != *old).then_some(item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceId;

    #[test]
    fn a_first_read_takes_the_newest() {
        let source = SourceId::for_feed("x");
        let fresh: Vec<_> = [Some(5), Some(9), None, Some(7)]
            .into_iter()
            .enumerate()
            .map(|(n, secs)| {
                let published = secs.map(Timestamp::from_secs);
                (
                    ItemId::new(&source, &n.to_string()),
                    ParsedItem { published, ..ParsedItem::default() },
                )
            })
            .collect();
        assert_eq!(chosen(&fresh, Some(2)), [false, true, false, true]);
        assert_eq!(chosen(&fresh, None), [true; 4]);
    }
}
