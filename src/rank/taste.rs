//! What a reader's votes taught. Pure.
//!
//! Votes are learned by Gaussian-process regression (Rasmussen and Williams 2006, algorithm 2.1) on a kernel of
//! meaning, rare words, topics and source, with as much noise allowed for as careless clicks make. It needs no
//! training, forgets a vote that is taken back, and knows where it knows nothing.

use crate::model::{SourceId, Timestamp, VoteKind};
use crate::text::embed::{DIMENSIONS, Vector};

use super::profile::Candidate;
use super::words::Terms;

/// A vote with what it was on.
#[derive(Debug, Clone)]
pub struct Voted {
    /// What was said.
    pub kind: VoteKind,
    /// When.
    pub at: Timestamp,
    /// For a reason that refers to it.
    pub headline: String,
    /// Its show.
    pub source: SourceId,
    /// Its topics.
    pub topics: Vec<String>,
    /// Its rare words; none where it is not known any more.
    pub terms: Terms,
    /// Its meaning; zero where it is not known any more.
    pub vector: Vector,
}

/// Votes that are learned from; older ones have had their time.
const MOST_VOTES: usize = 300;
/// The spread of careless votes: the variance that a single vote has beside what it tells.
const NOISE: f32 = 0.25;
/// So many votes for neither side stand before a reader's usual vote is believed.
const PRIOR: f32 = 6.0;
/// After so many days a vote tells half as much.
const HALF_LIFE: f32 = 120.0;
/// What likeness counts of which kind; they sum to one. Of one show are many subjects: what it counts must stay below
/// what a kindred meaning counts, which is some .05 for two texts of one subject.
const OF_MEANING: f32 = 0.62;
const OF_WORDS: f32 = 0.27;
const OF_TOPICS: f32 = 0.08;
const OF_SOURCE: f32 = 0.03;
/// How fast likeness falls with the angle of meaning, once what all texts share is taken out of it.
const REACH: f32 = 0.4;
/// A vote that says less than this for an insight is no reason for it.
const LEAST: f32 = 0.04;

/// What a vote says of the taste; knowing something already is no dislike of it.
fn value(kind: VoteKind) -> f32 {
    match kind {
        VoteKind::More => 1.0,
        VoteKind::Less => -1.0,
        VoteKind::Knew => 0.3,
    }
}

/// What the votes taught.
#[derive(Debug, Clone, Default)]
pub struct Taste {
    votes: Vec<Voted>,
    /// Directions of the votes' meanings from the middle of all.
    ways: Vec<Vec<f32>>,
    /// What all texts share.
    middle: Vec<f32>,
    /// The solution of (K + noise) w = votes.
    weights: Vec<f32>,
}

/// What the taste says of an insight.
#[derive(Debug, Clone, Copy, Default)]
pub struct Liking {
    /// -1 (less than the reader usually likes) to 1 (more); 0 where nothing is known.
    pub mean: f32,
    /// 0 (unlike anything voted on) to 1 (the same).
    pub known: f32,
    /// The vote that says the most for it.
    pub because: Option<usize>,
}

/// What likeness looks at.
struct Marks<'a> {
    way: &'a [f32],
    terms: &'a Terms,
    topics: &'a [String],
    source: &'a SourceId,
}

impl Taste {
    /// Learns from the votes, the oldest first. `others` are meanings of insights at large, from which those of the
    /// votes are told apart.
    pub fn learn<'a>(
        mut votes: Vec<Voted>,
        others: impl Iterator<Item = &'a Vector>,
        now: Timestamp,
    ) -> Self {
        if votes.len() > MOST_VOTES {
            votes.drain(..votes.len() - MOST_VOTES);
        }
        if votes.is_empty() {
            return Self::default();
        }
        let mut all: Vec<&Vector> = others.collect();
        all.extend(votes.iter().map(|vote| &vote.vector));
        let middle = middle(&all);
        let ways: Vec<Vec<f32>> = votes.iter().map(|vote| way(&vote.vector, &middle)).collect();
        let n = votes.len();
        let mut matrix = vec![0.0_f32; n * n];
        for i in 0..n {
            for j in 0..=i {
                matrix[i * n + j] =
                    likeness(&marks(&votes[i], &ways[i]), &marks(&votes[j], &ways[j]));
            }
            let days = now.since(votes[i].at).as_secs() as f32 / 86_400.0;
            matrix[i * n + i] += NOISE * (days / HALF_LIFE).min(10.0).exp2();
        }
        // Some say yes to all and some to nothing: what counts is how a vote differs from the reader's usual one.
        let values: Vec<f32> = votes.iter().map(|vote| value(vote.kind)).collect();
        let usual = values.iter().sum::<f32>() / (n as f32 + PRIOR);
        let values: Vec<f32> = values.into_iter().map(|value| value - usual).collect();
        let weights = solve(&mut matrix, values);
        Self { votes, ways, middle, weights }
    }

    /// Whether there are no votes.
    pub fn is_empty(&self) -> bool {
        self.votes.is_empty()
    }

    /// What it says of an insight.
    pub fn of(&self, one: &Candidate) -> Liking {
        let mut liking = Liking::default();
        if self.votes.is_empty() {
            return liking;
        }
        let way = way(&one.vector, &self.middle);
        let own = Marks { way: &way, terms: &one.terms, topics: &one.topics, source: &one.source };
        let mut best = LEAST;
        let all = self.votes.iter().zip(&self.ways).zip(&self.weights).enumerate();
        for (at, ((vote, way), weight)) in all {
            let like = likeness(&own, &marks(vote, way));
            liking.mean += like * weight;
            liking.known = liking.known.max(like);
            if vote.kind == VoteKind::More && like * weight > best {
                best = like * weight;
                liking.because = Some(at);
            }
        }
        liking.mean = liking.mean.clamp(-1.0, 1.0);
        liking.known = liking.known.min(1.0);
        liking
    }

    /// A vote by its place.
    pub fn vote(&self, at: usize) -> Option<&Voted> {
        self.votes.get(at)
    }
}

fn marks<'a>(vote: &'a Voted, way: &'a [f32]) -> Marks<'a> {
    Marks { way, terms: &vote.terms, topics: &vote.topics, source: &vote.source }
}

fn middle(all: &[&Vector]) -> Vec<f32> {
    let mut sum = vec![0.0; DIMENSIONS];
    let mut count = 0.0_f32;
    for vector in all.iter().filter(|vector| !vector.is_zero()) {
        count += 1.0;
        for (slot, value) in sum.iter_mut().zip(vector.values()) {
            *slot += value;
        }
    }
    sum.iter().map(|value| value / count.max(1.0)).collect()
}

/// The direction from the middle, of length one; nothing where the meaning is not known.
fn way(vector: &Vector, middle: &[f32]) -> Vec<f32> {
    if vector.is_zero() {
        return Vec::new();
    }
    let out: Vec<f32> = vector.values().zip(middle).map(|(value, middle)| value - middle).collect();
    let length = out.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length < 1e-3 {
        return Vec::new();
    }
    out.into_iter().map(|value| value / length).collect()
}

/// 0 to 1, positive definite: a sum of kernels that each are.
fn likeness(a: &Marks<'_>, b: &Marks<'_>) -> f32 {
    let meaning = if a.way.is_empty() || b.way.is_empty() {
        0.0
    } else {
        let cosine: f32 = a.way.iter().zip(b.way).map(|(x, y)| x * y).sum();
        ((cosine - 1.0) / REACH).exp()
    };
    let shared = a.topics.iter().filter(|topic| b.topics.contains(topic)).count() as f32;
    let both = (a.topics.len() * b.topics.len()) as f32;
    let topics = if shared > 0.0 { shared / both.sqrt() } else { 0.0 };
    let source = f32::from(u8::from(a.source == b.source));
    OF_MEANING * meaning + OF_WORDS * a.terms.dot(b.terms) + OF_TOPICS * topics + OF_SOURCE * source
}

/// Cholesky factor of the lower triangle in place, then both substitutions. The diagonal carries noise, so it is
/// positive definite; should rounding say otherwise, that vote counts nothing.
fn solve(matrix: &mut [f32], mut right: Vec<f32>) -> Vec<f32> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let (row_i, row_j) = (&matrix[i * n..i * n + j], &matrix[j * n..j * n + j]);
            let sum: f32 = row_i.iter().zip(row_j).map(|(a, b)| a * b).sum();
            let left = matrix[i * n + j] - sum;
            matrix[i * n + j] =
                if i == j { left.max(1e-6).sqrt() } else { left / matrix[j * n + j] };
        }
    }
    for i in 0..n {
        let sum: f32 = (0..i).map(|k| matrix[i * n + k] * right[k]).sum();
        right[i] = (right[i] - sum) / matrix[i * n + i];
    }
    for i in (0..n).rev() {
        let sum: f32 = (i + 1..n).map(|k| matrix[k * n + i] * right[k]).sum();
        right[i] = (right[i] - sum) / matrix[i * n + i];
    }
    right
}
