//! Get an item's words: the best linked transcript that can be read, else its show notes or text.

use serde::{Deserialize, Serialize};

use super::{Context, StageError, chapters, drift, speakers};
use crate::fetch::{Answer, FetchError, Request};
use crate::model::{
    Item, ItemId, ItemKind, ItemState, JobKind, Problem, Segment, SourceId, Timestamp, Transcript,
    TranscriptFormat, TranscriptLink, TranscriptOrigin,
};
use crate::parse::transcript;
use crate::store::{StoreError, TranscriptOutcome};
use crate::text::html;

/// A transcript whose host is down is waited for through this many failures (with the queue's doubling waits about
/// eight hours); then the notes serve.
const PATIENCE: u32 = 9;
const NOTES_SERVE: &str = "The show notes serve instead.";
/// Fewer words are no transcript of an episode but a mistake.
const MIN_WORDS: usize = 20;

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

/// The stage. `attempts` is how often it failed before.
///
/// # Errors
/// [`StageError::Retry`] while a linked transcript may still come.
pub async fn transcribe(
    ctx: &Context,
    id: &ItemId,
    attempts: u32,
    now: Timestamp,
) -> Result<Option<TranscribeReport>, StageError> {
    let wanted = id.clone();
    let found = ctx.door.call(move |s| {
        let Some(item) = s.item(&wanted)? else { return Ok(None) };
        Ok(s.source(&item.source)?.map(|source| (item, source.title)))
    });
    let waiting = found.await?.filter(|(item, _)| item.state == ItemState::New);
    let Some((item, show)) = waiting else {
        let job = JobKind::Transcribe(id.clone());
        ctx.door.call(move |s| s.drop_job(&job)).await?;
        return Ok(None);
    };
    // What is wrong with a message, which has no links, stays said.
    let mut problem = item.problem.clone().filter(|_| item.mail.is_some());
    let mut temporary = None;
    let mut found = None;
    for link in by_preference(&item.transcripts, item.language.as_deref()) {
        match read_link(ctx, &link, now).await {
            Ok(mut transcript) => {
                speakers::name(&mut transcript, &item.persons);
                found = Some(transcript);
                break;
            }
            // Nobody was asked: it is tried again as if it had not been.
            Err(Unread::Busy(what)) => return Err(StageError::Busy { what }),
            Err(Unread::Trouble(trouble)) => {
                temporary = temporary.or(trouble.temporary.clone());
                problem.get_or_insert(Problem {
                    what: trouble.what,
                    hint: trouble.hint,
                    since: now,
                });
            }
        }
    }
    let (transcript, origin) = match (found, temporary) {
        (Some(transcript), _) => {
            problem = None;
            (transcript, TranscriptOrigin::Publisher)
        }
        (None, Some((what, hint))) if attempts < PATIENCE => {
            return Err(StageError::Retry { what, hint, after: None });
        }
        (None, _) => {
            if let Some(problem) = problem.as_mut().filter(|_| item.mail.is_none()) {
                problem.hint = NOTES_SERVE.into();
            }
            (from_notes(ctx, &item).await?, notes_origin(item.kind))
        }
    };
    let drift_ms = match origin {
        TranscriptOrigin::Publisher => drift::of(item.duration_ms, &transcript),
        TranscriptOrigin::ShowNotes | TranscriptOrigin::Body => None,
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

fn notes_origin(kind: ItemKind) -> TranscriptOrigin {
    match kind {
        ItemKind::Episode => TranscriptOrigin::ShowNotes,
        ItemKind::Issue | ItemKind::Article => TranscriptOrigin::Body,
    }
}

/// Why there are no words of a link.
enum Unread {
    Busy(String),
    Trouble(Trouble),
}

struct Trouble {
    what: String,
    hint: String,
    temporary: Option<(String, String)>,
}

async fn read_link(
    ctx: &Context,
    link: &TranscriptLink,
    now: Timestamp,
) -> Result<Transcript, Unread> {
    let accept = match link.format {
        TranscriptFormat::Vtt => "text/vtt, */*;q=0.5",
        TranscriptFormat::Srt => "application/x-subrip, application/srt, text/srt, */*;q=0.5",
        TranscriptFormat::Json => "application/json, */*;q=0.5",
        TranscriptFormat::Html => "text/html, */*;q=0.5",
        TranscriptFormat::Text => "text/plain, */*;q=0.5",
    };
    let url = link.url.as_str();
    let max_bytes = ctx.settings.max_transcript;
    let request = Request { url, validators: None, accept, max_bytes, patient: false, now };
    let fetched = match ctx.fetcher.get(request).await {
        Ok(Answer::Body(fetched)) => fetched,
        Ok(Answer::NotModified { .. }) => {
            return Err(unreadable(url, "the host answered 304 to an unconditional request"));
        }
        Err(error @ FetchError::Busy { .. }) => return Err(Unread::Busy(error.to_string())),
        Err(error) => {
            let what = format!("the transcript {url}: {error}");
            let temporary = error.is_temporary().then(|| (what.clone(), error.hint()));
            let hint = error.hint();
            return Err(Unread::Trouble(Trouble { what, hint, temporary }));
        }
    };
    let stated = link.format;
    let parsed = tokio::task::spawn_blocking(move || {
        let kind = fetched.content_type.as_deref();
        let guessed = transcript::guess_format(&fetched.body, kind, Some(fetched.url.as_str()));
        transcript::parse(&fetched.body, guessed.unwrap_or(stated), kind)
    });
    match parsed.await {
        Ok(Ok(transcript)) if transcript.word_count() >= MIN_WORDS => Ok(transcript),
        Ok(Ok(transcript)) => {
            Err(unreadable(url, &format!("it has only {} words", transcript.word_count())))
        }
        Ok(Err(error)) => Err(unreadable(url, &error.to_string())),
        Err(_) => Err(unreadable(url, "it made the parser fail")),
    }
}

fn unreadable(url: &str, why: &str) -> Unread {
    Unread::Trouble(Trouble {
        what: format!("the transcript {url} can't be used: {why}"),
        hint: NOTES_SERVE.into(),
        temporary: None,
    })
}

/// The show's language first, timed before untimed; otherwise in the feed's order.
fn by_preference(links: &[TranscriptLink], language: Option<&str>) -> Vec<TranscriptLink> {
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let foreign = |link: &TranscriptLink| match (&link.language, language) {
        (Some(theirs), Some(ours)) => primary(theirs) != primary(ours),
        _ => false,
    };
    let order = |format: TranscriptFormat| match format {
        // JSON and VTT name speakers; SRT seldom does.
        TranscriptFormat::Json | TranscriptFormat::Vtt => 0,
        TranscriptFormat::Srt => 1,
        TranscriptFormat::Html => 2,
        TranscriptFormat::Text => 3,
    };
    let mut links = links.to_vec();
    links.sort_by_key(|link| (foreign(link), order(link.format)));
    links
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shows_language_and_times_come_first() {
        let link = |url: &str, format, language: &str| TranscriptLink {
            url: url.into(),
            format,
            language: Some(language.into()).filter(|l: &String| !l.is_empty()),
        };
        let links = [
            link("html", TranscriptFormat::Html, "en"),
            link("german", TranscriptFormat::Vtt, "de"),
            link("srt", TranscriptFormat::Srt, ""),
            link("vtt", TranscriptFormat::Vtt, "en-US"),
        ];
        let order: Vec<_> =
            by_preference(&links, Some("en-gb")).into_iter().map(|l| l.url).collect();
        assert_eq!(order, ["vtt", "srt", "html", "german"]);
    }
}
