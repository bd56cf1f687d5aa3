//! Recognise an item's speech: fetch its recording, have it recognised piece by piece, and take the words as its
//! transcript. What is recognised is safe before the next piece is begun, so that a crash costs one piece at most.

mod hear;
mod rest;
mod trouble;

use std::sync::Arc;
use std::time::Instant;

use tokio::task::spawn_blocking;

pub use self::hear::hear_file;
use self::hear::{Hearing, language};
use self::rest::Rest;
use self::trouble::Trouble;
use super::linked::{self, MIN_WORDS};
use super::transcribe::waiting;
use super::words::{self, Words};
use super::{Context, StageError, TranscribeReport};
use crate::fetch::{Download, Own};
use crate::model::{
    Enclosure, Item, ItemId, ItemKind, JobKind, Problem, Source, SpeechPolicy, Timestamp,
    Transcript, TranscriptOrigin,
};
use crate::speech::{self, Folder, Speech};
use crate::store::Unheard;

/// A recogniser that fails, or a recording that can't be fetched, is waited for through this many failures in a row (about
/// eight hours); then the notes serve.
const PATIENCE: u32 = 9;

/// What it needs, where speech is recognised.
pub struct Listening {
    /// The operator's choices.
    pub speech: Speech,
    /// Asks the operator's own endpoint.
    pub own: Own,
    rest: Rest,
}

impl Listening {
    /// Asks nobody yet.
    pub fn new(speech: Speech, own: Own) -> Self {
        Self { speech, own, rest: Rest::default() }
    }
}

/// What is to be done with an item's speech.
pub(super) fn policy(ctx: &Context, item: &Item, source: &Source) -> SpeechPolicy {
    match &ctx.listening {
        Some(listening) if recording(item).is_some() => {
            source.speech.unwrap_or(listening.speech.policy)
        }
        _ => SpeechPolicy::Never,
    }
}

/// What could be heard.
fn recording(item: &Item) -> Option<&Enclosure> {
    let sounds = |e: &&Enclosure| {
        !["image/", "text/", "application/pdf"].iter().any(|kind| e.media_type.starts_with(kind))
    };
    item.enclosure.as_ref().filter(|_| item.kind == ItemKind::Episode).filter(sounds)
}

/// Puts the work into the queue, or records how it does.
pub(super) async fn queue(
    ctx: &Context,
    item: &Item,
    problem: Option<Problem>,
    now: Timestamp,
) -> Result<(), StageError> {
    let by = ctx.listening.as_ref().map(|listening| listening.speech.name()).unwrap_or_default();
    let item = item.id.clone();
    Ok(ctx.door.call(move |s| s.await_speech(Unheard { item, by, problem, now })).await?)
}

/// The stage. `attempts` is how often it failed in a row without bringing anything.
///
/// # Errors
/// [`StageError::Retry`] and [`StageError::Rest`] while there is hope.
pub async fn recognise(
    ctx: &Context,
    id: &ItemId,
    attempts: u32,
    now: Timestamp,
) -> Result<Option<TranscribeReport>, StageError> {
    let begun = Instant::now();
    let Some((item, source)) = waiting(ctx, id, &JobKind::Recognise(id.clone())).await? else {
        discard(ctx, id).await;
        return Ok(None);
    };
    let policy = policy(ctx, &item, &source);
    let mut problem = item.problem.clone();
    if policy != SpeechPolicy::Always {
        // It may have come meanwhile.
        let found =
            linked::find(ctx, &item, now).await.map_err(|what| StageError::Busy { what })?;
        if let Some(transcript) = found.transcript {
            let origin = TranscriptOrigin::Publisher;
            let words = Words { transcript, origin, recognised: None, problem: None };
            return finish(ctx, item, source, words, now).await;
        }
        problem = found.problem;
    }
    let Some(listening) = ctx.listening.clone().filter(|_| policy != SpeechPolicy::Never) else {
        let problem = problem.map(|problem| Problem { hint: String::new(), ..problem });
        let words = words::notes(ctx, &item, problem).await?;
        return finish(ctx, item, source, words, now).await;
    };
    let clock = || now.after(begun.elapsed());
    let trouble = match listen(ctx, &listening, &item, now, &clock).await {
        Ok((transcript, length)) => {
            let recognised = Some((listening.speech.name(), length));
            let origin = TranscriptOrigin::Recognised;
            let words = Words { transcript, origin, recognised, problem: None };
            return finish(ctx, item, source, words, clock()).await;
        }
        Err(trouble) => trouble,
    };
    let (what, hint) = match trouble {
        Trouble::Busy(what) => return Err(StageError::Busy { what }),
        Trouble::Later { what, until } => {
            let hint = "It goes on by itself then.".into();
            queue(ctx, &item, Some(Problem { what: what.clone(), hint, since: now }), now).await?;
            return Err(StageError::Rest { what, until });
        }
        Trouble::Retry { what, hint, after, progress } if progress || attempts < PATIENCE => {
            let said = Problem { what: what.clone(), hint: hint.clone(), since: now };
            queue(ctx, &item, Some(said), now).await?;
            let wait = Trouble::wait(if progress { 0 } else { attempts }, after);
            return Err(match progress {
                true => StageError::Rest { what, until: clock().after(wait) },
                false => StageError::Retry { what, hint, after: Some(begun.elapsed() + wait) },
            });
        }
        Trouble::Retry { what, hint, .. } | Trouble::Refused { what, hint } => (what, hint),
    };
    let problem = Problem { what, hint, since: now };
    let found = match policy {
        SpeechPolicy::Always => {
            linked::find(ctx, &item, now)
                .await
                .map_err(|what| StageError::Busy { what })?
                .transcript
        }
        SpeechPolicy::Missing | SpeechPolicy::Never => None,
    };
    let words = match found {
        Some(transcript) => Words {
            transcript,
            origin: TranscriptOrigin::Publisher,
            recognised: None,
            problem: Some(problem),
        },
        None => words::notes(ctx, &item, Some(problem)).await?,
    };
    finish(ctx, item, source, words, clock()).await
}

async fn finish(
    ctx: &Context,
    item: Item,
    source: Source,
    words: Words,
    now: Timestamp,
) -> Result<Option<TranscribeReport>, StageError> {
    let id = item.id.clone();
    let report = words::save(ctx, item, source.title, words, now).await?;
    discard(ctx, &id).await;
    Ok(report)
}

/// The recording is never kept.
async fn discard(ctx: &Context, id: &ItemId) {
    let Some(listening) = ctx.listening.clone() else { return };
    let item = id.clone();
    let removed = spawn_blocking(move || Folder::remove(&listening.speech.data, &item)).await;
    if let Ok(Err(error)) = removed {
        tracing::warn!(item = %id, %error, "a recording can't be removed; the next start tries again");
    }
}

/// The words, and the length of the recording in milliseconds.
async fn listen(
    ctx: &Context,
    listening: &Arc<Listening>,
    item: &Item,
    now: Timestamp,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<(Transcript, u64), Trouble> {
    let speech = &listening.speech;
    let Some(recording) = recording(item) else {
        return Err(Trouble::refused("the item has no recording", ""));
    };
    let minutes = item.duration_ms.unwrap_or(0) / 60_000;
    if minutes > u64::from(speech.max_minutes) {
        return Err(Trouble::too_long(speech.max_minutes));
    }
    listening.rest.check(now)?;
    let (data, id) = (speech.data.clone(), item.id.clone());
    let folder = spawn_blocking(move || {
        Folder::leave_one_recording(&data, &id)?;
        Folder::open(&data, &id)
    })
    .await;
    let folder = folder.map_err(Trouble::inside)?.map_err(Trouble::disk)?;
    let audio = folder.audio();
    let length = ctx.fetcher.download(Download {
        url: &recording.url,
        to: &audio,
        max_bytes: speech.max_audio,
        refused: speech::refused,
        now,
    });
    let length = length.await.map_err(|error| Trouble::of_fetch(&recording.url, &error))?;
    let language = language(speech.language.as_deref().or(item.language.as_deref()));
    let hearing = Hearing { listening, folder, language, clock, counted: true };
    let (transcript, millis) = hearing.all(audio, length).await?;
    if transcript.word_count() < MIN_WORDS {
        return Err(Trouble::refused(
            format!("{} recognised only {} words in it", speech.name(), transcript.word_count()),
            "If there is speech in it, try the recogniser with `podbrief transcribe FILE`.",
        ));
    }
    Ok((transcript, millis))
}
