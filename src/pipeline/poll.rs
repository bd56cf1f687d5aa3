//! Ask one feed for news and record what it said.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use super::address::title_of;
use super::read::{Trouble, fetch, read};
use super::schedule::{after_failure, after_success};
use super::{Context, StageError};
use crate::fetch::{Answer, Fetched};
use crate::model::{
    Item, ItemId, ItemKind, ItemState, JobKind, ParsedFeed, ParsedItem, PollState, Problem, Source,
    SourceId, SourceKind, SourceStatus, Timestamp,
};
use crate::store::{NewItem, PollOutcome, Profile, StoreError};

/// A permanent redirect is believed when it was seen this often in a row: a host's mistake of one day should not
/// lose a feed.
const MOVED_AFTER: u32 = 2;

/// What a poll did, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PollReport {
    /// Whose.
    pub source: SourceId,
    /// As it calls itself.
    pub title: String,
    /// `200`, `304`, `unchanged`, or what went wrong.
    pub status: String,
    /// Whether it went well.
    pub ok: bool,
    /// Items not seen before.
    pub new_items: usize,
    /// Of these, how many are worked on.
    pub queued: usize,
}

/// The stage.
///
/// # Errors
/// Only if the store fails: what goes wrong with the feed is recorded with the source.
pub async fn poll(
    ctx: &Context,
    id: &SourceId,
    now: Timestamp,
) -> Result<Option<PollReport>, StageError> {
    let wanted = id.clone();
    let Some(source) = ctx.door.call(move |s| s.source(&wanted)).await? else {
        let job = JobKind::Poll(id.clone());
        ctx.door.call(move |s| s.drop_job(&job)).await?;
        return Ok(None);
    };
    let SourceKind::Feed { url } = &source.kind else {
        // Mail comes by itself.
        let job = JobKind::Poll(id.clone());
        ctx.door.call(move |s| s.drop_job(&job)).await?;
        return Ok(None);
    };
    let answer = fetch(ctx, url, Some(&source.poll.validators), now).await;
    let outcome = match answer {
        Ok(Answer::NotModified { max_age }) => success(ctx, &source, now, "304", max_age, None),
        Ok(Answer::Body(fetched)) => took_body(ctx, &source, *fetched, now).await?,
        Err(error) => failure(ctx, &source, Trouble::from(error), now),
    };
    let (outcome, mut report) = outcome;
    match ctx.door.call(move |s| s.save_poll(outcome)).await {
        Ok(new) => report.new_items = new,
        // Removed while it was asked.
        Err(StoreError::Gone(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    Ok(Some(report))
}

type Outcome = (PollOutcome, PollReport);

async fn took_body(
    ctx: &Context,
    source: &Source,
    fetched: Fetched,
    now: Timestamp,
) -> Result<Outcome, StageError> {
    let hash: String = Sha256::digest(&fetched.body).iter().map(|b| format!("{b:02x}")).collect();
    if source.poll.body_hash.as_ref() == Some(&hash) {
        let (mut outcome, report) = success(ctx, source, now, "unchanged", fetched.max_age, None);
        outcome.state.validators = fetched.validators.clone();
        note_move(&mut outcome, source, &fetched);
        return Ok((outcome, report));
    }
    let (fetched, feed) = match read(fetched).await {
        Ok(both) => both,
        Err(trouble) => {
            let page_feed = trouble.page_feeds.first().cloned();
            let (mut outcome, report) = failure(ctx, source, trouble, now);
            // A page was added as if it were a feed: its first feed is asked at once, once.
            if let (Some(url), None, 0) =
                (page_feed, source.poll.last_success, source.poll.failures)
            {
                outcome.url = Some(url);
                outcome.state.next = now;
            }
            return Ok((outcome, report));
        }
    };
    let ttl = feed.ttl_minutes.map(|m| Duration::from_secs(m.saturating_mul(60)));
    let (mut outcome, mut report) = success(ctx, source, now, "200", fetched.max_age, ttl);
    outcome.state.validators = fetched.validators.clone();
    outcome.state.body_hash = Some(hash);
    note_move(&mut outcome, source, &fetched);
    let title = title_of(&feed, source);
    report.title.clone_from(&title);
    let warnings = feed.warnings.len();
    if warnings > 0 {
        tracing::info!(source = %source.id, warnings, first = %feed.warnings[0], "feed mended while reading");
    }
    sort_items(ctx, source, feed, title, &mut outcome, now).await?;
    report.queued = outcome.new.iter().filter(|n| n.item.state == ItemState::New).count();
    Ok((outcome, report))
}

/// Tells new items from known ones, and which of the new are worked on.
async fn sort_items(
    ctx: &Context,
    source: &Source,
    feed: ParsedFeed,
    title: String,
    outcome: &mut PollOutcome,
    now: Timestamp,
) -> Result<(), StageError> {
    let id = source.id.clone();
    let look = feed.items.len();
    let (known, recent) =
        ctx.door.call(move |s| Ok((s.known_items(&id)?, s.items_of(&id, look)?))).await?;
    let recent: HashMap<ItemId, Item> = recent.into_iter().map(|i| (i.id.clone(), i)).collect();
    let first_time = source.coverage.items == 0;
    let mut fresh = Vec::new();
    for parsed in feed.items {
        let id = ItemId::new(&source.id, &parsed.key);
        if !known.contains(&id) {
            fresh.push((id, parsed));
        } else if let Some(old) = recent.get(&id).filter(|old| old.state == ItemState::New) {
            outcome.changed.extend(refreshed(old, parsed));
        }
    }
    let chosen = chosen(&fresh, first_time.then_some(ctx.settings.initial_items));
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
    });
    Ok(())
}

/// Which fresh items are worked on: all, or on a first read the newest `limit`. Undated ones follow the dated in
/// the feed's own order.
fn chosen(fresh: &[(ItemId, ParsedItem)], limit: Option<usize>) -> Vec<bool> {
    let Some(limit) = limit else { return vec![true; fresh.len()] };
    let mut order: Vec<usize> = (0..fresh.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(fresh[*i].1.published));
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
        notes: None,
        transcript: None,
        state,
        problem: None,
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
    (item != *old).then_some(item)
}

/// A permanent redirect is counted, and followed for good when it stays.
fn note_move(outcome: &mut PollOutcome, source: &Source, fetched: &Fetched) {
    let Some(target) = fetched.moved.as_ref().map(Url::to_string) else {
        outcome.state.moved = None;
        return;
    };
    let seen = match &source.poll.moved {
        Some((before, count)) if *before == target => count + 1,
        _ => 1,
    };
    if seen >= MOVED_AFTER {
        outcome.url = Some(target);
        outcome.state.moved = None;
    } else {
        outcome.state.moved = Some((target, seen));
    }
}

fn success(
    ctx: &Context,
    source: &Source,
    now: Timestamp,
    status: &str,
    max_age: Option<Duration>,
    ttl: Option<Duration>,
) -> Outcome {
    let mut state = source.poll.clone();
    state.last = Some(now);
    state.last_success = Some(now);
    state.failures = 0;
    state.problem = None;
    state.http_status = Some(if status == "304" { 304 } else { 200 });
    state.next = after_success(now, &ctx.settings.intervals, max_age, ttl, &source.id);
    outcome(source, state, SourceStatus::Active, status.to_owned(), true)
}

fn failure(ctx: &Context, source: &Source, trouble: Trouble, now: Timestamp) -> Outcome {
    let gone = trouble.status == Some(410);
    let mut state = source.poll.clone();
    state.last = Some(now);
    state.failures = state.failures.saturating_add(1);
    state.http_status = trouble.status;
    let since = state.problem.take().filter(|p| p.what == trouble.what).map_or(now, |p| p.since);
    state.problem = Some(Problem { what: trouble.what.clone(), hint: trouble.hint, since });
    let intervals = &ctx.settings.intervals;
    state.next = after_failure(now, intervals, state.failures, trouble.retry_after, &source.id);
    let status = if gone { SourceStatus::Gone } else { SourceStatus::Active };
    outcome(source, state, status, trouble.what, false)
}

fn outcome(
    source: &Source,
    state: PollState,
    status: SourceStatus,
    said: String,
    ok: bool,
) -> Outcome {
    let report = PollReport {
        source: source.id.clone(),
        title: source.title.clone(),
        status: said,
        ok,
        new_items: 0,
        queued: 0,
    };
    let outcome = PollOutcome {
        source: source.id.clone(),
        state,
        status,
        url: None,
        profile: None,
        new: Vec::new(),
        changed: Vec::new(),
    };
    (outcome, report)
}

#[cfg(test)]
mod tests {
    use super::*;

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
