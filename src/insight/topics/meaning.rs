//! How near a text is to subjects by meaning: its sentences' vectors against the subjects', and its words, one by one,
//! against the subjects' words. Some subjects are near to everything; what is usual for a subject is therefore learned
//! from other texts and taken off.

use std::collections::BTreeMap;

use crate::text::embed::Vector;
use crate::text::gist::{self, Gist};

/// So many of a text's sentences count, the nearest.
const SENTENCES: usize = 3;
/// What they count; words have the rest.
const SENTENCE: f32 = 0.85;
/// Words count by this power of how much nearer than usual they are.
const POWER: i32 = 2;
/// So many other texts say as much about what is usual as the assumption that it is the same for all subjects, and as
/// what was found for the shipped topics on insights of technical shows: mean and spread by sentences and by words.
const PRIOR: f32 = 20.0;
const TYPICAL: [(f32, f32); 2] = [(0.03, 0.085), (0.6, 0.65)];

/// What the subjects mean.
pub(super) struct Meaning {
    subjects: Vec<Subject>,
}

struct Subject {
    vector: Vector,
    gist: Option<Gist>,
    /// Mean and spread of the nearness of words at large.
    words: (f32, f32),
}

/// How near a text is to a subject.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Near {
    /// By sentences; none without vectors.
    sentences: Option<f32>,
    /// By words.
    words: f32,
}

/// What is usual for each subject, and the spreads over all.
pub(super) struct Usual {
    means: Vec<Near>,
    spread: Near,
}

impl Meaning {
    /// `texts` say what each subject is; `vectors` are theirs, zero where there is none.
    pub(super) fn new(texts: &[String], vectors: &[Vector]) -> Self {
        let background: Vec<Gist> = gist::background().collect();
        let of = |(at, text): (usize, &String)| {
            let gist = Gist::of(text);
            let near: Vec<f32> =
                gist.iter().flat_map(|own| background.iter().map(|word| own.dot(word))).collect();
            let vector = vectors.get(at).cloned().unwrap_or(Vector::ZERO);
            Subject { vector, gist, words: moments(near.into_iter()) }
        };
        Self { subjects: texts.iter().enumerate().map(of).collect() }
    }

    /// `vectors` are of the text's sentences, or one of all of it.
    pub(super) fn near(&self, text: &str, vectors: &[Vector]) -> Vec<Near> {
        let mut counts: BTreeMap<String, (f32, f32)> = BTreeMap::new();
        for (word, rarity) in gist::content(text) {
            counts.entry(word).or_insert((rarity, 0.0)).1 += 1.0;
        }
        let words: Vec<(Gist, f32)> = counts
            .iter()
            .filter_map(|(word, (rarity, n))| Some((Gist::of_word(word)?, rarity * (1.0 + n.ln()))))
            .collect();
        let all = words.iter().map(|(_, weight)| weight).sum::<f32>().max(f32::MIN_POSITIVE);
        let of = |subject: &Subject| Near {
            sentences: subject.by_sentences(vectors),
            words: words.iter().map(|(word, weight)| weight * subject.by_word(word)).sum::<f32>()
                / all,
        };
        self.subjects.iter().map(of).collect()
    }
}

impl Subject {
    fn by_sentences(&self, vectors: &[Vector]) -> Option<f32> {
        let known = vectors.iter().filter(|vector| !vector.is_zero());
        let mut near: Vec<f32> = known.map(|vector| self.vector.dot(vector)).collect();
        near.sort_by(|a, b| b.total_cmp(a));
        near.truncate(SENTENCES);
        (!near.is_empty() && !self.vector.is_zero())
            .then(|| near.iter().sum::<f32>() / near.len() as f32)
    }

    fn by_word(&self, word: &Gist) -> f32 {
        let (mean, spread) = self.words;
        let near = self.gist.as_ref().map_or(0.0, |own| own.dot(word) - mean);
        (near / spread.max(0.01)).max(0.0).powi(POWER)
    }
}

impl Usual {
    /// Learned from how near some texts are to all subjects.
    pub(super) fn new(texts: &[Vec<Near>], subjects: usize) -> Self {
        let count = texts.len() as f32;
        let part = |typical: (f32, f32), get: &dyn Fn(&Near) -> Option<f32>| {
            let blend = |own: f32, prior: f32| (own * count + prior * PRIOR) / (count + PRIOR);
            let all = moments(texts.iter().flatten().filter_map(get));
            let all = (blend(all.0, typical.0), blend(all.1, typical.1));
            let of = |subject: usize| {
                let own = moments(texts.iter().filter_map(|t| t.get(subject)).filter_map(get));
                blend(own.0, all.0)
            };
            ((0..subjects).map(of).collect::<Vec<f32>>(), all.1)
        };
        let (sentences, wide) = part(TYPICAL[0], &|near| near.sentences);
        let (words, spread) = part(TYPICAL[1], &|near| Some(near.words));
        let means = sentences.into_iter().zip(words);
        Self {
            means: means.map(|(s, words)| Near { sentences: Some(s), words }).collect(),
            spread: Near { sentences: Some(wide), words: spread },
        }
    }

    /// How much nearer than usual, in spreads: by both ways, or by one where only that is known.
    pub(super) fn beyond(&self, subject: usize, near: &Near) -> f32 {
        let Some(mean) = self.means.get(subject) else { return 0.0 };
        let words = (near.words - mean.words) / self.spread.words.max(0.01);
        let parts = near.sentences.zip(mean.sentences).zip(self.spread.sentences);
        match parts {
            Some(((own, mean), spread)) => {
                SENTENCE * (own - mean) / spread.max(0.01) + (1.0 - SENTENCE) * words
            }
            None => words,
        }
    }
}

/// Mean and standard deviation; (0, 0) of nothing.
fn moments(values: impl Iterator<Item = f32>) -> (f32, f32) {
    let (mut n, mut sum, mut squares) = (0.0_f32, 0.0, 0.0);
    for value in values {
        n += 1.0;
        sum += value;
        squares += value * value;
    }
    let mean = sum / n.max(1.0);
    (mean, (squares / n.max(1.0) - mean * mean).max(0.0).sqrt())
}
