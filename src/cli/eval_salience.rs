//! `podbrief eval salience` and `worthiness`: utterances in, passages or scores out; `rows` and `tellings`: what the weights
//! of these are learned from.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use anyhow::Result;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::eval::each_line;
use crate::insight::{self, Judge, Options, Told, Utterance};
use crate::model::{Segment, Transcript};
use crate::text::embed::Vector;
use crate::text::encoder::Encoder;
use crate::text::language;

#[derive(Deserialize)]
struct Talk {
    doc: String,
    #[serde(default = "five")]
    k: usize,
    #[serde(alias = "items")]
    utterances: Vec<Said>,
}

/// Insights of a talk whose foremost passages readers judged.
const JUDGED: usize = 12;

fn five() -> usize {
    5
}

#[derive(Deserialize)]
struct Said {
    id: u64,
    #[serde(default)]
    speaker: Option<String>,
    text: String,
}

#[derive(Serialize)]
struct Picks {
    doc: String,
    picks: Vec<Pick>,
}

#[derive(Serialize)]
struct Pick {
    ids: Vec<u64>,
}

#[derive(Serialize)]
struct Scores {
    doc: String,
    scores: BTreeMap<u64, f32>,
}

/// Picks of each document, best first. `times`: how long each took, and how much of that the encoder.
pub(super) fn salience(
    input: impl BufRead,
    output: impl Write,
    judge: Judge,
    vectors: bool,
    times: bool,
) -> Result<()> {
    let encoder = vectors.then(Encoder::load).transpose()?;
    let encoding = Cell::new(Duration::ZERO);
    let embed = |texts: &[&str]| {
        let begun = Instant::now();
        let vectors = vectors_of(encoder.as_ref(), texts);
        encoding.set(encoding.get() + begun.elapsed());
        vectors
    };
    each_line(input, output, |talk: Talk| {
        encoding.set(Duration::ZERO);
        let begun = Instant::now();
        let said = utterances(&talk);
        let language = language_of(&said);
        let ranges = insight::rank_passages(&said, &language, talk.k, &embed, judge);
        if times {
            let [all, encoder] = [begun.elapsed(), encoding.get()].map(|t| t.as_secs_f64() * 1e3);
            eprintln!("{}: {all:.1} ms, of these {encoder:.1} ms in the encoder", talk.doc);
        }
        let ids = |range: std::ops::RangeInclusive<usize>| {
            talk.utterances.get(range).into_iter().flatten().map(|s| s.id).collect()
        };
        Picks { picks: ranges.into_iter().map(|r| Pick { ids: ids(r) }).collect(), doc: talk.doc }
    })
}

/// A score for every sentence of each document.
pub(super) fn worthiness(
    input: impl BufRead,
    output: impl Write,
    judge: Judge,
    vectors: bool,
) -> Result<()> {
    let encoder = vectors.then(Encoder::load).transpose()?;
    let embed = |texts: &[&str]| vectors_of(encoder.as_ref(), texts);
    each_line(input, output, |talk: Talk| {
        let said = utterances(&talk);
        let worth = insight::rate_sentences(&said, &language_of(&said), &embed, judge);
        let scores = talk.utterances.iter().map(|s| s.id).zip(worth).collect();
        Scores { doc: talk.doc, scores }
    })
}

#[derive(Serialize)]
struct Rows {
    doc: String,
    /// Of the sentences, in order.
    ids: Vec<u64>,
    #[serde(flatten)]
    training: insight::Training,
}

/// What the scorers read of each document, behind a line with the names of the plain scorer's numbers.
pub(super) fn rows(input: impl BufRead, mut output: impl Write, judge: Judge) -> Result<()> {
    let encoder = Encoder::load()?;
    writeln!(output, "{}", serde_json::json!({ "names": insight::feature_names() }))?;
    each_line(input, output, |talk: Talk| {
        let said = utterances(&talk);
        let texts: Vec<&str> = said.iter().map(|u| u.text.as_str()).collect();
        let vectors = encoder.encode(&texts);
        let language = language_of(&said);
        let training = insight::measure_for_training(&said, &language, &vectors, judge);
        Rows { ids: talk.utterances.iter().map(|s| s.id).collect(), doc: talk.doc, training }
    })
}

#[derive(Serialize)]
struct Tellings {
    doc: String,
    passages: Vec<Telling>,
}

#[derive(Serialize)]
struct Telling {
    first: usize,
    last: usize,
    value: f32,
    ways: Vec<Way>,
}

#[derive(Serialize)]
struct Way {
    /// Places of the utterances in the document.
    first: usize,
    last: usize,
    claim: String,
    headline: String,
    quality: f32,
    /// 384 numbers, 32-bit floats, little endian, in base 64.
    midway: String,
}

/// Every way to tell the foremost passages of each document.
pub(super) fn tellings(input: impl BufRead, output: impl Write, judge: Judge) -> Result<()> {
    let encoder = Encoder::load()?;
    let options = Options { judge, max_insights: JUDGED, ..Options::default() };
    each_line(input, output, |talk: Talk| {
        let segments = talk.utterances.iter().map(|said| Segment {
            speaker: said.speaker.clone(),
            text: said.text.clone(),
            ..Segment::default()
        });
        let transcript = Transcript { language: None, segments: segments.collect() };
        let told = insight::tell_for_training(&transcript, &options, &encoder);
        let mut known = HashMap::new();
        let mut way = |told: Told| {
            let make = || {
                let rows = encoder.midway(&[&told.claim]);
                let bytes = rows.iter().flatten().flat_map(|n| n.to_le_bytes());
                BASE64_STANDARD.encode(bytes.collect::<Vec<u8>>())
            };
            let midway = known.entry(told.claim.clone()).or_insert_with(make).clone();
            let Told { quote, claim, headline, quality, .. } = told;
            Way { first: quote.first, last: quote.last, claim, headline, quality, midway }
        };
        let passages = told.into_iter().map(|passage| Telling {
            first: passage.first,
            last: passage.last,
            value: passage.value,
            ways: passage.ways.into_iter().map(&mut way).collect(),
        });
        Tellings { passages: passages.collect(), doc: talk.doc }
    })
}

fn vectors_of(encoder: Option<&Encoder>, texts: &[&str]) -> Option<Vec<Vector>> {
    encoder.map(|encoder| encoder.encode(texts))
}

fn utterances(talk: &Talk) -> Vec<Utterance> {
    let of = |said: &Said| Utterance {
        speaker: said.speaker.clone().unwrap_or_default(),
        text: said.text.clone(),
    };
    talk.utterances.iter().map(of).collect()
}

fn language_of(said: &[Utterance]) -> String {
    let sample: String = said.iter().flat_map(|u| [u.text.as_str(), " "]).take(400).collect();
    language::detect(&sample, None).unwrap_or_default()
}
