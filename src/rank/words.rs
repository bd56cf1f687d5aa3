//! Content words of short texts as sets of stems, for comparing what a reader wrote with what was said. Pure.

use std::collections::HashSet;

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

/// Shared stems by all stems of both, 0 to 1.
pub fn overlap(a: &HashSet<String>, b: &HashSet<String>) -> f32 {
    let shared = a.intersection(b).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f32 / all as f32 }
}
