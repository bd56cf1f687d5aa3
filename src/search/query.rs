//! What is asked of all insights: by words exactly, and, where nothing but bare words is asked, by meaning too.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::text::{Ask, Match, Set, TextIndex};
use super::{Index, read};
use crate::model::{Cut, InsightId};
use crate::text::embed::Vector;

/// Cosine of a question's and an insight's meaning from which on it is an answer even without the words. Seen with 18
/// short questions and 480 passages: what has nothing to do with the question stays below .35, what is about it lies
/// between .38 and .57, and from .45 on two of three are what one would want in a feed.
pub const NEAR: f32 = 0.44;
/// So many are put in order of relevance; what is less relevant than these nobody turns the pages for.
const RANKED: usize = 500;

/// The most relevant of what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The best first.
    pub best: Vec<Match>,
    /// How many there are in all.
    pub total: usize,
}

impl Index {
    /// The newest `limit` with a `seq` below `before`, newest first. `meaning` is the vector of
    /// [`crate::model::Query::bare`], where it is to count.
    pub fn newest(
        &self,
        ask: &Ask<'_>,
        meaning: Option<&Vector>,
        before: Option<u64>,
        limit: usize,
    ) -> Vec<Match> {
        let text = read(&self.text);
        let set = self.found(&text, ask, meaning);
        let before = before.unwrap_or(u64::MAX);
        newest(text.matches(&set).filter(|m| m.seq < before), limit)
    }

    /// The most relevant `limit`. Without any words to be relevant to, the newest.
    pub fn relevant(&self, ask: &Ask<'_>, meaning: Option<&Vector>, limit: usize) -> Ranked {
        let text = read(&self.text);
        let set = self.found(&text, ask, meaning);
        let total = set.len();
        let words = ask.query.text();
        let mut best = match words.is_empty() {
            true => Vec::new(),
            false => self.ranked(&words, meaning, ask, &text, &set, limit.min(RANKED)),
        };
        if best.len() < limit.min(total) {
            let known: HashSet<InsightId> = best.iter().map(|found| found.id.clone()).collect();
            let others = text.matches(&set).filter(|found| !known.contains(&found.id));
            best.extend(newest(others, limit - best.len()));
        }
        Ranked { best, total }
    }

    /// The most relevant `limit` of `set`, or fewer if no more have to do with the words.
    fn ranked(
        &self,
        words: &str,
        meaning: Option<&Vector>,
        ask: &Ask<'_>,
        text: &TextIndex,
        set: &Set,
        limit: usize,
    ) -> Vec<Match> {
        let ids = text.matches(set).map(|found| found.id);
        let near = read(&self.related).query_among(ids, words, meaning, ask.viewer, limit);
        near.iter().filter_map(|near| text.in_set(&near.id, set)).collect()
    }

    /// By words, and by meaning where bare words are asked for. A digest must be the same whenever it is made, so it
    /// goes by words alone: vectors come later than the words, and by another model are others.
    fn found(&self, text: &TextIndex, ask: &Ask<'_>, meaning: Option<&Vector>) -> Set {
        let mut set = text.find(ask);
        let wanted = ask.query.cut == Cut::Items && ask.query.bare().is_some();
        if let Some(meaning) = meaning.filter(|_| wanted) {
            let near = read(&self.related).near(meaning, NEAR);
            let mut near = text.numbers(&near);
            near.keep(&text.conditions(ask));
            set.unite(&near);
        }
        set
    }
}

/// The newest `limit`, newest first.
fn newest(all: impl Iterator<Item = Match>, limit: usize) -> Vec<Match> {
    let mut all: Vec<Match> = all.collect();
    if all.len() > limit {
        all.select_nth_unstable_by_key(limit, |found| Reverse(found.seq));
        all.truncate(limit);
        all.shrink_to_fit();
    }
    all.sort_unstable_by_key(|found| Reverse(found.seq));
    all
}
