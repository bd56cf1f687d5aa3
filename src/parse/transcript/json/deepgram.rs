//! Deepgram's answers as they are published (<https://developers.deepgram.com/docs/paragraphs>,
//! <https://developers.deepgram.com/docs/utterances>): sentences of paragraphs, else utterances, else words.

use serde::Deserialize;

use crate::model::Segment;
use crate::text::html::collapse;

/// `results`.
#[derive(Deserialize)]
pub(super) struct Results {
    #[serde(default)]
    channels: Vec<Channel>,
    #[serde(default)]
    utterances: Vec<Spoken>,
}

#[derive(Deserialize)]
struct Channel {
    #[serde(default)]
    alternatives: Vec<Alternative>,
}

#[derive(Deserialize)]
struct Alternative {
    #[serde(default)]
    words: Vec<Spoken>,
    #[serde(default)]
    paragraphs: Option<Paragraphs>,
}

#[derive(Deserialize)]
struct Paragraphs {
    #[serde(default)]
    paragraphs: Vec<Paragraph>,
}

#[derive(Deserialize)]
struct Paragraph {
    #[serde(default)]
    sentences: Vec<Spoken>,
    #[serde(default)]
    speaker: Option<u32>,
}

/// A sentence, an utterance or a word: each calls its text otherwise.
#[derive(Deserialize)]
struct Spoken {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    transcript: Option<String>,
    #[serde(default)]
    punctuated_word: Option<String>,
    #[serde(default)]
    word: Option<String>,
    #[serde(default)]
    start: Option<f64>,
    #[serde(default)]
    end: Option<f64>,
    #[serde(default)]
    speaker: Option<u32>,
}

/// All channels one after the other; the caller sorts them by time.
pub(super) fn segments(results: Results) -> Vec<Segment> {
    let mut out = Vec::new();
    for best in results.channels.into_iter().filter_map(|c| c.alternatives.into_iter().next()) {
        let paragraphs = best.paragraphs.map(|p| p.paragraphs).unwrap_or_default();
        let sentences = paragraphs.into_iter().flat_map(|paragraph| {
            let speaker = paragraph.speaker;
            paragraph.sentences.into_iter().filter_map(move |said| segment(said, speaker))
        });
        let before = out.len();
        out.extend(sentences);
        if out.len() == before && results.utterances.is_empty() {
            out.extend(best.words.into_iter().filter_map(|word| segment(word, None)));
        }
    }
    if out.is_empty() {
        out.extend(results.utterances.into_iter().filter_map(|said| segment(said, None)));
    }
    out
}

fn segment(said: Spoken, speaker: Option<u32>) -> Option<Segment> {
    let text = said.text.or(said.transcript).or(said.punctuated_word).or(said.word)?;
    let text = collapse(&text);
    let millis = |seconds: Option<f64>| {
        seconds.filter(|s| (0.0..3_600_000.0).contains(s)).map(|s| (s * 1000.0).round() as u64)
    };
    // Counted from 0; people count from 1.
    let speaker = said.speaker.or(speaker).map(|n| format!("Speaker {}", n.saturating_add(1)));
    (!text.is_empty()).then_some(Segment {
        start_ms: millis(said.start),
        end_ms: millis(said.end),
        speaker,
        text,
    })
}
