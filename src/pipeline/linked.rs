//! The words behind an item's transcript links: the first that can be read, best first.

use super::{Context, speakers};
use crate::fetch::{Answer, FetchError, Request};
use crate::model::{Item, Problem, Timestamp, Transcript, TranscriptFormat, TranscriptLink};
use crate::parse::transcript;

/// Fewer words are no transcript of an episode but a mistake.
pub(super) const MIN_WORDS: usize = 20;

/// What the links gave.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The words, with speakers by their full names.
    pub transcript: Option<Transcript>,
    /// What was wrong with the first that could not be read.
    pub problem: Option<Problem>,
    /// What was wrong, and what to do about it, if it may be well later.
    pub temporary: Option<(String, String)>,
}

/// Asks one after another.
///
/// # Errors
/// What to say, if a host had no place for us: nobody was asked.
pub(super) async fn find(ctx: &Context, item: &Item, now: Timestamp) -> Result<Found, String> {
    let mut found = Found::default();
    for link in by_preference(&item.transcripts, item.language.as_deref()) {
        match read_link(ctx, &link, now).await {
            Ok(mut transcript) => {
                speakers::name(&mut transcript, &item.persons);
                return Ok(Found { transcript: Some(transcript), ..Found::default() });
            }
            Err(Unread::Busy(what)) => return Err(what),
            Err(Unread::Trouble(trouble)) => {
                found.temporary = found.temporary.or(trouble.temporary);
                found.problem.get_or_insert(Problem {
                    what: trouble.what,
                    hint: trouble.hint,
                    since: now,
                });
            }
        }
    }
    Ok(found)
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
        hint: "The transcript that the feed links should be mended by its publisher.".into(),
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
