//! Whether a passage can be understood without what was said before it.

use crate::text::language::primary;
use crate::text::token::tokens;

/// The opening points at something outside, surely or perhaps.
const HARD: f32 = 1.0;
const SOFT: f32 = 0.4;

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
            if matches!(
                next,
                "is" | "was"
                    | "would"
                    | "will"
                    | "can"
                    | "means"
                    | "also"
                    | "has"
                    | "way"
                    | "kind"
                    | "sort"
                    | "one"
                    | "thing"
            ) {
                HARD
            } else {
                SOFT
            }
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
