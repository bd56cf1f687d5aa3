//! Ask one feed for news and record what it said.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use super::address::title_of;
use super::items::{recent, sort_items};
use super::read::{Trouble, fetch, read};
use super::schedule::{Success, after_failure, after_rest, after_success};
use super::{Context, StageError, polls, websub};
use crate::fetch::{Answer, FetchError, Fetched};
use crate::model::{
    ItemState, JobKind, PollState, Problem, Source, SourceId, SourceKind, SourceStatus, Timestamp,
    Why,
};
use crate::store::{PollOutcome, StoreError};

/// A permanent redirect is believed when it was seen this often in a row: a host's mistake of one day should not
/// lose a feed.
const MOVED_AFTER: u32 = 2;
/// The one in which the poll began, of which a part was over, and the one in which the answer came.
const SECONDS_BEGUN: Duration = Duration::from_secs(2);

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
/// Only if the host has no place for it now, or the store fails: what goes wrong with the feed is recorded with the source.
pub async fn poll(
    ctx: &Context,
    id: &SourceId,
    now: Timestamp,
) -> Result<Option<PollReport>, StageError> {
    let Some(source) = ctx.door.glance(|s| s.source(id))? else {
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
    let begun = Instant::now();
    let answer = fetch(ctx, url, Some(&source.poll.validators), false, now).await;
    // Times are whole seconds and the host may have been waited for: what it wished counts from its answer, not from
    // up to a second before it was asked.
    let answered = now.after(begun.elapsed() + SECONDS_BEGUN);
    let outcome = match answer {
        Ok(Answer::NotModified { moved, validators, wish }) => {
            let heard = Heard { said: "304", wish, moved };
            let (mut outcome, report) = success(ctx, &source, answered, heard);
            // RFC 9110 15.4.5: those that come with a 304 take the place of the old ones.
            let kept = &mut outcome.state.validators;
            kept.etag = validators.etag.or(kept.etag.take());
            kept.last_modified = validators.last_modified.or(kept.last_modified.take());
            (outcome, report)
        }
        Ok(Answer::Body(fetched)) => took_body(ctx, &source, *fetched, now, answered).await?,
        Err(error @ FetchError::Busy { .. }) => {
            return Err(StageError::Busy { what: error.to_string() });
        }
        Err(error @ FetchError::Resting { until, .. }) => rests(ctx, &source, &error, until),
        Err(error) => failure(ctx, &source, Trouble::from(error), answered),
    };
    let (outcome, mut report) = outcome;
    let healed = report.ok && source.poll.failures > 0;
    if !ctx.door.glance(|s| s.save_quiet_poll(&outcome))? {
        match ctx.door.call(move |s| s.save_poll(outcome)).await {
            Ok(new) => report.new_items = new,
            // Removed while it was asked.
            Err(StoreError::Gone(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    if healed {
        polls::wake_neighbours(ctx, &source, now).await?;
    }
    if report.ok {
        websub::keep(ctx, id, report.new_items > 0, now).await?;
    }
    Ok(Some(report))
}

type Outcome = (PollOutcome, PollReport);

/// What an answer said beside its body.
struct Heard {
    said: &'static str,
    wish: Option<Duration>,
    moved: Option<Url>,
}

async fn took_body(
    ctx: &Context,
    source: &Source,
    fetched: Fetched,
    now: Timestamp,
    answered: Timestamp,
) -> Result<Outcome, StageError> {
    let hash: String = Sha256::digest(&fetched.body).iter().map(|b| format!("{b:02x}")).collect();
    let heard = |said| Heard { said, wish: fetched.wish, moved: fetched.moved.clone() };
    if source.poll.body_hash.as_ref() == Some(&hash) {
        let (mut outcome, report) = success(ctx, source, answered, heard("unchanged"));
        outcome.state.validators = fetched.validators.clone();
        return Ok((outcome, report));
    }
    let heard = heard("200");
    let (fetched, feed) = match read(fetched).await {
        Ok(both) => both,
        Err(trouble) => {
            let page_feed = trouble.page_feeds.first().cloned();
            let (mut outcome, report) = failure(ctx, source, trouble, answered);
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
    let mut known = source.clone();
    known.poll.rhythm = feed.rhythm;
    known.poll.recent = recent(&feed);
    known.poll.hub = websub::discover(&fetched, &feed);
    let (mut outcome, mut report) = success(ctx, &known, answered, heard);
    outcome.state.validators = fetched.validators.clone();
    outcome.state.body_hash = Some(hash);
    if let Some(target) = feed.new_feed_url.as_deref().filter(|_| fetched.moved.is_none()) {
        announced_move(ctx, source, &fetched.url, target, &mut outcome, now).await;
    }
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

/// A permanent redirect is counted, and followed for good when it stays.
fn note_move(state: &mut PollState, target: Option<String>) -> Option<String> {
    let target = target?;
    let seen = match &state.moved {
        Some((before, count)) if *before == target => count + 1,
        _ => 1,
    };
    if seen >= MOVED_AFTER {
        state.moved = None;
        return Some(target);
    }
    state.moved = Some((target, seen));
    None
}

/// `itunes:new-feed-url` is believed as a permanent redirect is, and if there is a feed at the new address that does not
/// point on.
async fn announced_move(
    ctx: &Context,
    source: &Source,
    here: &Url,
    target: &str,
    outcome: &mut PollOutcome,
    now: Timestamp,
) {
    let given_up = here.scheme() == "https" && target.starts_with("http:");
    if source.feed_url() == Some(target) || target == here.as_str() || given_up {
        return;
    }
    outcome.state.moved.clone_from(&source.poll.moved);
    let Some(target) = note_move(&mut outcome.state, Some(target.to_owned())) else { return };
    let Ok(Answer::Body(there)) = fetch(ctx, &target, None, true, now).await else { return };
    if let Ok((_, feed)) = read(*there).await
        && feed.new_feed_url.is_none_or(|onward| onward == target)
    {
        outcome.url = Some(target);
        // Those of the old address mean nothing at the new one.
        outcome.state.validators = Default::default();
    }
}

fn success(ctx: &Context, source: &Source, now: Timestamp, heard: Heard) -> Outcome {
    let mut state = source.poll.clone();
    state.last = Some(now);
    state.last_success = Some(now);
    state.failures = 0;
    state.problem = None;
    state.rest = None;
    state.http_status = Some(if heard.said == "304" { 304 } else { 200 });
    let said = Success {
        host: heard.wish,
        rhythm: state.rhythm,
        recent: &state.recent,
        hub: source.lease.as_ref().is_some_and(|lease| lease.is_trusted(now)),
    };
    let plan = after_success(now, &ctx.settings.intervals, &said, &source.id);
    (state.next, state.why) = (plan.0, Some(plan.1));
    if let Some(until) = source.lease.as_ref().and_then(|lease| lease.until).filter(|_| said.hub) {
        // A lease that ends before the next poll would end unseen.
        let soonest = now.after(ctx.settings.intervals.min);
        state.next = state.next.min(until.max(soonest));
    }
    let url = if heard.moved.is_none() {
        state.moved = None;
        None
    } else {
        note_move(&mut state, heard.moved.map(String::from))
    };
    let (mut outcome, report) =
        outcome(source, state, SourceStatus::Active, heard.said.to_owned(), true);
    outcome.url = url;
    (outcome, report)
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
    let plan = after_failure(now, intervals, state.failures, trouble.retry_after, &source.id);
    (state.next, state.why) = (plan.0, Some(plan.1));
    let asked = trouble.retry_after.filter(|_| matches!(trouble.status, Some(429 | 503)));
    state.rest = asked.map(|span| now.after(span));
    let status = if gone { SourceStatus::Gone } else { SourceStatus::Active };
    outcome(source, state, status, trouble.what, false)
}

/// Nobody was asked, so nothing is known but when to ask.
fn rests(ctx: &Context, source: &Source, error: &FetchError, until: Timestamp) -> Outcome {
    let mut state = source.poll.clone();
    let plan = after_rest(until, &ctx.settings.intervals, &source.id);
    (state.next, state.why) = (plan.0, Some(Why::HostRests));
    outcome(source, state, SourceStatus::Active, error.to_string(), true)
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
