//! Why each candidate won or lost, for people who ask.

use std::collections::BTreeMap;

use serde::Serialize;

use super::choose::Fate;
use super::claim::Untold;
use super::junk::Junk;
use super::{Context, Options, Outcome, TELLING_WORTH, Work};
use crate::model::Transcript;
use crate::text::embed::Encode;

/// All that was weighed.
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    /// As found, BCP 47.
    pub language: Option<String>,
    /// Candidates, best first.
    pub candidates: Vec<Weighed>,
    /// Sentences left out before scoring.
    pub left_out: Vec<LeftOut>,
}

/// One candidate.
#[derive(Debug, Clone, Serialize)]
pub struct Weighed {
    /// Its words.
    pub text: String,
    /// Who said it.
    pub speaker: Option<String>,
    /// Milliseconds from the start.
    pub start_ms: Option<u64>,
    /// 0 to 1; None if below the floor.
    pub score: Option<f32>,
    /// The raw score: what it was chosen by, less what standing alone adds. None if below the floor.
    pub raw: Option<f32>,
    /// What standing alone adds to the raw score, if it was put in words; what can be repeated adds more.
    pub telling: Option<f32>,
    /// Log odds that others can repeat it, -3 to 3; -3 too if there were 48 claims more promising. None where nothing is
    /// known of that.
    pub repeatable: Option<f32>,
    /// What became of it.
    pub fate: Fate,
    /// Why it can't be told, if that is why it lost.
    pub untold: Option<Untold>,
    /// Its claim and headline, if it was put in words.
    pub claim: Option<String>,
    /// See `claim`.
    pub headline: Option<String>,
    /// What weighed most, with what it added to the raw score.
    pub reasons: Vec<(String, f32)>,
    /// All numbers, by name; null where unknown.
    pub features: BTreeMap<String, Option<f32>>,
}

/// A sentence left out.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// Its words.
    pub text: String,
    /// Milliseconds from the start.
    pub start_ms: Option<u64>,
    /// Why.
    pub why: Junk,
}

/// How many reasons are named for one candidate.
const REASONS: usize = 8;

/// Runs the extraction and keeps everything it weighed.
pub fn explain(
    transcript: &Transcript,
    context: &Context,
    options: &Options,
    encode: &dyn Encode,
) -> Explained {
    let work = Work::new(transcript, context, options, encode);
    let Outcome { told, fates, values, .. } = work.run();
    let list = &work.passages.list;
    let mut shown: Vec<_> = work.passages.shown().into_iter().map(Some).collect();
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by(|a, b| {
        let key = |i: usize| if values[i].is_nan() { f32::MIN } else { values[i] };
        key(*b).total_cmp(&key(*a)).then(a.cmp(b))
    });
    let candidates = order
        .into_iter()
        .map(|i| {
            let passage = &list[i];
            let quote = work.reading.quote(transcript, passage.first, passage.last);
            let (features, mut reasons) = shown[i].take().unwrap_or_default();
            reasons.truncate(REASONS);
            let words = told.get(&i);
            let put = words.and_then(|told| told.as_ref().ok());
            Weighed {
                text: work.reading.text(passage.first, passage.last).to_owned(),
                speaker: work.reading.speaker(passage.first).map(str::to_owned),
                start_ms: quote.and_then(|q| q.start_ms),
                score: work.values[i]
                    .is_finite()
                    .then(|| passage.score_with(put.and_then(|told| told.odds))),
                raw: work.values[i].is_finite().then_some(work.values[i]),
                telling: put.map(|told| TELLING_WORTH * told.quality),
                repeatable: put.and_then(|told| told.odds),
                fate: fates[i].unwrap_or(Fate::BelowFloor),
                untold: words.and_then(|told| told.as_ref().err().copied()),
                claim: put.map(|told| told.claim.clone()),
                headline: put.map(|told| told.headline.clone()),
                reasons,
                features,
            }
        })
        .collect();
    let left_out = work
        .junk
        .iter()
        .enumerate()
        .filter_map(|(i, why)| {
            let text = work.reading.text(i, i).to_owned();
            let start_ms = work.reading.quote(transcript, i, i).and_then(|q| q.start_ms);
            why.map(|why| LeftOut { text, start_ms, why })
        })
        .collect();
    Explained { language: work.language, candidates, left_out }
}
