//! One reader's edition: the best of what is new, different from each other and from all they were given, with one
//! from outside the profile. Fewer rather than filler. Pure; `now` is passed in.

use std::collections::HashSet;

use crate::model::{InsightId, Timestamp};
use crate::text::embed::Vector;

use super::diversify::choose;
use super::explain::{Reason, reasons};
use super::profile::{Candidate, Profile};
use super::score::{Weighed, weigh};
use super::words::{overlap, stems};

/// What a reader was given before.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// All of it.
    pub ids: HashSet<InsightId>,
    /// In a fixed order, for the search of repeats.
    pub claims: Vec<Given>,
    /// Meanings of the latest, for novelty.
    pub recent: Vec<Vector>,
}

/// One thing that was given.
#[derive(Debug, Clone)]
pub struct Given {
    /// Which.
    pub id: InsightId,
    /// Stems of its claim: all that is left if the insight is gone.
    pub words: HashSet<String>,
}

impl Given {
    /// From the ledger's row.
    pub fn new(id: InsightId, claim: &str) -> Self {
        Self { id, words: stems(claim) }
    }
}

/// How an edition is to be.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Insights at most.
    pub size: usize,
    /// Some of them from outside the profile.
    pub explore: bool,
    /// The clock.
    pub now: Timestamp,
}

/// One insight of an edition.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its place among the candidates.
    pub at: usize,
    /// How it was weighed.
    pub weighed: Weighed,
    /// It comes from outside the profile.
    pub explores: bool,
    /// Why, the strongest ground first.
    pub reasons: Vec<Reason>,
}

/// An insight that is worth less than this by itself (quality, novelty and freshness) is filler …
const LEAST: f32 = 0.15;
/// … and so is one whose kind the reader's votes are as much against as this.
const FILLER: f32 = -0.4;
/// One of so many explores.
const ONE_OF: usize = 5;
/// A reader's own words or votes must say less than this for it to be outside the profile …
const OUTSIDE: f32 = 0.35;
/// … and must not speak against it.
const DISLIKED: f32 = -0.12;
/// Claims that share so many of their words are the same, if nothing better is known of one of them.
const SAME_WORDS: f32 = 0.6;

/// Chooses. `same` tells whether two insights say the very same.
pub fn compose(
    profile: &Profile,
    candidates: &[Candidate],
    ledger: &Ledger,
    wish: Wish,
    same: &dyn Fn(&InsightId, &InsightId) -> bool,
) -> Vec<Choice> {
    let weighed: Vec<Weighed> =
        candidates.iter().map(|one| weigh(profile, one, &ledger.recent, wish.now)).collect();
    let open = |one: &Candidate, weighed: &Weighed| {
        !ledger.ids.contains(&one.id) && !profile.muted.contains(&one.source) && !is_filler(weighed)
    };
    let scores: Vec<f32> = candidates
        .iter()
        .zip(&weighed)
        .map(|(one, weighed)| if open(one, weighed) { weighed.score } else { -1.0 })
        .collect();
    let mut known: std::collections::HashMap<usize, bool> = std::collections::HashMap::new();
    let mut refused = |at: usize, taken: &[usize]| {
        let one = &candidates[at];
        let repeats = *known.entry(at).or_insert_with(|| given_before(one, ledger, same));
        repeats || taken.iter().any(|pick| repeated(one, &candidates[*pick], same))
    };
    let exploring = if wish.explore { exploring(wish.size) } else { 0 };
    let mut picks =
        choose(candidates, &scores, &[], wish.size.saturating_sub(exploring), &mut refused);
    let outside: Vec<f32> = candidates
        .iter()
        .zip(&weighed)
        .map(|(one, weighed)| if open(one, weighed) { worth_a_try(weighed) } else { -1.0 })
        .collect();
    let explorers = choose(candidates, &outside, &picks, exploring, &mut refused);
    let tried = explorers.len();
    picks.extend(explorers);
    // Nothing to explore: the profile may have all the places.
    if tried < exploring {
        let rest = wish.size.saturating_sub(picks.len());
        let more = choose(candidates, &scores, &picks, rest, &mut refused);
        let at = picks.len() - tried;
        picks.splice(at..at, more);
    }
    let from = picks.len() - tried;
    picks
        .into_iter()
        .enumerate()
        .map(|(place, at)| {
            let explores = place >= from && !is_blank(profile);
            let reasons = reasons(profile, &candidates[at], &weighed[at], explores);
            Choice { at, weighed: weighed[at].clone(), explores, reasons }
        })
        .collect()
}

/// Places for exploring in an edition of this size.
fn exploring(size: usize) -> usize {
    if size < 3 { 0 } else { (size / ONE_OF).max(1) }
}

/// Whoever said nothing yet has no profile to be outside of.
fn is_blank(profile: &Profile) -> bool {
    profile.topics.is_empty()
        && profile.sources.is_empty()
        && profile.interests.is_empty()
        && profile.taste.is_empty()
}

/// Whether fewer are better than this one.
fn is_filler(weighed: &Weighed) -> bool {
    weighed.unwanted
        || weighed.liking.mean < FILLER
        || weighed.quality * weighed.novelty * weighed.freshness < LEAST
}

/// What an insight is worth for finding out whether the reader likes its kind; negative if they told already.
fn worth_a_try(weighed: &Weighed) -> f32 {
    if weighed.evidence >= OUTSIDE || weighed.liking.mean < DISLIKED {
        return -1.0;
    }
    let unknown = 1.0 - weighed.liking.known;
    weighed.quality * weighed.novelty * weighed.freshness * (0.4 + 0.6 * unknown)
}

fn given_before(
    one: &Candidate,
    ledger: &Ledger,
    same: &dyn Fn(&InsightId, &InsightId) -> bool,
) -> bool {
    ledger
        .claims
        .iter()
        .any(|given| same(&one.id, &given.id) || overlap(&one.claim, &given.words) >= SAME_WORDS)
}

fn repeated(
    one: &Candidate,
    other: &Candidate,
    same: &dyn Fn(&InsightId, &InsightId) -> bool,
) -> bool {
    same(&one.id, &other.id) || overlap(&one.claim, &other.claim) >= SAME_WORDS
}
