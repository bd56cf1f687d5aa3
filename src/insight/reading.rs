//! A transcript as turns and sentences, each with its place in the segments. Cuts only; judges nothing.

use std::ops::Range;

use crate::model::{Basis, Quote, Segment, Transcript};
use crate::text::sentence;

/// A pause that ends a sentence where no punctuation does.
const PAUSE_MS: u64 = 800;
/// A pause that ends a turn.
const LONG_PAUSE_MS: u64 = 4_000;
/// An unpunctuated sentence is cut before it grows longer, in words.
const MOST_WORDS: usize = 30;

/// What one speaker says in a row.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Its segments, joined by one space.
    pub text: String,
    /// As the transcript names them.
    pub speaker: Option<String>,
    /// Its sentences.
    pub sentences: Range<usize>,
    /// Where each segment begins in `text`, and which it is.
    parts: Vec<(usize, usize)>,
}

/// A sentence within a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Which turn.
    pub turn: usize,
    /// Byte offsets in the turn's text.
    pub range: Range<usize>,
}

/// A transcript, read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// In order.
    pub turns: Vec<Turn>,
    /// In order.
    pub sentences: Vec<Sentence>,
}

/// A sentence that is given as such, for [`super::rank_passages`].
#[derive(Debug, Clone)]
pub struct Utterance {
    /// May be empty.
    pub speaker: String,
    /// One sentence.
    pub text: String,
}

impl Reading {
    /// Joins cues to turns and cuts those to sentences. Sentences of written text never span segments.
    pub fn of(transcript: &Transcript, basis: Basis, language: &str) -> Self {
        let mut out = Self::default();
        let punctuated = is_punctuated(transcript);
        for (index, segment) in transcript.segments.iter().enumerate() {
            if segment.text.trim().is_empty() {
                continue;
            }
            let previous = index.checked_sub(1).and_then(|i| transcript.segments.get(i));
            match out.turns.last_mut() {
                Some(turn) if basis.is_spoken() && continues(turn, previous, segment) => {
                    turn.text.push(' ');
                    turn.parts.push((turn.text.len(), index));
                    turn.text.push_str(&segment.text);
                }
                _ => out.turns.push(Turn {
                    text: segment.text.clone(),
                    speaker: segment.speaker.clone(),
                    sentences: 0..0,
                    parts: vec![(0, index)],
                }),
            }
        }
        for (index, turn) in out.turns.iter_mut().enumerate() {
            let ranges = if punctuated || !basis.is_spoken() {
                sentence::split(&turn.text, language)
            } else {
                cut_speech(&turn.text, &turn.parts, &transcript.segments)
            };
            let first = out.sentences.len();
            out.sentences.extend(ranges.into_iter().map(|range| Sentence { turn: index, range }));
            turn.sentences = first..out.sentences.len();
        }
        out
    }

    /// Takes every utterance as one sentence; those of one speaker in a row are a turn.
    pub fn of_utterances(utterances: &[Utterance]) -> Self {
        let mut out = Self::default();
        for (index, utterance) in utterances.iter().enumerate() {
            let speaker = Some(utterance.speaker.clone()).filter(|s| !s.is_empty());
            if out.turns.last().is_none_or(|turn| turn.speaker != speaker) {
                let sentences = index..index;
                out.turns.push(Turn { text: String::new(), speaker, sentences, parts: Vec::new() });
            }
            let place = out.turns.len() - 1;
            if let Some(turn) = out.turns.last_mut() {
                if !turn.text.is_empty() {
                    turn.text.push(' ');
                }
                let start = turn.text.len();
                turn.text.push_str(&utterance.text);
                turn.parts.push((start, index));
                turn.sentences.end = index + 1;
                out.sentences.push(Sentence { turn: place, range: start..turn.text.len() });
            }
        }
        out
    }

    /// The words of sentences `first..=last`, which must be of one turn; else those of `first`.
    pub fn text(&self, first: usize, last: usize) -> &str {
        let (Some(a), Some(b)) = (self.sentences.get(first), self.sentences.get(last)) else {
            return "";
        };
        let end = if a.turn == b.turn { b.range.end } else { a.range.end };
        self.turns[a.turn].text.get(a.range.start..end).unwrap_or_default()
    }

    /// The speaker of a sentence.
    pub fn speaker(&self, sentence: usize) -> Option<&str> {
        let turn = self.sentences.get(sentence)?.turn;
        self.turns.get(turn)?.speaker.as_deref()
    }

    /// The quote of sentences `first..=last` with its segments, time and speaker as the transcript has them.
    pub fn quote(&self, transcript: &Transcript, first: usize, last: usize) -> Option<Quote> {
        let start = self.sentences.get(first)?;
        let end = self.sentences.get(last)?;
        if start.turn != end.turn || first > last {
            return None;
        }
        let turn = &self.turns[start.turn];
        let segment = |at: usize| {
            let next = turn.parts.partition_point(|(offset, _)| *offset <= at);
            turn.parts.get(next.checked_sub(1)?).map(|(_, index)| *index)
        };
        let (a, b) = (segment(start.range.start)?, segment(end.range.end.checked_sub(1)?)?);
        Some(Quote {
            text: turn.text.get(start.range.start..end.range.end)?.to_owned(),
            first: a,
            last: b,
            start_ms: transcript.segments.get(a)?.start_ms,
            end_ms: transcript.segments.get(b)?.end_ms,
            speaker: transcript.segments.get(a)?.speaker.clone(),
        })
    }
}

/// A cue without a name goes on with the turn if it goes on with its sentence; any other change ends it.
fn continues(turn: &Turn, previous: Option<&Segment>, segment: &Segment) -> bool {
    let ended = turn.text.trim_end().ends_with(['.', '?', '!', '…', '"', '”', '。']);
    let same = turn.speaker == segment.speaker || (segment.speaker.is_none() && !ended);
    same && !(ended && pause(previous, segment) >= LONG_PAUSE_MS)
}

fn pause(previous: Option<&Segment>, segment: &Segment) -> u64 {
    match (previous.and_then(|p| p.end_ms), segment.start_ms) {
        (Some(end), Some(start)) => start.saturating_sub(end),
        _ => 0,
    }
}

/// Whether sentence ends are written at all: at least one in sixty words.
fn is_punctuated(transcript: &Transcript) -> bool {
    let mut words = 0_usize;
    let mut ends = 0_usize;
    for segment in &transcript.segments {
        words += segment.text.split_whitespace().count();
        ends += segment
            .text
            .split_whitespace()
            .filter(|w| {
                w.trim_end_matches(['"', '”', '’', ')', ']']).ends_with(['.', '?', '!', '…', '。'])
            })
            .count();
        // Scripts without spaces.
        ends += segment.text.matches(['。', '！', '？', '।', '؟']).count();
    }
    ends * 60 >= words
}

/// Words that often begin a sentence in speech.
const BEGINNERS: &[&str] = &[
    "so", "and", "but", "because", "now", "well", "then", "if", "when", "we", "i", "you", "they",
    "the", "und", "aber", "also", "wenn", "et", "mais", "donc", "y", "pero", "entonces", "porque",
];

/// Cuts speech without punctuation at pauses, else before a word that likes to begin a sentence, else at a
/// cue's border, at the latest after [`MOST_WORDS`].
fn cut_speech(text: &str, parts: &[(usize, usize)], segments: &[Segment]) -> Vec<Range<usize>> {
    let base = text.as_ptr() as usize;
    let words: Vec<(usize, usize)> = text
        .split_whitespace()
        .map(|w| (w.as_ptr() as usize - base, w.as_ptr() as usize - base + w.len()))
        .collect();
    // For each word: how good a sentence border is in front of it.
    let mut part = 0;
    let borders: Vec<u32> = words
        .iter()
        .map(|(start, end)| {
            while part + 1 < parts.len() && parts[part + 1].0 <= *start {
                part += 1;
            }
            let cue = parts[part].0 == *start;
            let (_, index) = parts[part];
            let previous = index.checked_sub(1).and_then(|i| segments.get(i));
            let rest = if cue { segments.get(index).map_or(0, |s| pause(previous, s)) } else { 0 };
            let word = text[*start..*end].to_lowercase();
            let beginner = BEGINNERS.contains(&word.as_str());
            let strong = matches!(word.as_str(), "so" | "but" | "and" | "aber" | "mais" | "pero");
            u32::from(rest >= PAUSE_MS) * 100
                + u32::from(beginner) * 2
                + u32::from(strong) * 2
                + u32::from(cue)
        })
        .collect();
    let mut out = Vec::new();
    let mut first = 0;
    let mut at = 1;
    while at < words.len() {
        let length = at - first;
        let stop = text[..words[at - 1].1].ends_with(['.', '?', '!', '…', '。']);
        if stop || (borders[at] >= 100 && length >= 4) {
            out.push(words[first].0..words[at - 1].1);
            first = at;
        } else if length >= MOST_WORDS {
            let from = first + MOST_WORDS / 2;
            let best = (from..=at).max_by_key(|i| (borders[*i], *i)).unwrap_or(at);
            out.push(words[first].0..words[best - 1].1);
            first = best;
        }
        at = at.max(first) + 1;
    }
    if let (Some(start), Some(end)) = (words.get(first), words.last()) {
        out.push(start.0..end.1);
    }
    out
}
