//! What in an English passage points at something said before it: pronouns without a noun, "the second one",
//! "as I said". Counts nothing twice: the worst of what it finds is the answer.

mod named;
mod words;

use self::words::Words;
use super::clause;
use super::lexicon::{Class, Lexicon};
use crate::text::token::{Token, tokens};

/// Surely points outside; very likely; perhaps.
pub const SURE: f32 = 1.0;
const LIKELY: f32 = 0.7;
const PERHAPS: f32 = 0.4;
const FAINT: f32 = 0.15;

/// "it's", "don't"; "Google's" is a name.
fn is_contraction(word: &str) -> bool {
    match word.split_once('\'') {
        Some((base, "s")) => matches!(
            base,
            "it" | "that"
                | "he"
                | "she"
                | "there"
                | "what"
                | "who"
                | "here"
                | "let"
                | "how"
                | "where"
                | "this"
        ),
        Some(_) => true,
        None => false,
    }
}

/// Words from the start in which a pronoun without a noun before it counts.
const REACH: usize = 16;
/// Words that are looked at in all.
const MOST: usize = 90;

/// 0 (stands alone) to 1.
pub fn how_much(text: &str) -> f32 {
    let all: Vec<Token> = tokens(text).into_iter().take(MOST).collect();
    let words = Words { text, list: skip_openers(&all) };
    if words.list.is_empty() {
        return SURE;
    }
    let counts = Lexicon::of("en").count(&all);
    let told = if counts[Class::Reference as usize] > 0 { LIKELY } else { 0.0 };
    let end = words.first_sentence();
    let sentence = match (words.list.first(), words.list.get(end.saturating_sub(1))) {
        (Some(first), Some(last)) => text.get(first.start..last.end).unwrap_or_default(),
        _ => "",
    };
    let torn = if clause::is_fragment(sentence) { LIKELY } else { 0.0 };
    [
        told,
        torn,
        words.called(),
        words.opening(),
        words.early(),
        words.unnamed(),
        words.demonstrative(),
        words.nobody(),
        words.bare_comparison(),
    ]
    .into_iter()
    .fold(0.0, f32::max)
}

const OPENERS: &[&str] = &[
    "so",
    "and",
    "but",
    "well",
    "yeah",
    "yes",
    "now",
    "right",
    "okay",
    "ok",
    "oh",
    "like",
    "um",
    "uh",
    "then",
    "also",
    "because",
    "actually",
    "basically",
    "again",
    "maybe",
    "perhaps",
    "probably",
    "hopefully",
    "obviously",
    "honestly",
    "personally",
    "plus",
    "frankly",
    "clearly",
];
const FRAMES: &[&[&str]] = &[
    &["i", "mean"],
    &["i", "think", "that's"],
    &["i", "think"],
    &["i", "guess"],
    &["i", "believe"],
    &["you", "know"],
    &["i", "feel", "like"],
    &["i", "would", "say"],
    &["i'd", "say"],
    &["of", "course"],
    &["in", "fact"],
];

/// Openers go from the claim, so what matters is what stands behind them.
fn skip_openers(all: &[Token]) -> &[Token] {
    let mut rest = all;
    loop {
        let frame = FRAMES.iter().find(|f| {
            rest.len() > f.len() && f.iter().zip(rest).all(|(word, token)| token.lower == *word)
        });
        rest = match (frame, rest.first()) {
            (Some(frame), _) if frame.last() == Some(&"that's") => return &rest[frame.len() - 1..],
            (Some(frame), _) => &rest[frame.len()..],
            (None, Some(first)) if OPENERS.contains(&first.lower.as_str()) => &rest[1..],
            _ => return rest,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_points_outside_is_seen_anywhere_in_the_first_clause() {
        for text in [
            "It's that last one that matters.",
            "The second is that nobody reads the manual.",
            "Two, it had to be cheap.",
            "The first ten times, yes.",
            "Those are the teams that fail.",
            "If you look at it, teams fail.",
            "As I said, most teams test far too late.",
            "Most of them fail within a year.",
            "In that case the cache is slow.",
            "If you don't do that, then the parser stays frozen.",
            "This approach wins.",
            "Which is why teams fail.",
        ] {
            assert!(how_much(text) >= LIKELY, "{text}: {}", how_much(text));
        }
    }

    #[test]
    fn what_names_its_things_stands() {
        for text in [
            "It's hard to test a cache.",
            "Most teams test late because they fear the work.",
            "When a team grows, it gets slower.",
            "Those who test early win.",
            "People think that the cache is slow.",
            "The first thing you need is a test.",
            "If you run a bakery, the flour is the cost.",
            "I think the worst bug is the one that nobody sees.",
        ] {
            assert!(how_much(text) < PERHAPS, "{text}: {}", how_much(text));
        }
        assert_eq!(how_much(""), SURE);
    }
}
