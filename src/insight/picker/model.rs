//! The learned weights (`data/salience/picker.bin`): four linear models and one of what is junk; and
//! those beside it, of one model each.

use std::sync::LazyLock;

use serde::Deserialize;

use super::super::linear::{Linear, Scale, dot, open};
use super::rows::{PASSAGE, SENTENCE};
use crate::text::embed::DIMENSIONS;

/// Stands in the first line of the file; behind it are the arrays of [`Model`] as 32-bit floats, little endian.
#[derive(Deserialize)]
struct Head {
    windows: usize,
    sentences: usize,
    wb0: f32,
    sb0: f32,
    jk0: f32,
}

/// The weights. Each model is linear over standardised columns.
pub(super) struct Model {
    passages: Scale,
    sentences: Scale,
    /// Of passages: is it marked (log odds), and is it the one that is marked.
    marked: Vec<f32>,
    preferred: Vec<f32>,
    /// Of sentences: the same, and is it junk (log odds).
    in_marked: Vec<f32>,
    in_preferred: Vec<f32>,
    junk: Vec<f32>,
    biases: [f32; 3],
}

/// The learned weights for raw conversation (`data/salience/conversation.bin`): log odds that a reader would point at a
/// sentence as what the conversation was about.
pub(super) type Conversation = Linear<SENTENCE>;

/// Learned from readers' verdicts (`data/salience/repeatable.bin`): log odds that a claim can be repeated to someone who
/// has not heard the show, from what the encoder has of it midway.
pub type Repeatable = Linear<DIMENSIONS>;

/// All of them.
pub(super) struct Weights {
    pub episode: Model,
    pub conversation: Conversation,
    pub repeatable: Repeatable,
}

/// Files of weights to take instead of those that ship.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files<'a> {
    /// Like `picker.bin`.
    pub episode: Option<&'a [u8]>,
    /// Like `conversation.bin`.
    pub conversation: Option<&'a [u8]>,
    /// Like `repeatable.bin`.
    pub repeatable: Option<&'a [u8]>,
}

const EPISODE: &[u8] = include_bytes!("../../../data/salience/picker.bin");
const CONVERSATION: &[u8] = include_bytes!("../../../data/salience/conversation.bin");
const REPEATABLE: &[u8] = include_bytes!("../../../data/salience/repeatable.bin");

impl Weights {
    /// None if the files that ship are broken.
    pub(super) fn shipped() -> Option<&'static Self> {
        static SHIPPED: LazyLock<Option<Weights>> =
            LazyLock::new(|| Weights::parse(Files::default()));
        SHIPPED.as_ref()
    }

    /// Takes those that ship where none are given; None if one of them is broken.
    pub(super) fn parse(files: Files) -> Option<Self> {
        Some(Self {
            episode: Model::parse(files.episode.unwrap_or(EPISODE))?,
            conversation: Linear::parse(files.conversation.unwrap_or(CONVERSATION))?,
            repeatable: Linear::parse(files.repeatable.unwrap_or(REPEATABLE))?,
        })
    }
}

/// What the models say of a passage.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfPassage {
    /// Log odds.
    pub marked: f32,
    /// Without a unit.
    pub preferred: f32,
}

/// What the models say of a sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfSentence {
    /// 0 to 1.
    pub marked: f32,
    /// Without a unit.
    pub preferred: f32,
    /// 0 to 1.
    pub junk: f32,
}

impl Model {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, mut numbers) = open::<Head>(bytes)?;
        if (head.windows, head.sentences) != (PASSAGE, SENTENCE) {
            return None;
        }
        let passages = numbers.scale(PASSAGE)?;
        let sentences = numbers.scale(SENTENCE)?;
        let mut take = |n: usize| numbers.take(n);
        let out = Self {
            passages,
            sentences,
            marked: take(PASSAGE)?,
            preferred: take(PASSAGE)?,
            in_marked: take(SENTENCE)?,
            in_preferred: take(SENTENCE)?,
            junk: take(SENTENCE)?,
            biases: [head.wb0, head.sb0, head.jk0],
        };
        numbers.is_empty().then_some(out)
    }

    pub(super) fn passage(&self, row: &[f32]) -> OfPassage {
        let row = self.passages.standard(row);
        OfPassage {
            marked: dot(&row, &self.marked) + self.biases[0],
            preferred: dot(&row, &self.preferred),
        }
    }

    pub(super) fn sentence(&self, row: &[f32]) -> OfSentence {
        let row = self.sentences.standard(row);
        OfSentence {
            marked: chance(dot(&row, &self.in_marked) + self.biases[1]),
            preferred: dot(&row, &self.in_preferred),
            junk: chance(dot(&row, &self.junk) + self.biases[2]),
        }
    }

    /// What each column of a passage's row adds to the log odds that it is marked.
    pub(super) fn shares(&self, row: &[f32]) -> Vec<f32> {
        let row = self.passages.standard(row);
        row.iter().zip(&self.marked).map(|(x, w)| x * w).collect()
    }
}

/// Log odds to 0..1.
pub(super) fn chance(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_weights_fit_the_columns() {
        let Weights { episode, conversation, repeatable } = Weights::shipped().unwrap();
        assert!(episode.passages.is_sound() && episode.sentences.is_sound());
        assert!(conversation.is_sound() && repeatable.is_sound());
        assert!(Model::parse(b"{}").is_none() && Model::parse(b"").is_none());
        assert!(Model::parse(&EPISODE[..EPISODE.len() - 4]).is_none());
        assert!(Conversation::parse(EPISODE).is_none());
        let files = Files { episode: Some(CONVERSATION), ..Files::default() };
        assert!(Weights::parse(files).is_none());
    }
}
