//! Names in brackets what an opening "it" or "they" stands for, where the sentence before leaves no doubt.
//! English only; a doubt means None.

use super::lexicon::{Class, Lexicon};
use super::words::{Word, split};
use crate::text::language::stop_words;

/// Words of a name for it, at most.
const MOST: usize = 5;

/// The opening's pronoun and what is said instead of it: `("They're", "[Square brackets are]")`.
pub fn opening(claim: &str, before: &str) -> Option<(usize, String)> {
    let words = split(claim);
    let first = words.first()?;
    let (pronoun, verb) = match first.core.split_once('\'') {
        Some((pronoun, end)) => (pronoun, contraction(pronoun, end, words.get(1)?)?),
        None => (first.core.as_str(), ""),
    };
    let many = match pronoun {
        "it" => false,
        "they" => true,
        _ => return None,
    };
    // "It is true that" points at nothing.
    let after = if verb.is_empty() { 2 } else { 1 };
    if !many
        && words
            .iter()
            .skip(after)
            .take(5)
            .any(|w| matches!(w.core.as_str(), "to" | "that" | "if" | "like"))
    {
        return None;
    }
    // "It's hard working with dough", "it was clear": what is judged comes behind.
    let judges = words
        .iter()
        .skip(after.saturating_sub(1))
        .take(3)
        .any(|w| w.core.ends_with("ing") || JUDGES.contains(&w.core.as_str()));
    if !many && judges {
        return None;
    }
    let name = only_subject(before, many)?;
    let space = if verb.is_empty() { "" } else { " " };
    let said = format!("[{name}{space}{verb}]");
    Some((first.head.len() + first.text.len(), said))
}

/// What "'s" and its like stand for.
fn contraction(pronoun: &str, end: &str, next: &Word) -> Option<&'static str> {
    let past = next.core.ends_with("ed")
        || matches!(next.core.as_str(), "been" | "got" | "had" | "become" | "gone");
    match (pronoun, end) {
        ("they", "re") => Some("are"),
        ("they", "ve") => Some("have"),
        ("they" | "it", "ll") => Some("will"),
        ("it", "s") if !past => Some("is"),
        _ => None,
    }
}

/// The subject of the sentence, if it is a noun of that number and no other noun of that number follows it.
fn only_subject(sentence: &str, many: bool) -> Option<String> {
    let mut words = split(sentence);
    while words.first().is_some_and(|w| OPENERS.contains(&w.core.as_str())) {
        words.remove(0);
    }
    let verb = words.iter().position(is_verb)?;
    let phrase = &words[..verb];
    let last = phrase.last()?;
    let plain = (1..=MOST).contains(&phrase.len())
        && phrase.iter().all(|w| !w.pauses() && !w.dash && w.head.is_empty() && w.tail.is_empty())
        && !phrase.iter().any(|w| LINKS.contains(&w.core.as_str()) || w.core.ends_with("ing"));
    if !plain || !is_noun(last) || is_many(last) != many {
        return None;
    }
    // A second noun of that number is a second candidate.
    let other = |n: usize| {
        let shown = many
            || words[n].text.starts_with(char::is_uppercase)
            || (verb + 1..n).rev().take(3).any(|k| SHOWS_NOUN.contains(&words[k].core.as_str()));
        shown && is_noun(&words[n]) && is_many(&words[n]) == many
    };
    if (verb + 1..words.len()).any(other) {
        return None;
    }
    // "the model" keeps its article; a capital stays where it was.
    let mut name = phrase.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
    if let Some(first) = name.get(..1) {
        let upper = first.to_uppercase();
        name.replace_range(..1, &upper);
    }
    Some(name)
}

/// With these "it" need not stand for anything.
const JUDGES: &[&str] = &[
    "hard",
    "easy",
    "important",
    "interesting",
    "clear",
    "true",
    "good",
    "great",
    "nice",
    "fun",
    "possible",
    "impossible",
    "difficult",
    "likely",
    "worth",
    "time",
    "best",
    "better",
    "up",
    "rare",
    "common",
    "weird",
    "funny",
    "amazing",
    "okay",
    "fine",
    "just",
    "not",
];

const OPENERS: &[&str] = &[
    "so",
    "and",
    "but",
    "well",
    "yeah",
    "now",
    "because",
    "also",
    "then",
    "actually",
    "basically",
];
/// Before a noun.
const SHOWS_NOUN: &[&str] = &[
    "the", "a", "an", "my", "your", "our", "their", "his", "her", "its", "this", "that", "any",
    "every", "each", "no", "some", "of", "in", "on", "with", "for", "to", "by", "from", "into",
    "about", "at", "as", "like", "than", "over", "without",
];
/// With these the phrase is no plain noun, or points on itself.
const LINKS: &[&str] = &[
    "and",
    "or",
    "of",
    "that",
    "this",
    "those",
    "these",
    "i",
    "you",
    "we",
    "they",
    "he",
    "she",
    "it",
    "who",
    "which",
    "what",
    "if",
    "when",
    "there",
    "here",
    "not",
    "to",
    "for",
    "in",
    "on",
    "at",
    "with",
    "by",
    "as",
    "how",
    "why",
    "one",
    "ones",
    "other",
    "another",
    "same",
    "my",
    "your",
    "our",
    "their",
    "his",
    "her",
    "its",
    "some",
    "any",
    "lot",
    "thing",
    "way",
    "let",
    "just",
    "everything",
    "nobody",
    "everyone",
    "somebody",
    "someone",
    "people",
];

fn is_verb(word: &Word) -> bool {
    Lexicon::of("en")
        .has_word(&word.core, &[Class::Present, Class::Past, Class::Modal, Class::VerbPast])
        || word.core.contains('\'')
}

fn is_noun(word: &Word) -> bool {
    word.core.len() > 2
        && word.core.chars().all(|c| c.is_alphanumeric() || c == '-')
        && !stop_words("en").contains(word.core.as_str())
        && !is_verb(word)
        && !word.core.ends_with("ly")
}

fn is_many(word: &Word) -> bool {
    (word.core.ends_with('s') && !word.core.ends_with("ss") && !word.core.ends_with("us"))
        || matches!(word.core.as_str(), "men" | "women" | "children" | "folks" | "humans")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(claim: &str, before: &str) -> Option<String> {
        opening(claim, before).map(|(_, name)| name)
    }

    #[test]
    fn one_candidate_of_the_right_number_is_named() {
        assert_eq!(
            told(
                "They're still harder to read than a plain list.",
                "Well, square brackets are slow."
            ),
            Some("[Square brackets are]".into())
        );
        assert_eq!(
            told("It runs on one core.", "So the scheduler was rewritten."),
            Some("[The scheduler]".into())
        );
    }

    #[test]
    fn any_doubt_names_nothing() {
        for (claim, before) in [
            ("It runs on one core.", "The scheduler replaced the allocator."),
            ("They run on one core.", "The scheduler was rewritten."),
            ("It is true that bakers sleep late.", "The scheduler was rewritten."),
            ("It's been slow.", "The scheduler was rewritten."),
            ("It's interesting working with rye.", "The last part is the oven."),
            ("He was slow.", "The scheduler was rewritten."),
            ("It runs.", "It was rewritten."),
            ("It runs.", "The state of the art was rewritten."),
            ("", ""),
        ] {
            assert_eq!(told(claim, before), None, "{claim} | {before}");
        }
    }
}
