//! How much a claim speaks of things that it doesn't name, beyond what makes it fall at once (`pointing`): "it" and
//! "they" somewhere in it, "the problem was", "here". A reader can often guess; a claim that needs no guess is better.

use std::collections::HashSet;

use super::lexicon::{Class, Lexicon};
use crate::text::language::{primary, stop_words};
use crate::text::sentence;
use crate::text::token::{Token, tokens};

/// What each word costs that points somewhere: in the first sentence, and behind it, where the first may have named
/// what is meant.
const FIRST: f32 = 0.3;
const LATER: f32 = 0.1;
/// The same in a first sentence that has named something before: "bakers weigh the flour because it …".
const NAMED: f32 = 0.15;
/// Words with content from which on a sentence has named something: who, does what, to what.
const ENOUGH: usize = 3;
/// A thing spoken of as known right at the opening; an example of something, or the other half of it.
const KNOWN: f32 = 0.4;
const HALF: f32 = 0.4;
/// "That allows two things.", and no more.
const PROMISED: f32 = 1.5;

/// From here on nobody can guess.
pub const LOST: f32 = 0.9;

/// 0 (names all) to about 2; 0 in other languages than English.
pub fn how_much(claim: &str, language: &str) -> f32 {
    if primary(language) != "en" {
        return 0.0;
    }
    let sentences: Vec<Vec<Token>> =
        sentence::split(claim, language).into_iter().map(|r| tokens(&claim[r])).collect();
    let stops = stop_words("en");
    let mut out = 0.0;
    for (n, words) in sentences.iter().enumerate() {
        let pointing = (0..words.len()).filter(|at| points(words, *at)).take(3);
        let costs = pointing.map(|at| match n {
            0 if named(words, at, stops) => NAMED,
            0 => FIRST,
            _ => LATER,
        });
        out += costs.sum::<f32>();
    }
    let at = |words: &[Token], n: usize| words.get(n).map(|w| w.lower.clone()).unwrap_or_default();
    if let Some(first) = sentences.first() {
        let half = ["however", "but", "instead", "therefore", "interestingly", "because"];
        let example =
            at(first, 0) == "for" && matches!(at(first, 1).as_str(), "example" | "instance");
        let only = at(first, 0) == "not" && at(first, 1) == "only";
        if half.contains(&at(first, 0).as_str()) || example || only {
            out += HALF;
        }
        let known = ["the", "that", "this", "these", "those"];
        if known.contains(&at(first, 0).as_str()) && (1..4).any(|n| is_verb(first, n)) {
            out += KNOWN;
        }
    }
    if let Some(last) = sentences.last() {
        let from = last.len().saturating_sub(3);
        let many = ["two", "three", "four", "few", "couple", "several", "these"];
        let things = ["things", "reasons", "ways", "options", "problems", "questions"];
        let ends = last.last().is_some_and(|w| things.contains(&w.lower.as_str()));
        if ends && last[from..].iter().any(|w| many.contains(&w.lower.as_str())) {
            out += PROMISED;
        }
    }
    out
}

/// Whether something that word `at` may stand for comes before it.
fn named(words: &[Token], at: usize, stops: &HashSet<&str>) -> bool {
    let content = words[..at].iter().filter(|w| !stops.contains(w.lower.as_str()));
    content.take(ENOUGH).count() >= ENOUGH
}

fn is_verb(words: &[Token], n: usize) -> bool {
    words.get(n).is_some_and(|w| {
        Lexicon::of("en").has_word(&w.lower, &[Class::Present, Class::Past, Class::Modal])
    })
}

/// Whether word `n` stands for something else: "it" but not in "it's hard to say"; "they" but not of the people that
/// stand before it.
fn points(words: &[Token], n: usize) -> bool {
    let at = |n: usize| words.get(n).map(|w| w.lower.as_str()).unwrap_or_default();
    let before = |names: &[&str]| words[..n].iter().any(|w| names.contains(&w.lower.as_str()));
    match at(n) {
        "it" | "it's" | "it'll" | "it'd" => {
            !(n + 1..n + 6).any(|k| matches!(at(k), "to" | "that" | "when" | "if" | "how" | "for"))
        }
        "its" | "itself" => n == 0,
        "they" | "they're" | "they've" | "they'll" | "they'd" | "them" | "their" => {
            !before(&["people", "who", "everybody", "everyone", "someone", "somebody", "you"])
        }
        "he" | "she" | "him" | "her" | "his" | "he's" | "she's" => true,
        "this" | "these" | "those" => !matches!(at(n + 1), "who" | "kind" | "kinds" | "days"),
        "that" => {
            n > 0
                && matches!(
                    at(n - 1),
                    "on" | "of" | "in" | "for" | "with" | "about" | "do" | "did" | "like" | "from"
                )
                && (n + 1 == words.len()
                    || is_verb(words, n + 1)
                    || stop_words("en").contains(at(n + 1)))
        }
        "that's" => !before(&["thing", "one", "something"]),
        "there" => !is_verb(words, n + 1),
        "here" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::how_much;

    #[test]
    fn who_names_everything_is_better() {
        let whole =
            "Most bakers weigh the flour after the dough is done. So the bread comes out wet.";
        assert_eq!(how_much(whole, "en"), 0.0);
        for loose in [
            "Most bakers weigh it after the dough is done. So the bread comes out wet.",
            "The problem was the flour in the dough. So the bread comes out wet.",
            "For example, most bakers weigh the flour late. So the bread comes out wet.",
            "Most bakers weigh the flour. So a scale really allows two things.",
            "Bakeries based on that, even large ones, weigh the flour late.",
        ] {
            assert!(how_much(loose, "en") >= 0.3, "{loose}");
        }
        let inside = "Bakers weigh their flour because a cup of it can be wrong, and that's bad.";
        assert!(how_much(inside, "en") < super::LOST, "what is meant stands before");
        assert_eq!(how_much("It's hard to weigh the flour.", "en"), 0.0);
        assert_eq!(how_much("Sie wiegen es.", "de"), 0.0);
        assert_eq!(how_much("", "en"), 0.0);
    }
}
