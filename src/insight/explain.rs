//! Why each candidate won or lost, for people who ask.

use serde::Serialize;

use super::choose::Fate;
use super::features::Features;
use super::junk::Junk;
use super::{Context, Options, Scorer, Work};
use crate::model::Transcript;

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
    /// What became of it.
    pub fate: Fate,
    /// What weighed most, with what it added to the raw score.
    pub reasons: Vec<(String, f32)>,
    /// All numbers.
    pub features: Features,
}

/// A sentence left out.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// Its words.
    pub text: String,
    /// Why.
    pub why: Junk,
}

/// How many reasons are named for one candidate.
const REASONS: usize = 8;

/// Runs the extraction and keeps everything it weighed.
pub fn explain(transcript: &Transcript, context: &Context, options: &Options) -> Explained {
    let work = Work::new(transcript, context, options);
    let (_, fates) = work.run();
    let scorer = Scorer::shipped();
    let mut order: Vec<usize> = (0..work.candidates.len()).collect();
    order.sort_by(|a, b| {
        let key = |i: usize| if work.values[i].is_nan() { f32::MIN } else { work.values[i] };
        key(*b).total_cmp(&key(*a)).then(a.cmp(b))
    });
    let candidates = order
        .into_iter()
        .map(|i| {
            let candidate = &work.candidates[i];
            let quote = work.reading.quote(transcript, candidate.first, candidate.last);
            let mut reasons = scorer.parts(&candidate.features);
            reasons.truncate(REASONS);
            Weighed {
                text: work.reading.text(candidate.first, candidate.last).to_owned(),
                speaker: work.reading.speaker(candidate.first).map(str::to_owned),
                start_ms: quote.and_then(|q| q.start_ms),
                score: work.values[i].is_finite().then(|| scorer.score(work.values[i])),
                fate: fates[i].unwrap_or(Fate::BelowFloor),
                reasons,
                features: candidate.features.clone(),
            }
        })
        .collect();
    let left_out = work
        .junk
        .iter()
        .enumerate()
        .filter_map(|(i, why)| {
            let text = work.reading.text(i, i).to_owned();
            why.map(|why| LeftOut { text, why })
        })
        .collect();
    Explained { language: work.language, candidates, left_out }
}
