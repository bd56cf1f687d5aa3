//! The learned picker: which passages of an episode a careful reader would mark, from words, place, neighbours and
//! sentence vectors. English only, and only where there are vectors; `scorer` serves the rest. How it was learned and
//! how well it does: `data/salience/README.md`, `docs/insight-engine.md`.

mod background;
mod centre;
mod context;
mod cues;
mod judge;
mod model;
mod passage;
mod rows;
mod sentence;
mod talk;

use self::cues::List;
pub use self::judge::Judge;
pub use self::model::{Files, Repeatable};
use self::model::{OfPassage, OfSentence, Weights};
use self::rows::Rows;
use self::talk::Talk;
use super::reading::Reading;
use crate::text::embed::{DIMENSIONS, Vector};

/// Sentences of a passage at most; words of one at least, and of several at most.
const MOST_SENTENCES: usize = 3;
const LEAST_WORDS: usize = 10;
const MOST_WORDS: usize = 80;
/// A sentence can't hold more than this share, in 25ths, of what is preferred in an episode.
const MOST_PREFERRED: f32 = 25.0;
/// What being surely junk costs.
const JUNK_COST: f32 = 2.0;
/// Talk is raw conversation where so many of a hundred words are sounds of hesitation, or where so many take part.
const RAW_SOUNDS: usize = 1;
const MANY_VOICES: usize = 12;
/// So that nothing is infinitely unlikely.
const LEAST_CHANCE: f32 = 1e-3;

/// A passage and what the models make of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// First sentence.
    pub first: usize,
    /// Last sentence, inclusive.
    pub last: usize,
    /// For comparing passages of this episode: standard deviations above its mean, less what is junk in it.
    pub value: f32,
    /// For comparing with those of others: log odds that a reader would mark it.
    pub odds: f32,
    /// What `value` is made of.
    pub parts: Parts,
}

/// What kind of talk it is, told by its form alone: the two are marked differently, and have weights of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A few voices in whole sentences: passages of up to three of them are weighed.
    Episode,
    /// Scraps with hesitation, or many voices: single utterances are weighed.
    Conversation,
}

/// The single models' opinions, in standard deviations above the episode's mean, and the chance that it is junk.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Parts {
    pub passage_marked: f32,
    pub passage_preferred: f32,
    pub sentences_marked: f32,
    pub sentences_preferred: f32,
    pub junk: f32,
}

/// What the models read.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Measured {
    /// First and last sentence, and the row.
    pub passages: Vec<(usize, usize, Vec<f32>)>,
    /// In order.
    pub sentences: Vec<Vec<f32>>,
}

/// An episode, measured.
pub struct Picker {
    talk: Talk,
    /// By sentence, and as they were given.
    vectors: Vec<[f32; DIMENSIONS]>,
    kept: Vec<Vector>,
    form: Form,
    weights: &'static Weights,
}

impl Picker {
    /// None if there are not as many vectors as sentences, or none at all.
    pub fn new(reading: &Reading, vectors: &[Vector], judge: Judge) -> Option<Self> {
        Self::of_rows(reading, vectors.iter().map(exact).collect(), vectors, judge)
    }

    /// What the models would read, for training: a row for each passage, with its place, and one for each sentence.
    pub fn rows(reading: &Reading, vectors: &[Vector], judge: Judge) -> Option<Measured> {
        let picker = Self::new(reading, vectors, judge)?;
        let rows = Rows::new(&picker.talk, &picker.vectors, &picker.kept);
        let places = picker.places();
        Some(Measured {
            passages: places.into_iter().map(|(a, b)| (a, b, rows.passage(a, b))).collect(),
            sentences: (0..picker.talk.sentences.len()).map(|i| rows.sentence(i)).collect(),
        })
    }

    fn of_rows(
        reading: &Reading,
        vectors: Vec<[f32; DIMENSIONS]>,
        kept: &[Vector],
        judge: Judge,
    ) -> Option<Self> {
        let weights = judge.weights?;
        let talk = Talk::of(reading, judge.counted)?;
        let fits = !vectors.is_empty() && vectors.len() == talk.sentences.len();
        let form = form(&talk);
        fits.then(|| Self { talk, vectors, kept: kept.to_vec(), form, weights })
    }

    /// What kind of talk it is.
    pub fn form(&self) -> Form {
        self.form
    }

    /// What each sentence is worth by itself, in standard deviations above the mean.
    pub fn rate(&self) -> Vec<f32> {
        let rows = Rows::new(&self.talk, &self.vectors, &self.kept);
        let each = || (0..self.talk.sentences.len()).map(|i| rows.sentence(i));
        let pointed = standard(each().map(|row| self.weights.conversation.odds(&row)).collect());
        match self.form {
            Form::Conversation => pointed,
            // Where it may be either, both are asked.
            Form::Episode => {
                let log = |chance: f32| (chance + LEAST_CHANCE).ln();
                let marked =
                    each().map(|row| log(self.weights.episode.sentence(&row).marked)).collect();
                pointed.iter().zip(standard(marked)).map(|(a, b)| (a + b) / 2.0).collect()
            }
        }
    }

    /// All passages in order of place.
    pub fn weigh(&self) -> Vec<Weighed> {
        let rows = Rows::new(&self.talk, &self.vectors, &self.kept);
        match self.form {
            Form::Episode => self.weigh_passages(&rows),
            Form::Conversation => self.weigh_utterances(&rows),
        }
    }

    fn weigh_utterances(&self, rows: &Rows) -> Vec<Weighed> {
        let count = self.talk.sentences.len();
        let odds: Vec<f32> =
            (0..count).map(|i| self.weights.conversation.odds(&rows.sentence(i))).collect();
        let values = standard(odds.clone());
        let enough = |i: &usize| self.talk.sentences[*i].words >= LEAST_WORDS;
        let weighed = |i: usize| Weighed {
            first: i,
            last: i,
            value: values[i],
            odds: odds[i],
            parts: Parts { sentences_marked: values[i], ..Parts::default() },
        };
        (0..count).filter(enough).map(weighed).collect()
    }

    fn weigh_passages(&self, rows: &Rows) -> Vec<Weighed> {
        let count = self.talk.sentences.len();
        let sentences: Vec<OfSentence> =
            (0..count).map(|i| self.weights.episode.sentence(&rows.sentence(i))).collect();
        let shares = shares(&sentences);
        let places = self.places();
        let passages: Vec<OfPassage> =
            places.iter().map(|p| self.weights.episode.passage(&rows.passage(p.0, p.1))).collect();
        let over = |of: &dyn Fn(usize) -> f32| -> Vec<f32> {
            places.iter().map(|(a, b)| (*a..=*b).map(of).sum::<f32>()).collect()
        };
        let log = |sums: Vec<f32>| sums.into_iter().map(|s| (s + LEAST_CHANCE).ln()).collect();
        let parts = [
            standard(passages.iter().map(|p| p.marked).collect()),
            standard(passages.iter().map(|p| p.preferred).collect()),
            standard(log(over(&|i| sentences[i].marked))),
            standard(log(over(&|i| shares[i]))),
        ];
        let junk = over(&|i| sentences[i].junk);
        let each = places.iter().enumerate().map(|(n, (first, last))| {
            let junk = junk[n] / (last - first + 1) as f32;
            Weighed {
                first: *first,
                last: *last,
                value: parts.iter().map(|p| p[n]).sum::<f32>() / 4.0 - JUNK_COST * junk,
                odds: passages[n].marked,
                parts: Parts {
                    passage_marked: parts[0][n],
                    passage_preferred: parts[1][n],
                    sentences_marked: parts[2][n],
                    sentences_preferred: parts[3][n],
                    junk,
                },
            }
        });
        each.collect()
    }

    /// The named numbers of each passage, with what each adds to its log odds. What the vector adds is one number,
    /// `meaning`, worth itself.
    pub fn explain<'a>(
        &'a self,
        passages: impl IntoIterator<Item = (usize, usize)> + 'a,
    ) -> impl Iterator<Item = Vec<(String, f32, f32)>> + 'a {
        let rows = Rows::new(&self.talk, &self.vectors, &self.kept);
        let names = rows.names();
        passages.into_iter().map(move |(first, last)| {
            let row = rows.passage(first, last);
            let shares = self.weights.episode.shares(&row);
            let meaning: f32 = shares[names.len()..].iter().sum();
            let named = names.iter().zip(row.iter().zip(&shares));
            let mut out: Vec<_> = named.map(|(name, (x, s))| (name.clone(), *x, *s)).collect();
            out.push(("meaning".to_owned(), meaning, meaning));
            out
        })
    }

    fn words(&self, first: usize, last: usize) -> usize {
        self.talk.sentences[first..=last].iter().map(|s| s.words).sum()
    }

    /// First and last sentences of all passages.
    fn places(&self) -> Vec<(usize, usize)> {
        let list = &self.talk.sentences;
        let mut out = Vec::new();
        for first in 0..list.len() {
            for last in first..list.len().min(first + MOST_SENTENCES) {
                let words = self.words(first, last);
                if list[last].turn != list[first].turn || (last > first && words > MOST_WORDS) {
                    break;
                }
                if words >= LEAST_WORDS {
                    out.push((first, last));
                }
            }
        }
        out
    }
}

fn exact(vector: &Vector) -> [f32; DIMENSIONS] {
    let mut row = [0.0; DIMENSIONS];
    row.iter_mut().zip(vector.values()).for_each(|(slot, value)| *slot = value);
    row
}

fn form(talk: &Talk) -> Form {
    let all: usize = talk.sentences.iter().map(|s| s.tokens.len()).sum();
    let sounds = talk.sentences.iter().flat_map(|s| &s.tokens);
    let sounds = sounds.filter(|t| talk.is(**t, List::Hesitation)).count();
    let raw = all > 0 && sounds * 100 >= all * RAW_SOUNDS;
    if raw || talk.speakers >= MANY_VOICES { Form::Conversation } else { Form::Episode }
}

/// How much of what is preferred in the episode lies in each sentence, in 25ths, at most all of it.
fn shares(sentences: &[OfSentence]) -> Vec<f32> {
    let most = sentences.iter().map(|s| s.preferred).fold(f32::MIN, f32::max);
    let all: f32 = sentences.iter().map(|s| (s.preferred - most).exp()).sum();
    let share = |s: &OfSentence| (MOST_PREFERRED * (s.preferred - most).exp() / all).min(1.0);
    sentences.iter().map(share).collect()
}

/// Standard deviations above the mean.
fn standard(mut values: Vec<f32>) -> Vec<f32> {
    let n = values.len().max(1) as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let square = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n;
    let deviation = square.sqrt() + 1e-9;
    for value in &mut values {
        *value = ((f64::from(*value) - mean) / deviation) as f32;
    }
    values
}

#[cfg(test)]
mod tests;
