//! Which passages may be chosen and what each is worth, by whichever scorer serves: the learned picker where the talk
//! is English and there are sentence vectors, else the plain scorer, which needs neither.

use std::collections::BTreeMap;

use super::central;
use super::choose::Apart;
use super::junk::Junk;
use super::measure::{self, Candidate, Limits};
use super::picker::{Form, Judge, Picker, Weighed};
use super::reading::Reading;
use super::scorer::Scorer;
use super::stand::Costs;
use super::unit::Units;
use super::{REPEATING_WORTH, repeat};
use crate::text::embed::Embed;
use crate::text::language::primary;

/// Leaning costs little with the learned weights, which know of it: readers marked many a passage that leans, and one
/// that can't be mended is refused when it is put in words.
const PLAIN: Costs = Costs { leaning: 0.8, asking: 1.0 };
const LEARNED: Costs = Costs { leaning: 0.1, asking: 0.5 };
/// What log odds mean, from talks that the weights had not seen: the middle and the spread of the first eight picks,
/// what nine tenths of the 21st to 30th exceed, and what all but one in a hundred of the first eight exceed. So a short
/// talk without eight good passages gives fewer.
const EPISODE: Calibration = Calibration { middle: 0.0, spread: 0.6, floor: -1.9, sound: -1.25 };
const CONVERSATION: Calibration =
    Calibration { middle: 0.0, spread: 0.5, floor: -1.3, sound: -0.5 };
/// Utterances of a conversation are shorter than sentences of an episode, and two about one matter are often both
/// pointed at; a piece of a talk is about one matter.
const APART: Apart = Apart { gap: 5, likeness: 0.5 };
const APART_IN_CONVERSATION: Apart = Apart { gap: 1, likeness: 0.1 };
const APART_IN_PIECE: Apart = Apart { gap: 0, likeness: 0.5 };

struct Calibration {
    /// What becomes a score of 0.5, and the distance to .73.
    middle: f32,
    spread: f32,
    /// Below it nothing is worth telling; and below the other, nothing but the best of a poor talk.
    floor: f32,
    sound: f32,
}

/// A passage that may be chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passage {
    /// First sentence.
    pub first: usize,
    /// Last sentence, inclusive.
    pub last: usize,
    /// For comparing within the talk.
    pub value: f32,
    /// 0 to 1, for comparing with passages of other talks.
    pub score: f32,
    /// Whether it is worth telling at all.
    pub worth: bool,
    /// Whether it is worth telling where better ones of the talk are told.
    pub sound: bool,
}

impl Passage {
    /// The score once it is told, with the log odds that others can repeat it, if they are known: what is usual leaves
    /// it as it is. They were learned of episodes, so they are worth as much as an episode's.
    pub fn score_with(&self, repeatable: Option<f32>) -> f32 {
        let more = repeatable.map_or(0.0, |odds| REPEATING_WORTH * (odds - repeat::USUAL));
        let more = (more / EPISODE.spread).exp();
        self.score * more / (1.0 - self.score + self.score * more)
    }
}

/// All of them, with what they were judged by.
pub struct Passages {
    /// In order of place.
    pub list: Vec<Passage>,
    /// How different the chosen ones are to be.
    pub apart: Apart,
    by: By,
}

enum By {
    Plain(Vec<Candidate>),
    Learned(Box<Picker>, Vec<Weighed>),
}

/// What a passage showed, and what weighed most in its favour or against it.
pub type Shown = (BTreeMap<String, Option<f32>>, Vec<(String, f32)>);

impl Passages {
    /// `junk` tells for each sentence why it is left out, if it is.
    pub fn of(
        reading: &Reading,
        units: &Units,
        junk: &[Option<Junk>],
        language: &str,
        embed: Embed,
        judge: Judge,
    ) -> Self {
        picker(reading, language, embed, judge).map_or_else(
            || {
                let limits = Limits::default();
                let candidates = measure::candidates(reading, units, junk, language, limits);
                Self::plain(candidates, reading, language)
            },
            |picker| Self::learned(picker, reading, units, junk, language),
        )
    }

    fn plain(candidates: Vec<Candidate>, reading: &Reading, language: &str) -> Self {
        let scorer = Scorer::shipped();
        let passage = |c: &Candidate| {
            let text = reading.text(c.first, c.last);
            let value = scorer.raw(&c.features) - PLAIN.of(text, language);
            let (score, worth) = (scorer.score(value), scorer.is_worth(value));
            Passage { first: c.first, last: c.last, value, score, worth, sound: worth }
        };
        let list = candidates.iter().map(passage).collect();
        Self { list, apart: APART, by: By::Plain(candidates) }
    }

    fn learned(
        picker: Picker,
        reading: &Reading,
        units: &Units,
        junk: &[Option<Junk>],
        language: &str,
    ) -> Self {
        let (mut apart, calibration) = match picker.form() {
            Form::Episode => (APART, EPISODE),
            Form::Conversation => (APART_IN_CONVERSATION, CONVERSATION),
        };
        let mut weighed = picker.weigh();
        weighed.retain(|w| junk[w.first..=w.last].iter().all(Option::is_none));
        if picker.form() == Form::Episode && central::is_piece(reading, junk) {
            apart = APART_IN_PIECE;
            let central = central::values(units, weighed.iter().map(|w| (w.first, w.last)));
            weighed.iter_mut().zip(central).for_each(|(w, value)| w.value = value);
        }
        let passage = |w: &Weighed| {
            let text = reading.text(w.first, w.last);
            let cost = LEARNED.of(text, language);
            let odds = w.odds - cost;
            Passage {
                first: w.first,
                last: w.last,
                value: w.value - cost,
                score: 1.0 / (1.0 + (-(odds - calibration.middle) / calibration.spread).exp()),
                worth: odds >= calibration.floor,
                sound: odds >= calibration.sound,
            }
        };
        let list = weighed.iter().map(passage).collect();
        Self { list, apart, by: By::Learned(Box::new(picker), weighed) }
    }

    /// Whether the learned picker weighed them.
    pub fn are_learned(&self) -> bool {
        matches!(self.by, By::Learned(..))
    }

    /// What each showed, in order.
    pub fn shown(&self) -> Vec<Shown> {
        match &self.by {
            By::Plain(candidates) => candidates.iter().map(plain_shown).collect(),
            By::Learned(picker, weighed) => {
                let places = weighed.iter().map(|w| (w.first, w.last));
                picker.explain(places).zip(weighed).map(|(n, w)| learned_shown(n, w)).collect()
            }
        }
    }
}

/// What each sentence is worth by itself, for comparing within the talk.
pub fn rate(reading: &Reading, language: &str, embed: Embed, judge: Judge) -> Vec<f32> {
    if let Some(picker) = picker(reading, language, embed, judge) {
        return picker.rate();
    }
    let units = Units::of(reading, language);
    let any = Limits { sentences: 1, least_words: 0, ..Limits::default() };
    let none = vec![None; units.list.len()];
    let scorer = Scorer::shipped();
    // One for each sentence but the endless ones.
    let mut out = vec![f32::MIN; none.len()];
    for candidate in measure::candidates(reading, &units, &none, language, any) {
        out[candidate.first] = scorer.raw(&candidate.features);
    }
    out
}

fn picker(reading: &Reading, language: &str, embed: Embed, judge: Judge) -> Option<Picker> {
    if primary(language) != "en" {
        return None;
    }
    let texts: Vec<&str> = (0..reading.sentences.len()).map(|i| reading.text(i, i)).collect();
    Picker::new(reading, &embed(&texts)?, judge)
}

fn plain_shown(candidate: &Candidate) -> Shown {
    let values = candidate.features.values().into_iter().map(|v| v.is_finite().then_some(v));
    let features = super::features::names().into_iter().zip(values).collect();
    (features, Scorer::shipped().parts(&candidate.features))
}

fn learned_shown(numbers: Vec<(String, f32, f32)>, weighed: &Weighed) -> Shown {
    let parts = weighed.parts;
    let mut features: BTreeMap<String, Option<f32>> =
        numbers.iter().map(|(name, value, _)| (name.clone(), Some(*value))).collect();
    features.extend(
        [
            ("model.passage_marked", parts.passage_marked),
            ("model.passage_preferred", parts.passage_preferred),
            ("model.sentences_marked", parts.sentences_marked),
            ("model.sentences_preferred", parts.sentences_preferred),
            ("model.junk", parts.junk),
        ]
        .map(|(name, value)| (name.to_owned(), Some(value))),
    );
    let mut reasons: Vec<(String, f32)> =
        numbers.into_iter().map(|(name, _, share)| (name, share)).collect();
    reasons.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
    (features, reasons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_repeated_is_worth_more_and_stays_within_bounds() {
        let passage =
            Passage { first: 0, last: 0, value: 1.0, score: 0.5, worth: true, sound: true };
        let score = |odds| passage.score_with(odds);
        assert_eq!((score(None), score(Some(repeat::USUAL))), (0.5, 0.5));
        assert!(score(Some(0.5)) > 0.7 && score(Some(-1.5)) < 0.3);
        for (score, odds) in [(0.0, 3.0), (1.0, -3.0), (0.999, 3.0), (0.001, -3.0)] {
            let given = Passage { score, ..passage }.score_with(Some(odds));
            assert!((0.0..=1.0).contains(&given), "{given}");
        }
    }
}
