//! Get an item's words: the best linked transcript that can be read, else its speech, if that is to be recognised, else
//! its show notes or text.

use serde::{Deserialize, Serialize};

use super::words::Words;
use super::{Context, StageError, linked, recognise, words};
use crate::model::{
    Item, ItemId, ItemState, JobKind, Problem, Source, SourceId, SpeechPolicy, Timestamp,
    TranscriptOrigin,
};

/// A transcript whose host is down is waited for through this many failures (with the queue's doubling waits about
/// eight hours); then the notes serve.
const PATIENCE: u32 = 9;

/// What the stage did, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TranscribeReport {
    /// Whose.
    pub source: SourceId,
    /// As the source calls itself.
    pub show: String,
    /// The item's.
    pub title: String,
    /// Where the words came from.
    pub origin: TranscriptOrigin,
    /// What was wrong with a better one.
    pub problem: Option<String>,
}

/// The stage. `attempts` is how often it failed before. Nothing is reported of an item whose speech is to be recognised.
///
/// # Errors
/// [`StageError::Retry`] while a linked transcript may still come.
pub async fn transcribe(
    ctx: &Context,
    id: &ItemId,
    attempts: u32,
    now: Timestamp,
) -> Result<Option<TranscribeReport>, StageError> {
    let Some((item, source)) = waiting(ctx, id, &JobKind::Transcribe(id.clone())).await? else {
        return Ok(None);
    };
    let policy = recognise::policy(ctx, &item, &source);
    if policy == SpeechPolicy::Always {
        recognise::queue(ctx, &item, None, now).await?;
        return Ok(None);
    }
    // What is wrong with a message, which has no links, stays said.
    let known = item.problem.clone().filter(|_| item.mail.is_some());
    // Nobody was asked: it is tried again as if it had not been.
    let found = linked::find(ctx, &item, now).await.map_err(|what| StageError::Busy { what })?;
    let words = match (found.transcript, found.temporary) {
        (Some(transcript), _) => Words {
            transcript,
            origin: TranscriptOrigin::Publisher,
            recognised: None,
            problem: None,
        },
        (None, Some((what, hint))) if attempts < PATIENCE => {
            return Err(StageError::Retry { what, hint, after: None });
        }
        (None, _) if policy == SpeechPolicy::Missing => {
            recognise::queue(ctx, &item, found.problem, now).await?;
            return Ok(None);
        }
        (None, _) => words::notes(ctx, &item, known.or(unlinked(found.problem))).await?,
    };
    words::save(ctx, item, source.title, words, now).await
}

/// The problem without its hint: that the notes serve is said where they do.
fn unlinked(problem: Option<Problem>) -> Option<Problem> {
    problem.map(|problem| Problem { hint: String::new(), ..problem })
}

/// The item and its source, if it waits for its words; else the job goes.
pub(super) async fn waiting(
    ctx: &Context,
    id: &ItemId,
    job: &JobKind,
) -> Result<Option<(Item, Source)>, StageError> {
    let wanted = id.clone();
    let found = ctx.door.call(move |s| {
        let Some(item) = s.item(&wanted)? else { return Ok(None) };
        Ok(s.source(&item.source)?.map(|source| (item, source)))
    });
    let waiting = found.await?.filter(|(item, _)| item.state == ItemState::New);
    if waiting.is_none() {
        let job = job.clone();
        ctx.door.call(move |s| s.drop_job(&job)).await?;
    }
    Ok(waiting)
}
