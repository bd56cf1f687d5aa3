//! The learned weights (`data/salience/picker.bin`): four linear models and one of what is junk.

use std::sync::LazyLock;

use serde::Deserialize;

use super::rows::{PASSAGE, SENTENCE};

/// A number further out than this many standard deviations counts as this far.
const CLIP: f32 = 4.0;

/// Stands in the first line of the file; behind it are the arrays of [`Model`] as 32-bit floats, little endian.
#[derive(Deserialize)]
struct Head {
    windows: usize,
    sentences: usize,
    wb0: f32,
    sb0: f32,
    jk0: f32,
}

/// Mean and standard deviation of each column.
struct Scale {
    mean: Vec<f32>,
    deviation: Vec<f32>,
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

/// The learned weights for raw conversation (`data/salience/conversation.bin`): one linear model of sentences.
pub(super) struct Conversation {
    scale: Scale,
    weights: Vec<f32>,
    bias: f32,
}

/// Both.
pub(super) struct Weights {
    pub episode: Model,
    pub conversation: Conversation,
}

const EPISODE: &[u8] = include_bytes!("../../../data/salience/picker.bin");
const CONVERSATION: &[u8] = include_bytes!("../../../data/salience/conversation.bin");

impl Weights {
    /// None if the files that ship are broken.
    pub(super) fn shipped() -> Option<&'static Self> {
        static SHIPPED: LazyLock<Option<Weights>> = LazyLock::new(|| Weights::parse(None, None));
        SHIPPED.as_ref()
    }

    /// Takes those that ship where none are given; None if one of them is broken.
    pub(super) fn parse(episode: Option<&[u8]>, conversation: Option<&[u8]>) -> Option<Self> {
        Some(Self {
            episode: Model::parse(episode.unwrap_or(EPISODE))?,
            conversation: Conversation::parse(conversation.unwrap_or(CONVERSATION))?,
        })
    }
}

/// As [`Head`].
#[derive(Deserialize)]
struct ConversationHead {
    sentences: usize,
    bias: f32,
}

impl Conversation {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, mut numbers) = open::<ConversationHead>(bytes)?;
        let scale = Scale { mean: numbers.take(SENTENCE)?, deviation: numbers.take(SENTENCE)? };
        let weights = numbers.take(SENTENCE)?;
        let whole = head.sentences == SENTENCE && numbers.is_empty();
        whole.then_some(Self { scale, weights, bias: head.bias })
    }

    /// Log odds that a reader would point at the sentence as what the conversation was about.
    pub(super) fn odds(&self, row: &[f32]) -> f32 {
        dot(&self.scale.standard(row), &self.weights) + self.bias
    }
}

/// The numbers of a file, taken from its front.
struct Numbers<'a>(&'a [[u8; 4]]);

impl Numbers<'_> {
    fn take(&mut self, n: usize) -> Option<Vec<f32>> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken.iter().map(|c| f32::from_le_bytes(*c)).collect())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The first line of a file, and the numbers behind it.
fn open<'a, H: Deserialize<'a>>(bytes: &'a [u8]) -> Option<(H, Numbers<'a>)> {
    let line = bytes.iter().position(|b| *b == b'\n')?;
    let (chunks, rest) = bytes[line + 1..].as_chunks::<4>();
    let head = serde_json::from_slice(&bytes[..line]).ok()?;
    rest.is_empty().then_some((head, Numbers(chunks)))
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
        let mut take = |n: usize| numbers.take(n);
        let passages = Scale { mean: take(PASSAGE)?, deviation: take(PASSAGE)? };
        let sentences = Scale { mean: take(SENTENCE)?, deviation: take(SENTENCE)? };
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

impl Scale {
    fn standard(&self, row: &[f32]) -> Vec<f32> {
        let scale = self.mean.iter().zip(&self.deviation);
        row.iter().zip(scale).map(|(x, (m, d))| ((x - m) / d).clamp(-CLIP, CLIP)).collect()
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
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
        let Weights { episode, conversation } = Weights::shipped().unwrap();
        assert!(episode.passages.deviation.iter().all(|d| *d > 0.0));
        assert!(episode.sentences.deviation.iter().all(|d| *d > 0.0));
        assert!(conversation.scale.deviation.iter().all(|d| *d > 0.0));
        assert!(Model::parse(b"{}").is_none() && Model::parse(b"").is_none());
        assert!(Model::parse(&EPISODE[..EPISODE.len() - 4]).is_none());
        assert!(Conversation::parse(EPISODE).is_none());
        assert!(Weights::parse(Some(CONVERSATION), None).is_none());
    }
}
