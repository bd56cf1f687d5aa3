//! What one insight is worth to one reader on one day: relevance x quality x novelty x freshness. Pure.

use std::collections::HashSet;

use crate::model::Timestamp;
use crate::text::embed::Vector;

use super::profile::{Candidate, Interest, Profile};
use super::taste::Liking;

/// How far each kind of evidence moves the relevance, on the scale of logits.
const START: f32 = -0.9;
const TOPIC: f32 = 1.7;
const INTEREST: f32 = 2.3;
const SOURCE: f32 = 1.1;
const TASTE: f32 = 13.0;
const UNWANTED: f32 = -4.0;
/// An interest that is to be kept away fits from here on.
const UNWANTED_FROM: f32 = 0.6;

/// Cosines of an interest's few words and a claim: from here they may have to do with each other, and from there they
/// surely do. Unrelated texts are at .03 on average and one in fifty above .22.
const NEAR: (f32, f32) = (0.14, 0.53);
/// The same for the description of a followed topic, which is wider.
const NEAR_TOPIC: (f32, f32) = (0.155, 0.535);
/// Later topics of an insight fit it less.
const RANKS: [f32; 3] = [1.0, 0.8, 0.6];

/// Cosines to what the reader was given lately: from here on it tells less that is new, and from there nothing.
const STALE: (f32, f32) = (0.55, 0.95);
const STALEST: f32 = 0.3;
/// Days in which half of the freshness goes; and what is left of it in the end.
const HALF_LIFE: f32 = 10.0;
const OLDEST: f32 = 0.4;
/// What notes are worth beside words that were said.
const NOTES: f32 = 0.75;

/// One insight weighed for one reader.
#[derive(Debug, Clone, Default)]
pub struct Weighed {
    /// The product.
    pub score: f32,
    /// What the reader said or their votes say speaks for it: 0 is nothing, 1 is plenty.
    pub evidence: f32,
    /// What the votes say.
    pub liking: Liking,
    /// 0 to 1.
    pub quality: f32,
    /// 0 to 1.
    pub novelty: f32,
    /// 0 to 1.
    pub freshness: f32,
    /// The followed topic it is about, by its place among the insight's topics.
    pub topic: Option<usize>,
    /// The interest that fits best, by its place.
    pub interest: Option<usize>,
    /// It is from a show the reader follows.
    pub followed: bool,
    /// The reader said that they don't want it.
    pub unwanted: bool,
}

fn between(value: f32, (low, high): (f32, f32)) -> f32 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// How well an interest fits, 0 to 1: by meaning, or by its words where they are all said.
fn fits(interest: &Interest, candidate: &Candidate) -> f32 {
    let range = if interest.topic.is_some() { NEAR_TOPIC } else { NEAR };
    let meaning = between(interest.vector.dot(&candidate.vector), range);
    if interest.topic.is_some() {
        return meaning * 0.8;
    }
    let said = said(&interest.words, &candidate.words);
    meaning.max(said * said)
}

fn said(wanted: &HashSet<String>, words: &HashSet<String>) -> f32 {
    if wanted.is_empty() {
        return 0.0;
    }
    wanted.intersection(words).count() as f32 / wanted.len() as f32
}

/// Weighs it. `recent` are the vectors of what the reader was given lately.
pub fn weigh(
    profile: &Profile,
    candidate: &Candidate,
    recent: &[Vector],
    now: Timestamp,
) -> Weighed {
    let mut out = Weighed::default();
    let mut topic = 0.0;
    for (at, slug) in candidate.topics.iter().enumerate() {
        let fit = RANKS.get(at).copied().unwrap_or(0.5);
        if profile.topics.contains(slug) && fit > topic {
            topic = fit;
            out.topic = Some(at);
        }
    }
    let (mut interest, mut unwanted) = (0.0_f32, 0.0_f32);
    for (at, one) in profile.interests.iter().enumerate() {
        let fit = fits(one, candidate);
        if one.unwanted {
            unwanted = unwanted.max(fit);
        } else if fit > interest {
            interest = fit;
            out.interest = Some(at);
        }
    }
    out.followed = profile.sources.contains(&candidate.source);
    out.liking = profile.taste.of(candidate);
    let followed = f32::from(u8::from(out.followed));
    // Topic and interest are two words for the same: the stronger one counts.
    let stated = (TOPIC * topic).max(INTEREST * interest) + SOURCE * followed;
    out.evidence = (stated / INTEREST + 1.5 * out.liking.mean.max(0.0)).min(1.0);
    let relevance = sigmoid(
        START + stated + TASTE * out.liking.mean + UNWANTED * between(unwanted, (0.35, 0.8)),
    );
    out.unwanted = unwanted > UNWANTED_FROM;
    out.quality = 0.35 + 0.65 * candidate.score.clamp(0.0, 1.0);
    if candidate.from_notes {
        out.quality *= NOTES;
    }
    let nearest = recent.iter().map(|v| v.dot(&candidate.vector)).fold(0.0_f32, f32::max);
    out.novelty = 1.0 - (1.0 - STALEST) * between(nearest, STALE);
    let days = now.since(candidate.published).as_secs() as f32 / 86_400.0;
    out.freshness = OLDEST + (1.0 - OLDEST) * (-days / HALF_LIFE).exp2();
    out.score = relevance * out.quality * out.novelty * out.freshness;
    out
}
