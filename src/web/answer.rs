//! From a question to its document: kept as long as neither the store, the index nor the hour has moved, made only
//! within the asker's rate.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;

use crate::model::{Cut, Entry, QueryId, Since};
use crate::publish::{self, day_of};
use crate::search::Ask;
use crate::store::Store;
use crate::text::phrases::Phrases;

use super::asked::{Asked, Shows};
use super::find::Meaning;
use super::limit::Kind;
use super::rendered::{Made, Rendered};
use super::state::{fresh, held, kept};
use super::{WebError, WebState};

/// Insights of a digest's day, where the question does not say.
const OF_A_DAY: u8 = 10;
/// Days of a digest's page.
const DAYS: usize = 30;

/// The document called `name` that `make` gives for a question. An answer that was made before costs nothing.
///
/// # Errors
/// [`WebError::TooMany`] if the asker has asked for too much that is new, and what `make` gives.
pub async fn document<F>(
    request: &HttpRequest,
    state: &Data<WebState>,
    name: &str,
    asked: Asked,
    make: F,
) -> Result<Arc<Rendered>, WebError>
where
    F: FnOnce(&dyn Store, &WebState, &Asked, &Meaning) -> Result<Made, WebError> + Send + 'static,
{
    let now = state.find.now();
    let hour = match (asked.query.cut, asked.query.since) {
        (_, Some(Since::Hours(_))) => now.secs() / 3600,
        (Cut::Digest, _) => day_of(now),
        _ => 0,
    };
    let generation = state.index.generation();
    let key = format!("{name} {} {:?} {generation} {hour}", asked.address, asked.before);
    if let Some(document) = held(state, &key) {
        return Ok(document);
    }
    state.limits.take(Kind::Search, request, now)?;
    let meaning = match asked.query.cut {
        Cut::Items => state.find.meaning(&asked.query).await,
        Cut::Digest => Meaning::Words,
    };
    let whole = !matches!(meaning, Meaning::Missing);
    let make = move |store: &dyn Store, state: &WebState| make(store, state, &asked, &meaning);
    if whole { kept(state, key, make).await } else { fresh(state, make).await }
}

/// The entries of a feed's page and one more, newest first.
///
/// # Errors
/// What the store gives.
pub fn entries(
    store: &dyn Store,
    state: &WebState,
    asked: &Asked,
    shows: &Shows,
    meaning: &Meaning,
) -> Result<Vec<(u64, Entry)>, WebError> {
    let ask = Ask { query: &asked.query, shows, viewer: None, now: state.find.now() };
    if asked.query.cut == Cut::Digest {
        return digests(store, state, asked, &ask);
    }
    let found = state.index.newest(&ask, meaning.vector(), asked.before, page_size(asked) + 1);
    let mut entries = Vec::with_capacity(found.len());
    for one in found {
        // The store has the last word on what is there and who may see it.
        entries.extend(store.entry(&one.id, None)?.map(|entry| (one.seq, entry)));
    }
    Ok(entries)
}

/// How many entries a page of the question's feed has at most.
pub fn page_size(asked: &Asked) -> usize {
    match (asked.query.cut, asked.query.limit) {
        (Cut::Digest, _) => DAYS,
        (Cut::Items, Some(limit)) => limit.into(),
        (Cut::Items, None) => publish::PAGE_SIZE,
    }
}

/// One entry for each day that is over, the newest first; its number is its place in the feed.
fn digests(
    store: &dyn Store,
    state: &WebState,
    asked: &Asked,
    ask: &Ask<'_>,
) -> Result<Vec<(u64, Entry)>, WebError> {
    let before = asked.before.and_then(|day| i64::try_from(day).ok()).unwrap_or(i64::MAX);
    let before = before.min(day_of(ask.now));
    let limit = usize::from(asked.query.limit.unwrap_or(OF_A_DAY));
    let found = state.index.newest(ask, None, None, usize::MAX);
    let mut days: Vec<(i64, Vec<_>)> = Vec::new();
    for one in found.into_iter().filter(|one| day_of(one.published) < before) {
        let day = day_of(one.published);
        match days.iter().position(|(known, _)| *known == day) {
            Some(at) => days[at].1.push(one),
            None if days.len() > DAYS => {}
            None => days.push((day, vec![one])),
        }
    }
    let id = QueryId::of(&asked.address);
    let mut entries = Vec::new();
    for (day, mut of_day) in days {
        of_day.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.seq.cmp(&b.seq)));
        let mut best = Vec::new();
        for one in of_day {
            if best.len() < limit {
                best.extend(store.entry(&one.id, None)?);
            }
        }
        let (page, t) = (&asked.address, Phrases::first());
        let entry = publish::digest(&id, page, day, &best, &state.site.authority, t);
        entries.extend(entry.and_then(|entry| Some((u64::try_from(day).ok()?, entry))));
    }
    entries.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
    Ok(entries)
}
