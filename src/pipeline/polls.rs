//! Polls of all sources together: put right at a start and when a clock jumped, and brought forward when a host is well again.

use std::time::Duration;

use url::Url;

use super::schedule::replanned;
use super::{Context, StageError};
use crate::model::{Source, SourceId, SourceStatus, Timestamp, Why};

/// Puts right what was planned by another clock or missed while nothing ran, and leaves alone those hosts that asked for it
/// before. `caught_up` spreads what was missed; without it, it is asked at once.
///
/// # Errors
/// If the store fails.
pub async fn plan_polls(ctx: &Context, caught_up: bool, now: Timestamp) -> Result<(), StageError> {
    let bounds = ctx.settings.intervals;
    let sources = ctx.door.call(|s| s.sources()).await?;
    // Mail comes by itself.
    let polled = |s: &&Source| s.status == SourceStatus::Active && s.feed_url().is_some();
    let active = || sources.iter().filter(polled);
    for source in active() {
        if let Some(until) = source.poll.rest.filter(|until| *until > now) {
            if let Some(url) = source.feed_url() {
                ctx.fetcher.rest(url, now, until);
            }
        }
    }
    let plan: Vec<(SourceId, Timestamp)> = active()
        .filter(|source| caught_up || source.poll.next > now)
        .filter_map(|source| {
            let (next, last) = (source.poll.next, source.poll.last);
            let next = replanned(now, &bounds, next, last, &source.id)?;
            Some((source.id.clone(), next))
        })
        .collect();
    if !plan.is_empty() {
        tracing::info!(
            polls = plan.len(),
            "polls that were missed or planned by another clock are spread out"
        );
        ctx.door.call(move |s| s.move_polls(&plan)).await?;
    }
    Ok(())
}

/// Tells hosts how many readers there are, with the next request.
///
/// # Errors
/// If the store fails.
pub async fn count_readers(ctx: &Context) -> Result<(), StageError> {
    let readers = ctx.door.call(|s| Ok(s.subscribers()?.len())).await?;
    ctx.fetcher.set_subscribers(readers);
    Ok(())
}

/// A host that answers again: its other sources need not wait out their back-off.
pub(super) async fn wake_neighbours(
    ctx: &Context,
    healed: &Source,
    now: Timestamp,
) -> Result<(), StageError> {
    let host = |source: &Source| {
        let url = Url::parse(source.feed_url()?).ok();
        url.map(|url| (url.host_str().map(str::to_owned), url.port()))
    };
    let (own, own_id) = (host(healed), healed.id.clone());
    let soon = ctx.settings.intervals.min;
    ctx.door
        .call(move |s| {
            let waits = |source: &Source| {
                source.id != own_id
                    && source.status == SourceStatus::Active
                    && matches!(source.poll.why, Some(Why::BackOff | Why::HostRests))
                    // What the host answered with an error of its own did not heal with the host.
                    && source.poll.http_status.is_none_or(|status| status >= 500)
                    && source.poll.next > now.after(soon)
            };
            let mut plan = Vec::new();
            for source in s.sources()?.iter().filter(|source| waits(source)) {
                if host(source) == own {
                    let place = Duration::from_secs(plan.len() as u64);
                    plan.push((source.id.clone(), now.after(soon + place)));
                }
            }
            if plan.is_empty() { Ok(()) } else { s.move_polls(&plan) }
        })
        .await?;
    Ok(())
}
