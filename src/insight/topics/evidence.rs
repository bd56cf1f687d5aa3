//! What a text says of topics in the words that define them.

use std::collections::{HashMap, HashSet};

use crate::model::TopicSet;
use crate::text::frequency::rarity;
use crate::text::language::stop_words;
use crate::text::stem::Stemmer;
use crate::text::token::tokens;

/// Knows the words of a set of topics.
pub(super) struct Evidence {
    /// First stem to (rest of the phrase, topic, weight).
    phrases: HashMap<String, Vec<Phrase>>,
    stemmer: Stemmer,
}

struct Phrase {
    rest: Vec<String>,
    topic: usize,
    weight: f32,
}

impl Evidence {
    /// Learns the words of all topics. They are taken as English, as are the texts; foreign words match as written.
    pub(super) fn new(topics: &TopicSet) -> Self {
        let stemmer = Stemmer::new("en");
        let mut phrases: HashMap<String, Vec<Phrase>> = HashMap::new();
        // A word that many topics claim tells little about any of them.
        let mut claimed: HashMap<Vec<String>, usize> = HashMap::new();
        let stems = |word: &str| -> Vec<String> {
            tokens(word).iter().map(|t| stemmer.stem(&t.lower).into_owned()).collect()
        };
        for topic in topics.iter() {
            let distinct: HashSet<Vec<String>> = topic.words.iter().map(|w| stems(w)).collect();
            for phrase in distinct {
                *claimed.entry(phrase).or_default() += 1;
            }
        }
        for (index, topic) in topics.iter().enumerate() {
            let mut seen = HashSet::new();
            for word in topic.words.iter().chain(std::iter::once(&topic.name)) {
                let stemmed = stems(word);
                let Some((first, rest)) = stemmed.split_first() else { continue };
                if !seen.insert(stemmed.clone()) {
                    continue;
                }
                let shared = claimed.get(&stemmed).copied().unwrap_or(1).max(1) as f32;
                let weight = weight(word, rest.is_empty()) / shared;
                phrases.entry(first.clone()).or_default().push(Phrase {
                    rest: rest.to_vec(),
                    topic: index,
                    weight,
                });
            }
        }
        for list in phrases.values_mut() {
            list.sort_by_key(|p| std::cmp::Reverse(p.rest.len()));
        }
        Self { phrases, stemmer }
    }

    /// Topic, by its place, to evidence: 1 is enough. A word said again counts for less and less.
    pub(super) fn of(&self, text: &str) -> HashMap<usize, f32> {
        let stems: Vec<String> =
            tokens(text).into_iter().map(|t| self.stemmer.stem(&t.lower).into_owned()).collect();
        let mut found: HashMap<(usize, &str, usize), (f32, u32)> = HashMap::new();
        let mut free: HashMap<usize, usize> = HashMap::new();
        for (at, stem) in stems.iter().enumerate() {
            let Some((first, list)) = self.phrases.get_key_value(stem) else { continue };
            for phrase in list {
                let taken = free.get(&phrase.topic).is_some_and(|until| *until > at);
                if !taken && stems[at + 1..].starts_with(&phrase.rest) {
                    free.insert(phrase.topic, at + 1 + phrase.rest.len());
                    let key = (phrase.topic, first.as_str(), phrase.rest.len());
                    let entry = found.entry(key).or_insert((phrase.weight, 0));
                    entry.1 += 1;
                }
            }
        }
        let mut out = HashMap::new();
        for ((topic, _, _), (weight, n)) in found {
            *out.entry(topic).or_insert(0.0) += weight * (1.0 + (n as f32).ln() * 0.5);
        }
        out
    }
}

/// A phrase tells more than a word, a rare word more than a common one.
fn weight(word: &str, single: bool) -> f32 {
    let words = tokens(word);
    let stops = stop_words("en");
    let rare = words
        .iter()
        .filter(|t| !stops.contains(t.lower.as_str()))
        .filter_map(|t| rarity(&t.lower, "en"))
        .sum::<f32>();
    if single {
        // About ln 2000 for a word never seen in the table, ln 10 for one in every tenth block of talk.
        ((rare - 1.5) / 3.5).clamp(0.1, 1.1)
    } else {
        (rare / 5.0).clamp(0.7, 1.5)
    }
}
