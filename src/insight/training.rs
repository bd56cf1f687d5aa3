//! What is learned from: the numbers the scorers read of a talk, and all ways to tell its passages. Only for those who learn
//! the weights (`data/salience/README.md`).

use super::picker::{self, Judge};
use super::reading::{Reading, Utterance};
use super::unit::Units;
use super::{Context, Options, Told, Untold, Work, junk, measure};
use crate::model::Transcript;
use crate::text::embed::{Encode, Vector};

/// Everything the scorers would read of these sentences, for learning their weights: see `data/salience/README.md`.
pub fn measure_for_training(
    utterances: &[Utterance],
    language: &str,
    vectors: &[Vector],
    judge: Judge,
) -> Training {
    let reading = Reading::of_utterances(utterances);
    let units = Units::of(&reading, language);
    let junk = junk::mark(&units);
    let limits = measure::Limits::default();
    let plain = measure::candidates(&reading, &units, &junk, language, limits);
    let numbers =
        |v: Vec<f32>| v.into_iter().map(|x| x.is_finite().then_some(x)).collect::<Vec<_>>();
    Training {
        candidates: plain.iter().map(|c| (c.first, c.last, numbers(c.features.values()))).collect(),
        picker: picker::Picker::rows(&reading, vectors, judge),
    }
}

/// Numbers of one talk, for learning.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Training {
    /// What the plain scorer reads, in the order of [`super::feature_names`]: first and last sentence, values.
    pub candidates: Vec<(usize, usize, Vec<Option<f32>>)>,
    /// What the picker reads.
    #[serde(flatten)]
    pub picker: Option<picker::Measured>,
}

/// Every way to tell the foremost passages of a talk, for readers to judge and for learning from their verdicts.
pub fn tell_for_training(
    transcript: &Transcript,
    options: &Options,
    encode: &dyn Encode,
) -> Vec<Tellings> {
    let work = Work::new(transcript, &Context::default(), options, encode);
    let mut ways = work.ways();
    ways.sort_by_key(|(i, _)| *i);
    let of = |(i, ways): (usize, Result<Vec<Told>, Untold>)| Tellings {
        first: work.passages.list[i].first,
        last: work.passages.list[i].last,
        value: work.values[i],
        ways: ways.unwrap_or_default(),
    };
    ways.into_iter().map(of).collect()
}

/// A passage and all ways to tell it.
#[derive(Debug, Clone)]
pub struct Tellings {
    /// First sentence.
    pub first: usize,
    /// Last sentence, inclusive.
    pub last: usize,
    /// What it is worth before it is put in words, for comparing within the talk.
    pub value: f32,
    /// The one of most quality first.
    pub ways: Vec<Told>,
}
