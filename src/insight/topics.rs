//! Which topics a text is about, by the words that define them. Small talk is about none.

use std::collections::{HashMap, HashSet};

use crate::model::TopicSet;
use crate::text::frequency::rarity;
use crate::text::language::stop_words;
use crate::text::stem::Stemmer;
use crate::text::token::tokens;

/// A text is about a topic from this evidence on: one telling phrase or rare word, or two common ones.
const ENOUGH: f32 = 1.0;
/// Topics below this share of the best one's evidence are beside the point.
const BESIDE: f32 = 0.45;
/// Topics at most.
const MOST: usize = 3;
/// What a word of the context (the item's title, the passage around) counts beside one of the text.
const CONTEXT: f32 = 0.35;

/// Knows the words of a set of topics.
pub struct Tagger {
    slugs: Vec<String>,
    /// First stem to (rest of the phrase, topic, weight).
    phrases: HashMap<String, Vec<Phrase>>,
    stemmer: Stemmer,
}

struct Phrase {
    rest: Vec<String>,
    topic: usize,
    weight: f32,
}

impl Tagger {
    /// Learns the words of all topics. They are taken as English, as are the texts; foreign words match as written.
    pub fn new(topics: &TopicSet) -> Self {
        let stemmer = Stemmer::new("en");
        let mut phrases: HashMap<String, Vec<Phrase>> = HashMap::new();
        let mut slugs = Vec::new();
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
            slugs.push(topic.slug.clone());
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
        Self { slugs, phrases, stemmer }
    }

    /// Slugs, best first, at most three. `context` (a title, the words around) may tip the scale but never
    /// makes a topic alone.
    pub fn tag(&self, text: &str, context: &str) -> Vec<String> {
        let own = self.evidence(text);
        let around = self.evidence(context);
        let mut scored: Vec<(f32, usize)> = own
            .iter()
            .map(|(topic, score)| {
                (score + CONTEXT * around.get(topic).copied().unwrap_or(0.0), *topic)
            })
            .filter(|(score, _)| *score >= ENOUGH)
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let best = scored.first().map_or(0.0, |(score, _)| *score);
        scored.retain(|(score, _)| *score >= best * BESIDE);
        scored.truncate(MOST);
        scored.into_iter().map(|(_, topic)| self.slugs[topic].clone()).collect()
    }

    /// Topic to evidence. A word said again counts for less and less.
    fn evidence(&self, text: &str) -> HashMap<usize, f32> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tagger() -> Tagger {
        let file = r#"
            [[topic]]
            slug = "databases"
            name = "Databases"
            description = "Keeping data."
            words = ["database", "sql", "query planner", "index", "transaction", "replication"]
            [[topic]]
            slug = "sleep"
            name = "Sleep"
            description = "Rest."
            words = ["sleep", "insomnia", "circadian rhythm", "melatonin"]
        "#;
        Tagger::new(&TopicSet::parse(file).unwrap())
    }

    #[test]
    fn words_and_stems_make_a_topic() {
        let t = tagger();
        assert_eq!(
            t.tag("Most databases replicate their transactions through a log.", ""),
            ["databases"]
        );
        assert_eq!(
            t.tag("Your circadian rhythms decide how well you are sleeping.", ""),
            ["sleep"]
        );
    }

    #[test]
    fn small_talk_and_context_alone_make_none() {
        let t = tagger();
        assert!(
            t.tag("Yeah, how are you? It was great, thanks for asking, I had a coffee.", "")
                .is_empty()
        );
        assert!(t.tag("It was great.", "Databases, SQL and sleep").is_empty());
        assert!(t.tag("", "").is_empty());
    }
}
