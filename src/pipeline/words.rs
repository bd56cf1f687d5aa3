//! What is common to all ways to an item's words: show notes as the last of them, and the commit.

use super::{Context, StageError, TranscribeReport, chapters, drift};
use crate::model::{Item, ItemKind, Problem, Segment, Timestamp, Transcript, TranscriptOrigin};
use crate::store::{StoreError, TranscriptOutcome};
use crate::text::html;

const NOTES_SERVE: &str = "The show notes serve instead.";

/// Words that were found.
pub(super) struct Words {
    pub transcript: Transcript,
    pub origin: TranscriptOrigin,
    /// Who recognised them, and how long the recording is, in milliseconds.
    pub recognised: Option<(String, u64)>,
    /// What was wrong with better ones.
    pub problem: Option<Problem>,
}

/// Show notes or the item's own text, for want of better; `problem` says why.
pub(super) async fn notes(
    ctx: &Context,
    item: &Item,
    mut problem: Option<Problem>,
) -> Result<Words, StageError> {
    if let Some(problem) = problem.as_mut().filter(|_| item.mail.is_none()) {
        problem.hint = match problem.hint.as_str() {
            "" => NOTES_SERVE.into(),
            hint => format!("{NOTES_SERVE} {hint}"),
        };
    }
    let transcript = from_notes(ctx, item).await?;
    let origin = match item.kind {
        ItemKind::Episode => TranscriptOrigin::ShowNotes,
        ItemKind::Issue | ItemKind::Article => TranscriptOrigin::Body,
    };
    Ok(Words { transcript, origin, recognised: None, problem })
}

/// Commits them with the next job. Nothing is reported of an item that is gone.
pub(super) async fn save(
    ctx: &Context,
    item: Item,
    show: String,
    words: Words,
    now: Timestamp,
) -> Result<Option<TranscribeReport>, StageError> {
    let Words { transcript, origin, recognised, problem } = words;
    let drift_ms = match (&recognised, origin) {
        (Some((_, length)), _) => drift::of_recording(item.duration_ms, *length),
        (None, TranscriptOrigin::Publisher) => drift::of(item.duration_ms, &transcript),
        (None, _) => None,
    };
    let notes = notes_of(ctx, &item).await?.unwrap_or_default();
    let chapters = chapters::of(ctx, &item, &notes, now).await;
    let report = TranscribeReport {
        source: item.source.clone(),
        show,
        title: item.title.clone(),
        origin,
        problem: problem.as_ref().map(|p| p.what.clone()),
    };
    let item = item.id;
    let saved = ctx.door.call(move |s| {
        let bytes = serde_json::to_vec(&transcript)
            .map_err(|e| StoreError::Failed(format!("a transcript can't be written: {e}")))?;
        let body = s.put_body(&bytes)?;
        s.save_transcript(TranscriptOutcome {
            item,
            body,
            origin,
            recognised_by: recognised.map(|(by, _)| by),
            problem,
            chapters,
            drift_ms,
            now,
        })
    });
    match saved.await {
        Err(StoreError::Gone(_)) => Ok(None),
        other => {
            other?;
            Ok(Some(report))
        }
    }
}

async fn notes_of(ctx: &Context, item: &Item) -> Result<Option<String>, StageError> {
    let Some(body) = item.notes.clone() else { return Ok(None) };
    let bytes = ctx.door.call(move |s| s.body(&body)).await?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Show notes or an article as untimed segments, one a paragraph; empty if there are none.
async fn from_notes(ctx: &Context, item: &Item) -> Result<Transcript, StageError> {
    let Some(notes) = notes_of(ctx, item).await? else {
        return Ok(Transcript { language: item.language.clone(), segments: Vec::new() });
    };
    let language = item.language.clone();
    let made = tokio::task::spawn_blocking(move || {
        let segments = html::to_paragraphs(&notes)
            .into_iter()
            .map(|text| Segment { text, ..Segment::default() })
            .collect();
        Transcript { language, segments }
    });
    made.await.map_err(|_| StageError::Abort {
        what: "the show notes made the parser fail".into(),
        hint: "Please report the feed's address as a bug.".into(),
    })
}
