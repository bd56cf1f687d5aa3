//! What is denied, and what is turned into its opposite. By small words near each other: no grammar.

use std::collections::HashSet;

use super::Fault;
use super::words::{Words, is_in};
use crate::text::fold::fold;
use crate::text::language::stop_words;
use crate::text::stem::Stemmer;
use crate::text::token::tokens;

/// Words behind a negator that it may be about, and before it.
const AHEAD: usize = 7;
const BEHIND: usize = 6;
/// So many words with content are what it is about.
const NEAREST: usize = 3;
/// The words that it is about for sure.
const CLOSE: usize = 3;

/// A text's words as they are compared.
pub(super) struct Line {
    /// In order: as written but small and without accents, and its stem; nothing of one without content.
    words: Vec<(String, Option<String>)>,
    /// Which of them deny.
    denials: Vec<usize>,
}

impl Line {
    pub(super) fn of(text: &str, language: &str, small: &Words) -> Self {
        let (stems, stops) = (Stemmer::new(language), stop_words(language));
        let mut words = Vec::new();
        let mut denials = Vec::new();
        let all = tokens(text);
        for (at, token) in all.iter().enumerate() {
            let bare = token.lower.replace('\'', "");
            let next = all.get(at + 1).map(|t| t.lower.as_str());
            let denies = is_in(&small.negators, &bare) || is_in(&small.negators, &token.lower);
            if denies && !next.is_some_and(|next| is_in(&small.only, next)) {
                denials.push(at);
            }
            let content = !stops.contains(token.lower.as_str()) && !denies;
            let content = content && token.lower.chars().any(char::is_alphanumeric);
            words.push((fold(&token.lower), content.then(|| fold(&stems.stem(&token.lower)))));
        }
        Self { words, denials }
    }

    pub(super) fn denies(&self) -> bool {
        !self.denials.is_empty()
    }

    /// Stems of words with content.
    pub(super) fn stems(&self) -> HashSet<&str> {
        self.words.iter().filter_map(|(_, stem)| stem.as_deref()).collect()
    }

    pub(super) fn has(&self, word: &str) -> bool {
        let word = fold(word);
        self.words.iter().any(|(own, _)| *own == word)
    }

    fn ahead(&self, at: usize, most: usize) -> impl Iterator<Item = &str> {
        let behind = self.words.get(at + 1..).unwrap_or_default();
        behind.iter().take(most).filter_map(|(_, stem)| stem.as_deref())
    }

    fn around(&self, at: usize) -> HashSet<&str> {
        let from = at.saturating_sub(BEHIND);
        let before = self.words.get(from..at).unwrap_or_default();
        let before = before.iter().filter_map(|(_, stem)| stem.as_deref());
        before.chain(self.ahead(at, AHEAD + 2)).collect()
    }

    /// Whether the word at `at` is within a denial's reach.
    fn is_denied(&self, at: usize) -> bool {
        self.denials.iter().any(|n| (at > *n && at - n <= AHEAD) || (at < *n && n - at <= CLOSE))
    }
}

/// Refuses a claim that denies what `evidence` does not, or says what `quote` denies.
pub(super) fn check(claim: &Line, evidence: &Line, quote: &Line) -> Result<(), Fault> {
    // Each denial of the claim needs one of its own that was said: "it is not true that" denies all the rest.
    let mut used = HashSet::new();
    for at in &claim.denials {
        let about: HashSet<&str> = claim.ahead(*at, AHEAD).take(NEAREST).collect();
        let about = if about.is_empty() { claim.around(*at) } else { about };
        let said = evidence.denials.iter().find(|n| {
            let there = evidence.around(**n);
            !used.contains(*n)
                && (about.is_empty() || about.iter().any(|stem| there.contains(stem)))
        });
        match said {
            Some(said) => used.insert(*said),
            None => return Err(Fault::Negation),
        };
    }
    for at in &quote.denials {
        let Some(denied) = quote.ahead(*at, CLOSE + 1).next() else { continue };
        let places = claim.words.iter().enumerate();
        let mut places = places.filter(|(_, (_, stem))| stem.as_deref() == Some(denied));
        if places.any(|(place, _)| !claim.is_denied(place)) {
            return Err(Fault::Negation);
        }
    }
    Ok(())
}

/// Refuses a claim with a word whose opposite was said and itself not.
pub(super) fn turned(
    claim: &Line,
    evidence: &Line,
    small: &Words,
    language: &str,
) -> Result<(), Fault> {
    let stems = Stemmer::new(language);
    let stem = |line: &Line, word: &str| {
        let wanted = fold(&stems.stem(word));
        line.words.iter().any(|(own, stem)| {
            *own == fold(word) || stem.as_ref().is_some_and(|stem| *stem == wanted)
        })
    };
    let turned = |a: &str, b: &str| stem(claim, a) && !stem(evidence, a) && stem(evidence, b);
    if small.sides.iter().any(|[a, b]| turned(a, b) || turned(b, a)) {
        return Err(Fault::Turned);
    }
    Ok(())
}
