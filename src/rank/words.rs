//! Content words of short texts as sets of stems, for comparing what a reader wrote with what was said. Pure.

use std::collections::HashSet;

use crate::text::frequency::rarity;
use crate::text::language::stop_words;
use crate::text::stem::Stemmer;
use crate::text::token::tokens;

/// Stems of the content words. Texts are short and of any of our languages, so each is looked at alone.
pub fn stems(text: &str) -> HashSet<String> {
    let words = tokens(text);
    let of = |language: &str| {
        let stops = stop_words(language);
        words.iter().filter(|word| stops.contains(word.lower.as_str())).count()
    };
    let mut language = "en";
    for other in ["de", "fr", "es"] {
        if of(other) > of(language) {
            language = other;
        }
    }
    let stops = stop_words(language);
    let stemmer = Stemmer::new(language);
    words
        .iter()
        .filter(|word| !stops.contains(word.lower.as_str()) && word.lower.chars().count() > 1)
        .map(|word| {
            let bare = word.lower.strip_suffix("'s").unwrap_or(&word.lower);
            stemmer.stem(bare).into_owned()
        })
        .collect()
}

/// A text's rare words as a direction: numbers that stand for stems, each as heavy as its word is rare, of length one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms(Vec<(u64, f32)>);

/// What a word counts where no table says how rare it is.
const UNKNOWN: f32 = 5.0;

impl Terms {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let stops = stop_words("en");
        let stemmer = Stemmer::new("en");
        let mut heaviest: std::collections::BTreeMap<u64, f32> = std::collections::BTreeMap::new();
        for word in tokens(text).iter().filter(|word| !stops.contains(word.lower.as_str())) {
            let bare = word.lower.strip_suffix("'s").unwrap_or(&word.lower);
            let weight = rarity(bare, "en").unwrap_or(UNKNOWN).min(UNKNOWN + 2.0);
            let place = heaviest.entry(number(&stemmer.stem(bare))).or_default();
            *place = place.max(weight);
        }
        let length = heaviest.values().map(|w| w * w).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        Self(heaviest.into_iter().map(|(term, weight)| (term, weight / length)).collect())
    }

    /// Cosine, 0 to 1.
    pub fn dot(&self, other: &Self) -> f32 {
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        while let (Some(a), Some(b)) = (self.0.get(i), other.0.get(j)) {
            match a.0.cmp(&b.0) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    sum += a.1 * b.1;
                    i += 1;
                    j += 1;
                }
            }
        }
        sum
    }
}

/// FNV-1a: the same at every start, and two stems of one brief all but never meet.
fn number(stem: &str) -> u64 {
    stem.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Shared stems by all stems of both, 0 to 1.
pub fn overlap(a: &HashSet<String>, b: &HashSet<String>) -> f32 {
    let shared = a.intersection(b).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f32 / all as f32 }
}
