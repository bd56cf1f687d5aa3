//! Every piece of a claim that could be its headline: whole clauses, dressed. Judges nothing but what no headline
//! may be.

use super::clause::{self, End, Front};
use super::frames::dressed;
use super::register::Register;
use crate::text::sentence;
use crate::text::token::{count, lower};

/// Characters at most.
pub const MOST: usize = 90;
/// Words at least.
const LEAST_WORDS: usize = 5;

/// A headline that could be.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Dressed.
    pub text: String,
    /// Which sentence of the claim, from 0.
    pub sentence: usize,
    /// What was cut off.
    pub front: Front,
    /// What was cut off.
    pub end: End,
    /// "X. Because Y" as one.
    pub joined: bool,
}

/// All of them, in order of place, and how many sentences there are.
pub fn of(claim: &str, language: &str, register: Register) -> (Vec<Span>, usize) {
    let mut out: Vec<Span> = Vec::new();
    let sentences = sentence::split(claim, language);
    for (n, range) in sentences.iter().enumerate() {
        let mut add = |text: &str, front, end, joined| {
            let text = dressed(text);
            if fits(&text) && !out.iter().any(|s| s.text == text) {
                out.push(Span { text, sentence: n, front, end, joined });
            }
        };
        for clause in clause::of(&claim[range.clone()], language) {
            add(clause.text, clause.front, clause.end, false);
        }
        if register == Register::Written {
            for text in clause::without_purpose(&claim[range.clone()], language) {
                add(text, Front::Whole, End::Purpose, false);
            }
        }
        for said in quoted(&claim[range.clone()]) {
            for clause in clause::of(said, language) {
                add(clause.text, Front::Mark, clause.end, false);
            }
        }
        if let Some(without) = parentheses_out(&claim[range.clone()], language) {
            for clause in clause::of(&without, language) {
                add(clause.text, clause.front, clause.end, false);
            }
        }
        if let Some(next) = sentences.get(n + 1) {
            let (first, second) =
                (claim[range.clone()].trim_end_matches('.'), &claim[next.clone()]);
            if let Some(reason) = second.strip_prefix("Because ") {
                add(&format!("{first} because {reason}"), Front::Whole, End::Whole, true);
            }
        }
    }
    (out, sentences.len())
}

/// Who is quoted on a claim, and not on what somebody might say.
const SAYS: &[&str] = &["said", "says", "shows", "found", "wrote", "writes", "argues", "reads"];

/// What is quoted in the sentence as said by someone, and long enough to be a claim of its own: "the study says,
/// “Most ovens …”".
fn quoted(sentence: &str) -> Vec<&str> {
    let pieces: Vec<&str> = sentence.split(['"', '“', '”']).collect();
    let says = |before: &str| {
        let word = before.split_whitespace().next_back().map(lower).unwrap_or_default();
        SAYS.contains(&word.trim_end_matches([',', ':']))
    };
    let whole = pieces.len() % 2 == 1;
    let (pairs, _) = pieces.as_chunks::<2>();
    pairs
        .iter()
        .filter(|[before, said]| whole && says(before) && count(said) > LEAST_WORDS)
        .map(|[_, said]| *said)
        .collect()
}

/// The sentence without what stands between two commas and opens like an aside: ", which …,", ", for example,".
fn parentheses_out(sentence: &str, language: &str) -> Option<String> {
    if language != "en" {
        return None;
    }
    let mut out = String::new();
    let mut dropped = false;
    let pieces: Vec<&str> = sentence.split(", ").collect();
    for (n, piece) in pieces.iter().enumerate() {
        let opener = piece.split_whitespace().next().map(lower).unwrap_or_default();
        let short = piece.split_whitespace().count() <= 3
            && matches!(opener.as_str(), "for" | "of" | "in" | "at" | "you" | "i");
        let aside = [
            "which",
            "who",
            "whose",
            "although",
            "whether",
            "including",
            "especially",
            "particularly",
            "maybe",
            "like",
        ]
        .contains(&opener.as_str())
            || short
                && [
                    "for example",
                    "for instance",
                    "of course",
                    "in fact",
                    "at least",
                    "in general",
                    "you know",
                    "i think",
                    "i guess",
                    "in some way",
                    "at this point",
                ]
                .iter()
                .any(|a| piece.eq_ignore_ascii_case(a));
        // "Apple, which has money, and it lays people off": the aside doesn't end there.
        let goes_on = pieces.get(n + 1).is_some_and(|next| {
            let first = next.split_whitespace().next().map(lower).unwrap_or_default();
            matches!(first.as_str(), "and" | "or" | "but")
        });
        if n > 0 && n + 1 < pieces.len() && aside && !goes_on {
            dropped = true;
            continue;
        }
        if n > 0 {
            out.push_str(if dropped && n > 1 { " " } else { ", " });
        }
        out.push_str(piece);
    }
    dropped.then_some(out)
}

fn fits(text: &str) -> bool {
    let whole = text.matches(['"', '“', '”']).count().is_multiple_of(2)
        && text.matches('(').count() == text.matches(')').count()
        && text.matches('[').count() == text.matches(']').count();
    // Speech that has lost its marks: "says, Hey".
    let spoken = [
        ", Hey",
        ", Okay",
        ", Oh",
        "like Hey",
        "like Oh",
        ", Look",
        ", You ",
        ", You,",
        " Hey ",
        "let's say",
        "Let's say",
        " – ",
    ]
    .iter()
    .any(|s| text.contains(s));
    // A stop amid a sentence: nobody knows where it ends.
    let stops =
        text.match_indices(". ").any(|(at, _)| text[at + 2..].starts_with(char::is_lowercase));
    whole
        && !spoken
        && !stops
        && !text.contains(['…', '?'])
        && !text.contains("...")
        && text.chars().count() <= MOST
        && count(text) >= LEAST_WORDS
}
