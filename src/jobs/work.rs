//! Runs one job: the stage, its clock, its panic boundary, and what its failure means for the queue.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use super::Event;
use super::backoff::{POISON, most_attempts, wait};
use crate::model::{ItemId, Job, JobKind, Problem, SourceId, Timestamp};
use crate::pipeline::{self, Context, StageError};
use crate::store::StoreError;

/// How a job ended.
pub(super) enum Ended {
    /// Done, with something to tell if it did anything.
    Done(Option<Event>),
    /// Failed, and recorded as such.
    Failed(Event),
    /// Its host had no place for it: it was not tried.
    Busy,
    /// The store failed: nothing could be recorded.
    Store(StoreError),
}

pub(super) async fn run(ctx: Context, job: Job, now: Timestamp) -> Ended {
    let start = Instant::now();
    let late = now.since(job.due) > LATE;
    // The panic boundary: a stage leaves nothing half done behind but what its commits allow.
    let stage = AssertUnwindSafe(stage(&ctx, &job.kind, job.attempts, late, now, start));
    let mut most = most_attempts(&job.kind);
    let error = match stage.catch_unwind().await {
        Ok(Ok(event)) => return Ended::Done(event),
        Ok(Err(StageError::Busy { .. })) => return Ended::Busy,
        Ok(Err(StageError::Store(error))) => return Ended::Store(error),
        Ok(Err(StageError::Later { what, hint, due })) => {
            tracing::info!(job = %job.kind.key(), reason = what, hint, %due, "put off");
            let kind = job.kind.clone();
            let problem = Problem { what, hint, since: now };
            return match ctx.door.call(move |s| s.postpone_job(&kind, due, &problem)).await {
                Ok(()) => Ended::Done(None),
                Err(error) => Ended::Store(error),
            };
        }
        Ok(Err(error)) => error,
        Err(panic) => {
            // No host is at fault here, so none is waited for.
            most = most.min(POISON);
            StageError::Retry {
                what: format!("{} failed inside: {}", job.kind.key(), told(&*panic)),
                hint: "Please report this as a bug, with the log around it.".into(),
                after: None,
            }
        }
    };
    match record(&ctx, &job, error, most, now).await {
        Ok(event) => Ended::Failed(event),
        Err(error) => Ended::Store(error),
    }
}

async fn stage(
    ctx: &Context,
    kind: &JobKind,
    attempts: u32,
    late: bool,
    now: Timestamp,
    start: Instant,
) -> Result<Option<Event>, StageError> {
    let took = || u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(match kind {
        JobKind::Poll(id) => pipeline::poll(ctx, id, now)
            .await?
            .map(|report| Event::Polled { report, took_ms: took() }),
        JobKind::Transcribe(id) => pipeline::transcribe(ctx, id, attempts, now)
            .await?
            .map(|report| Event::Transcribed { report, took_ms: took() }),
        JobKind::Recognise(id) => pipeline::recognise(ctx, id, attempts, now)
            .await?
            .map(|report| Event::Transcribed { report, took_ms: took() }),
        JobKind::Extract(id) => pipeline::extract(ctx, id, now)
            .await?
            .map(|report| Event::Extracted { report, took_ms: took() }),
        JobKind::Write(id) => pipeline::write(ctx, id, now)
            .await?
            .map(|report| Event::Extracted { report, took_ms: took() }),
        JobKind::Relate(id) => {
            pipeline::relate(ctx, id, attempts, now).await?;
            None
        }
        JobKind::Compose(id) => pipeline::compose(ctx, id, now)
            .await?
            .map(|report| Event::Composed { report, took_ms: took(), late }),
        JobKind::Embed => {
            pipeline::embed(ctx, now).await?;
            None
        }
    })
}

/// What a panic said.
fn told(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic")
}

async fn record(
    ctx: &Context,
    job: &Job,
    error: StageError,
    most: u32,
    now: Timestamp,
) -> Result<Event, StoreError> {
    let what = error.to_string();
    let (hint, after, hopeless) = match error {
        StageError::Retry { hint, after, .. } => (hint, after, job.attempts + 1 >= most),
        StageError::Abort { hint, .. } => (hint, None, true),
        StageError::Rest { until, .. } => {
            let kind = job.kind.clone();
            ctx.door.call(move |s| s.defer_job(&kind, until)).await?;
            return Ok(Event::Failed { job: job.kind.key(), source: None, what });
        }
        // `run` has dealt with it.
        StageError::Busy { what } | StageError::Later { what, .. } => (what, None, false),
        StageError::Store(error) => return Err(error),
    };
    let (kind, text) = (job.kind.clone(), what.clone());
    let source = match item_of(&kind) {
        Some(item) => source_of(ctx, item.clone()).await?,
        None => None,
    };
    let due = now.after(wait(job.attempts, after));
    ctx.door
        .call(move |s| match item_of(&kind).filter(|_| hopeless) {
            Some(item) => {
                let item = item.clone();
                s.fail_item(&item, &kind, Problem { what: text, hint, since: now })
            }
            None => s.postpone_job(&kind, due, &Problem { what: text, hint, since: now }),
        })
        .await?;
    Ok(Event::Failed { job: job.kind.key(), source, what })
}

fn item_of(kind: &JobKind) -> Option<&ItemId> {
    match kind {
        // What fails to be compared is published all the same.
        JobKind::Poll(_) | JobKind::Compose(_) | JobKind::Embed | JobKind::Relate(_) => None,
        JobKind::Transcribe(id)
        | JobKind::Recognise(id)
        | JobKind::Extract(id)
        | JobKind::Write(id) => Some(id),
    }
}

async fn source_of(ctx: &Context, item: ItemId) -> Result<Option<SourceId>, StoreError> {
    ctx.door.call(move |s| Ok(s.item(&item)?.map(|item| item.source))).await
}

/// An edition that begins so long after it was due is late.
const LATE: Duration = Duration::from_secs(1800);
/// After the store failed, a job is left alone this long.
pub(super) const STORE_PAUSE: Duration = Duration::from_secs(30);
