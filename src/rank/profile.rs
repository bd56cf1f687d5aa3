//! What the ranker sees of insights and of a reader. Pure.

use std::collections::HashSet;

use crate::model::{InsightId, ItemId, SourceId, Timestamp};
use crate::text::embed::Vector;

use super::taste::Taste;
use super::words::{Terms, stems};

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
    /// Its rare words, for likeness.
    pub terms: Terms,
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
    /// Rare words of a text, for [`Candidate::terms`] and `Voted::terms`.
    pub fn terms_of(text: &str) -> Terms {
        Terms::of(text)
    }

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
