//! The podcast namespace's JSON (<https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md>),
//! and the like that speech recognisers write: `segments` of `start`, `end`, `text`.

mod deepgram;

use serde::Deserialize;

use super::TranscriptError;
use crate::model::{Segment, Transcript, TranscriptFormat};
use crate::parse::podcast::{duration_ms, language};
use crate::text::html::{collapse, entity};

/// Words joined to one segment where every segment of the file is one word.
const JOINED_WORDS: usize = 12;
/// A pause that ends a joined segment.
const PAUSE_MS: u64 = 2_500;

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Object(Object),
    Array(Vec<Item>),
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    segments: Option<Vec<Item>>,
    #[serde(default)]
    transcript: Option<Inner>,
    #[serde(default)]
    monologues: Option<Vec<serde::de::IgnoredAny>>,
    /// Deepgram's.
    #[serde(default)]
    results: Option<deepgram::Results>,
    #[serde(default)]
    language: Option<Loose>,
    #[serde(default)]
    text: Option<Loose>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Inner {
    Segments(Vec<Item>),
    Object { segments: Vec<Item> },
    Other(serde::de::IgnoredAny),
}

/// Every spelling has its own field: with `alias` a segment that has two would be refused.
#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    body: Option<Loose>,
    #[serde(default)]
    text: Option<Loose>,
    #[serde(default, rename = "startTime")]
    start_time: Option<Loose>,
    #[serde(default, rename = "start_time")]
    start_time_2: Option<Loose>,
    #[serde(default)]
    start: Option<Loose>,
    #[serde(default, rename = "endTime")]
    end_time: Option<Loose>,
    #[serde(default, rename = "end_time")]
    end_time_2: Option<Loose>,
    #[serde(default)]
    end: Option<Loose>,
    #[serde(default)]
    speaker: Option<Loose>,
    /// A name beside a `speaker` that is a number.
    #[serde(default)]
    voice: Option<Loose>,
    /// A turn of several segments.
    #[serde(default)]
    items: Option<Vec<Self>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Text(String),
    Number(f64),
    Other(serde::de::IgnoredAny),
}

impl Loose {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(number) => Some(number.to_string()),
            Self::Other(_) => None,
        }
    }

    /// Seconds, as a number or as text with or without colons, to milliseconds.
    fn millis(self) -> Option<u64> {
        match self {
            Self::Number(seconds) if (0.0..3_600_000.0).contains(&seconds) => {
                Some((seconds * 1000.0).round() as u64)
            }
            Self::Text(text) => {
                let text = text.trim().trim_end_matches('s').replace(',', ".");
                let zero =
                    !text.is_empty() && text.bytes().all(|b| matches!(b, b'0' | b':' | b'.'));
                if zero { Some(0) } else { duration_ms(&text) }
            }
            _ => None,
        }
    }
}

/// Depth is bounded by serde_json at 128.
pub(super) fn parse(text: &str) -> Result<Transcript, TranscriptError> {
    let malformed =
        |detail: String| TranscriptError::Malformed { format: TranscriptFormat::Json, detail };
    // Untagged reading hides where the fault is; a plain reading first says it.
    serde_json::from_str::<serde::de::IgnoredAny>(text)
        .map_err(|error| malformed(error.to_string()))?;
    let document: Document = serde_json::from_str(text).map_err(|_| {
        malformed("it has no list of segments of the podcast namespace's kind".to_owned())
    })?;
    let mut recognised = Vec::new();
    let (items, language_tag, whole) = match document {
        Document::Array(items) => (items, None, None),
        Document::Object(object) => {
            recognised = object.results.map(deepgram::segments).unwrap_or_default();
            let inner = match object.transcript {
                Some(Inner::Segments(segments) | Inner::Object { segments }) => Some(segments),
                _ => None,
            };
            let tag = object.language.and_then(Loose::text).as_deref().and_then(language);
            if object.monologues.is_some() && object.segments.is_none() && inner.is_none() {
                return Err(malformed(
                    "its monologues are not of the podcast namespace's kind".to_owned(),
                ));
            }
            (object.segments.or(inner).unwrap_or_default(), tag, object.text.and_then(Loose::text))
        }
    };
    let mut segments: Vec<Segment> = items.into_iter().flat_map(turn).collect();
    segments.extend(recognised);
    if segments.is_empty()
        && let Some(whole) = whole
    {
        segments.push(Segment { text: collapse(&whole), ..Segment::default() });
    }
    if segments.is_empty() {
        return Err(malformed("it has no segments with text".to_owned()));
    }
    segments.sort_by_key(|segment| segment.start_ms);
    let single = segments.iter().filter(|s| !s.text.contains(' ')).count();
    if segments.len() > 10 && single * 10 >= segments.len() * 8 {
        segments = join_words(segments);
    }
    Ok(Transcript { language: language_tag, segments })
}

/// A segment, or the segments of a group, which hold its speaker.
fn turn(mut item: Item) -> Vec<Segment> {
    let Some(items) = item.items.take() else { return segment(item).into_iter().collect() };
    let speaker = speaker(item.voice, item.speaker);
    let mut segments: Vec<Segment> = items.into_iter().filter_map(segment).collect();
    for segment in &mut segments {
        segment.speaker = segment.speaker.take().or_else(|| speaker.clone());
    }
    segments
}

fn speaker(voice: Option<Loose>, speaker: Option<Loose>) -> Option<String> {
    let name = voice.and_then(Loose::text).or(speaker.and_then(Loose::text))?;
    Some(collapse(&name)).filter(|name| !name.is_empty())
}

fn segment(item: Item) -> Option<Segment> {
    let text = item.body.and_then(Loose::text).or(item.text.and_then(Loose::text))?;
    let text = collapse(&entity::decode(&text));
    let speaker = speaker(item.voice, item.speaker);
    let start = [item.start_time, item.start_time_2, item.start]
        .into_iter()
        .flatten()
        .find_map(Loose::millis);
    let end =
        [item.end_time, item.end_time_2, item.end].into_iter().flatten().find_map(Loose::millis);
    (!text.is_empty()).then_some(Segment { start_ms: start, end_ms: end, speaker, text })
}

fn join_words(words: Vec<Segment>) -> Vec<Segment> {
    let mut joined: Vec<Segment> = Vec::new();
    let mut count = 0;
    for word in words {
        let mark =
            word.text.chars().all(|c| c.is_ascii_punctuation() || matches!(c, '…' | '’' | '”'));
        if let Some(last) = joined.last_mut() {
            let paused = match (last.end_ms.or(last.start_ms), word.start_ms) {
                (Some(end), Some(start)) => start > end.saturating_add(PAUSE_MS),
                _ => false,
            };
            let ended =
                last.text.trim_end_matches(['"', '”', '’', ')']).ends_with(['.', '?', '!', '…']);
            let same = word.speaker == last.speaker || (mark && word.speaker.is_none());
            if same && !paused && (mark || (count < JOINED_WORDS && !ended)) {
                if !mark {
                    last.text.push(' ');
                    count += 1;
                }
                last.text.push_str(&word.text);
                last.end_ms = word.end_ms.or(last.end_ms);
                continue;
            }
        }
        joined.push(word);
        count = 1;
    }
    joined
}
