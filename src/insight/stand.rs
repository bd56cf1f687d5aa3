//! Whether a passage can be understood without what was said before it, and what it loses where it can't.

use super::lexicon::{Class, Lexicon};
use super::pointing;
use crate::text::language::primary;
use crate::text::token::tokens;

/// The opening points at something outside, surely or perhaps.
const HARD: f32 = 1.0;
const SOFT: f32 = 0.4;

/// From here on a pronoun is resolved or an opening left out; where that can't be, the passage isn't told.
pub const LEANS: f32 = 0.7;

/// What a passage loses beside what the learned weights say, in the scorer's units.
#[derive(Debug, Clone, Copy)]
pub struct Costs {
    /// Leaning on what was said before.
    pub leaning: f32,
    /// A question: there is no answer below it.
    pub asking: f32,
}

impl Costs {
    /// Of one passage, 0 or more.
    pub fn of(self, passage: &str, language: &str) -> f32 {
        let asks = if passage.contains(['?', '？', '؟']) { self.asking } else { 0.0 };
        self.leaning * needs(passage, language) + asks
    }
}

/// How much a passage needs what was said before: 0 (stands alone) to 1. Sees more than [`dangling`], which
/// is a feature that the learned weights know.
pub fn needs(passage: &str, language: &str) -> f32 {
    match primary(language).as_str() {
        "en" => pointing::how_much(passage),
        other => dangling(passage, other),
    }
}

/// How much the opening needs what was said before: 0 (stands alone) to 1.
pub fn dangling(text: &str, language: &str) -> f32 {
    let words: Vec<String> = tokens(text).into_iter().take(12).map(|t| t.lower).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match primary(language).as_str() {
        "en" => english(&words),
        "de" => listed(
            &words,
            &[
                "er", "sie", "es", "das", "dies", "diese", "dieser", "dieses", "weil", "dem",
                "davon", "dadurch", "deshalb", "denn",
            ],
        ),
        "fr" => listed(
            &words,
            &[
                "il", "elle", "ils", "elles", "ça", "cela", "ceci", "parce", "celui", "celle",
                "ceux", "lui",
            ],
        ),
        "es" => listed(
            &words,
            &["él", "ella", "ellos", "ellas", "eso", "esto", "esa", "ese", "porque", "ello", "lo"],
        ),
        _ => 0.0,
    }
}

fn listed(words: &[&str], pointing: &[&str]) -> f32 {
    if words.first().is_some_and(|w| pointing.contains(w)) { HARD } else { 0.0 }
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
    "i",
    "mean",
    "you",
    "know",
    "think",
    "actually",
    "basically",
    "again",
];

fn english(words: &[&str]) -> f32 {
    let mut rest = words;
    // Openers go from the claim, so what matters is what stands behind them.
    while let [first, more @ ..] = rest {
        let phrase = matches!(
            (*first, more.first()),
            ("i", Some(&("mean" | "think"))) | ("you", Some(&"know"))
        );
        if phrase {
            rest = &more[1..];
        } else if OPENERS.contains(first)
            && !matches!(*first, "i" | "you" | "mean" | "know" | "think")
        {
            rest = more;
        } else {
            break;
        }
    }
    let fragment = words
        .first()
        .is_some_and(|w| matches!(*w, "because" | "which" | "than" | "or" | "nor" | "whereas"));
    let Some((first, more)) = rest.split_first() else { return HARD };
    let next = more.first().copied().unwrap_or_default();
    let opening = match *first {
        "it's" | "it'll" | "it'd" => {
            if expletive(more) {
                0.0
            } else {
                HARD
            }
        }
        "it" if matches!(next, "turns" | "takes" | "depends" | "makes") => 0.0,
        "it" if matches!(next, "is" | "was" | "can" | "would" | "will" | "might") => {
            if expletive(&more[1..]) { 0.0 } else { HARD }
        }
        "it" | "they" | "they're" | "they've" | "they'd" | "they'll" | "he" | "she" | "he's"
        | "she's" | "he'd" | "she'd" | "him" | "them" | "its" | "his" | "that's" | "this's"
        | "those" | "these" => HARD,
        "that" | "this" => {
            let points = matches!(next, "also" | "way" | "kind" | "sort" | "one" | "thing")
                || Lexicon::of("en").has_word(next, &[Class::Present, Class::Past, Class::Modal]);
            if points { HARD } else { SOFT }
        }
        "her" | "their" | "there's" | "here's" | "such" | "either" | "neither" | "both"
        | "same" => SOFT,
        "which" | "than" | "or" | "nor" => HARD,
        _ => 0.0,
    };
    if fragment { opening.max(SOFT) } else { opening }
}

/// "It's hard to say", "it's not that", "it's important that": the "it" points at nothing before.
fn expletive(after: &[&str]) -> bool {
    after
        .iter()
        .take(5)
        .skip(1)
        .any(|w| matches!(*w, "to" | "that" | "when" | "if" | "how" | "because"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_that_point_back_cost() {
        for text in [
            "And it's very fragile.",
            "That gives people freedom.",
            "They left.",
            "So, you know, he was right.",
            "Which is fine.",
        ] {
            assert_eq!(dangling(text, "en"), HARD, "{text}");
        }
        for text in [
            "It's hard to say that.",
            "So most teams fail.",
            "I think people like rules.",
            "It turns out they lie.",
        ] {
            assert_eq!(dangling(text, "en-GB"), 0.0, "{text}");
        }
        assert!(dangling("Because most teams fail.", "en") > 0.0);
        assert_eq!(dangling("Das stimmt.", "de"), HARD);
        assert_eq!(dangling("Cokolwiek to jest.", "pl"), 0.0);
        assert_eq!(dangling("", "en"), HARD);
    }
}
