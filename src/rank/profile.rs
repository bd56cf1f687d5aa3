//! What is known of a reader's taste: what they said at the start, and what their votes taught. Pure.
//!
//! Votes are learned by Gaussian-process regression (Rasmussen and Williams 2006, algorithm 2.1) on a kernel of
//! meaning, topics and source, with as much noise allowed for as careless clicks make. It needs no training, forgets
//! a vote that is taken back, and knows where it knows nothing.

use std::collections::HashSet;

use crate::model::{InsightId, ItemId, SourceId, Timestamp, VoteKind};
use crate::text::embed::Vector;

use super::words::stems;

/// What the ranker sees of an insight.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its name.
    pub id: InsightId,
    /// Where it was said.
    pub item: ItemId,
    /// By which source.
    pub source: SourceId,
    /// Slugs, most fitting first.
    pub topics: Vec<String>,
    /// 0 to 1: how much it is worth by itself.
    pub score: f32,
    /// It rests on show notes only.
    pub from_notes: bool,
    /// When it became visible.
    pub published: Timestamp,
    /// Its meaning; zero where it is not known.
    pub vector: Vector,
    /// Stems of all its content words.
    pub words: HashSet<String>,
    /// Stems of its claim, as the ledger keeps it.
    pub claim: HashSet<String>,
}

/// One thing the reader said they are interested in.
#[derive(Debug, Clone)]
pub struct Interest {
    /// In the reader's words.
    pub text: String,
    /// Stems of its content words.
    pub words: HashSet<String>,
    /// Its meaning.
    pub vector: Vector,
    /// "not …": to be kept away.
    pub unwanted: bool,
    /// The slug, where it stands for a followed topic.
    pub topic: Option<String>,
}

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
    /// Its meaning; zero where it is not known any more.
    pub vector: Vector,
}

/// A reader as the ranker sees them.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Slugs of followed topics.
    pub topics: Vec<String>,
    /// Followed sources.
    pub sources: HashSet<SourceId>,
    /// Sources never to be shown.
    pub muted: HashSet<SourceId>,
    /// In the order said.
    pub interests: Vec<Interest>,
    /// What the votes taught.
    pub taste: Taste,
}

/// Most interests that are heeded.
pub const MOST_INTERESTS: usize = 40;

/// Splits what a reader wrote into single interests: at commas, semicolons, full stops and line ends.
pub fn split_interests(text: &str) -> Vec<(String, bool)> {
    let parts = text.split([',', ';', '\n', '\r', '|', '•']).flat_map(|part| part.split(". "));
    let mut out: Vec<(String, bool)> = Vec::new();
    for part in parts {
        let part = part.trim().trim_matches(['.', '"', '“', '”']).trim();
        let lower = part.to_lowercase();
        let no = ["not ", "no ", "without ", "kein ", "keine ", "nicht ", "ohne ", "-", "!"];
        let cut = no.iter().find(|word| lower.starts_with(**word)).map_or(0, |word| word.len());
        // The prefixes are ASCII, and lower-casing them changes no length.
        let text = part.get(cut..).unwrap_or_default().trim();
        if !text.is_empty() && out.len() < MOST_INTERESTS && !out.iter().any(|(t, _)| t == text) {
            out.push((text.to_owned(), cut > 0));
        }
    }
    out
}

impl Candidate {
    /// Stems of a text, for [`Candidate::words`] and [`Candidate::claim`].
    pub fn words_of(text: &str) -> HashSet<String> {
        stems(text)
    }
}

impl Interest {
    /// What `text` says, with its vector (zero if there is none).
    pub fn new(text: &str, unwanted: bool, vector: Vector) -> Self {
        Self { words: stems(text), text: text.to_owned(), vector, unwanted, topic: None }
    }
}

/// Votes that are learned from; older ones have had their time.
const MOST_VOTES: usize = 300;
/// The spread of careless votes: the variance that a single vote has beside what it tells.
const NOISE: f32 = 0.35;
/// After so many days a vote tells half as much.
const HALF_LIFE: f32 = 120.0;
/// What likeness counts of which kind; they sum to one.
const OF_MEANING: f32 = 0.62;
const OF_TOPICS: f32 = 0.2;
const OF_SOURCE: f32 = 0.18;
/// How fast likeness falls with the angle of meaning.
const REACH: f32 = 0.3;

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
    /// The solution of (K + noise) w = votes.
    weights: Vec<f32>,
}

/// What the taste says of an insight.
#[derive(Debug, Clone, Copy, Default)]
pub struct Liking {
    /// -1 (less) to 1 (more); 0 where nothing is known.
    pub mean: f32,
    /// 0 (unlike anything voted on) to 1 (the same).
    pub known: f32,
    /// The vote that says the most for it.
    pub because: Option<usize>,
}

impl Taste {
    /// Learns from the votes, the oldest first.
    pub fn learn(mut votes: Vec<Voted>, now: Timestamp) -> Self {
        if votes.len() > MOST_VOTES {
            votes.drain(..votes.len() - MOST_VOTES);
        }
        let n = votes.len();
        let mut matrix = vec![0.0_f32; n * n];
        for i in 0..n {
            for j in 0..=i {
                let like = likeness(
                    (&votes[i].vector, &votes[i].topics, &votes[i].source),
                    (&votes[j].vector, &votes[j].topics, &votes[j].source),
                );
                matrix[i * n + j] = like;
            }
            let days = now.since(votes[i].at).as_secs() as f32 / 86_400.0;
            matrix[i * n + i] += NOISE * (days / HALF_LIFE).min(10.0).exp2();
        }
        let values: Vec<f32> = votes.iter().map(|vote| value(vote.kind)).collect();
        let weights = solve(&mut matrix, values);
        Self { votes, weights }
    }

    /// How many votes it rests on.
    pub fn len(&self) -> usize {
        self.votes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.votes.is_empty()
    }

    /// What it says of an insight with these marks.
    pub fn of(&self, vector: &Vector, topics: &[String], source: &SourceId) -> Liking {
        let mut liking = Liking::default();
        let mut best = 0.05;
        for (at, (vote, weight)) in self.votes.iter().zip(&self.weights).enumerate() {
            let like =
                likeness((vector, topics, source), (&vote.vector, &vote.topics, &vote.source));
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

/// 0 to 1, positive definite: a sum of kernels that each are.
fn likeness(a: (&Vector, &[String], &SourceId), b: (&Vector, &[String], &SourceId)) -> f32 {
    let meaning =
        if a.0.is_zero() || b.0.is_zero() { 0.0 } else { ((a.0.dot(b.0) - 1.0) / REACH).exp() };
    let shared = a.1.iter().filter(|topic| b.1.contains(topic)).count() as f32;
    let topics = if shared > 0.0 { shared / ((a.1.len() * b.1.len()) as f32).sqrt() } else { 0.0 };
    let source = f32::from(u8::from(a.2 == b.2));
    OF_MEANING * meaning + OF_TOPICS * topics + OF_SOURCE * source
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
