//! All numbers of an episode, gathered into the rows that the models read: one for each sentence, one for each
//! passage. The order of the columns is that of the weights.

use super::talk::Talk;
use super::{centre, context, passage, sentence};
use crate::text::embed::{DIMENSIONS, Vector};

/// Columns of a passage's row and of a sentence's.
pub(super) const PASSAGE: usize =
    4 + context::WIDTH + 5 * sentence::WIDTH + 2 * centre::WIDTH + passage::WIDTH + DIMENSIONS;
pub(super) const SENTENCE: usize =
    context::WIDTH + 4 * sentence::WIDTH + 2 * centre::WIDTH + 2 * passage::WIDTH + 2 * DIMENSIONS;

/// Sentences on each side of a passage that are its surroundings.
const AROUND: usize = 5;
/// A sentence's worth in its passage's vector is its words, within these.
const WORTH: (usize, usize) = (1, 40);

/// Everything measured once.
pub(super) struct Rows<'a> {
    pub talk: &'a Talk,
    vectors: &'a [[f32; DIMENSIONS]],
    own: Vec<[f64; sentence::WIDTH]>,
    /// Sums of `own` before each sentence.
    sums: Vec<[f64; sentence::WIDTH]>,
    context: Vec<[f64; context::WIDTH]>,
    centre: Vec<[f64; centre::WIDTH]>,
    /// Each sentence as a passage.
    alone: Vec<[f64; passage::WIDTH]>,
}

impl<'a> Rows<'a> {
    /// `vectors` and `kept` hold the one of each sentence.
    pub(super) fn new(talk: &'a Talk, vectors: &'a [[f32; DIMENSIONS]], kept: &[Vector]) -> Self {
        let own: Vec<_> = talk.sentences.iter().map(|s| sentence::measure(talk, s)).collect();
        let mut sums = vec![[0.0; sentence::WIDTH]];
        let mut running = [0.0; sentence::WIDTH];
        for row in &own {
            running.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            sums.push(running);
        }
        let alone = (0..talk.sentences.len()).map(|i| match talk.sentences[i].tokens.as_slice() {
            [] => [0.0; passage::WIDTH],
            _ => passage::measure(talk, i, i),
        });
        let alone = alone.collect();
        let (context, centre) = (context::measure(talk), centre::measure(talk, vectors, kept));
        Self { talk, vectors, own, sums, context, centre, alone }
    }

    fn len(&self) -> usize {
        self.own.len()
    }

    /// Sum of the sentences' own numbers over `from..to`.
    fn sum(&self, from: usize, to: usize) -> [f64; sentence::WIDTH] {
        std::array::from_fn(|c| self.sums[to][c] - self.sums[from][c])
    }

    /// The row of sentences `first..=last`.
    pub(super) fn passage(&self, first: usize, last: usize) -> Vec<f32> {
        let (n, end) = (self.len(), last + 1);
        let size = end - first;
        let mut row = Row::new(PASSAGE);
        let own = self.sum(first, end);
        row.add(&[1, 2, 3].map(|l| f64::from(u8::from(size == l))));
        row.add(&[own[0] / 40.0]);
        row.add(&self.context[first]);
        row.add(&own);
        row.add(&self.own[first]);
        row.add(first.checked_sub(1).map_or(&[0.0; sentence::WIDTH], |i| &self.own[i]));
        row.add(self.own.get(end).unwrap_or(&[0.0; sentence::WIDTH]));
        let (from, to) = (first.saturating_sub(AROUND), n.min(end + AROUND));
        let others = (to - from - size).max(1) as f64;
        let around = self.sum(from, to);
        row.add(&std::array::from_fn::<_, { sentence::WIDTH }, _>(|c| {
            (around[c] - own[c]) / others
        }));
        row.add(&std::array::from_fn::<_, { centre::WIDTH }, _>(|c| {
            self.centre[first..end].iter().map(|r| r[c]).sum::<f64>() / size as f64
        }));
        row.add(&self.centre[first]);
        if size == 1 && !self.talk.sentences[first].tokens.is_empty() {
            row.add(&self.alone[first]);
        } else {
            row.add(&passage::measure(self.talk, first, last));
        }
        let worth = |i: usize| self.talk.sentences[i].words.clamp(WORTH.0, WORTH.1) as f64;
        let inside = (first..end).map(|i| (&self.vectors[i], worth(i)));
        row.add(&centre::unit(&centre::sum(inside)));
        row.0
    }

    /// The row of one sentence.
    pub(super) fn sentence(&self, i: usize) -> Vec<f32> {
        let mut row = Row::new(SENTENCE);
        row.add(&self.context[i]);
        row.add(&self.own[i]);
        for reach in [1, 2, 5] {
            // What lies outside the talk counts as zeros.
            let sum = self.sum(i.saturating_sub(reach), self.len().min(i + reach + 1));
            row.add(&sum.map(|x| x / (2 * reach + 1) as f64));
        }
        let beside = i.saturating_sub(1)..self.len().min(i + 2);
        row.add(&self.centre[i]);
        row.add(&thirds(&self.centre[beside.clone()]));
        row.add(&self.alone[i]);
        row.add(&thirds(&self.alone[beside.clone()]));
        row.add(&self.vectors[i].map(f64::from));
        let near = centre::sum(self.vectors[beside].iter().map(|v| (v, 1.0)));
        row.add(&near.map(|x| x / 3.0));
        row.0
    }

    /// Names of a passage's columns; the vector's have none.
    pub(super) fn names(&self) -> Vec<String> {
        let own = sentence::names(self.talk);
        let of = |prefix: &str, names: &[&str]| -> Vec<String> {
            names.iter().map(|n| format!("{prefix}.{n}")).collect()
        };
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let mut out: Vec<String> = ["one", "two", "three", "size"].map(str::to_owned).to_vec();
        out.extend(of("context", &context::NAMES));
        for prefix in ["sum", "first", "before", "after", "around"] {
            out.extend(of(prefix, &own));
        }
        out.extend(of("centre", &centre::NAMES));
        out.extend(of("first_centre", &centre::NAMES));
        out.extend(of("passage", &passage::NAMES));
        out
    }
}

/// A third of the sum of at most three rows.
fn thirds<const N: usize>(rows: &[[f64; N]]) -> [f64; N] {
    std::array::from_fn(|c| rows.iter().map(|r| r[c]).sum::<f64>() / 3.0)
}

struct Row(Vec<f32>);

impl Row {
    fn new(width: usize) -> Self {
        Self(Vec::with_capacity(width))
    }

    fn add(&mut self, values: &[f64]) {
        self.0.extend(values.iter().map(|v| *v as f32));
    }
}
