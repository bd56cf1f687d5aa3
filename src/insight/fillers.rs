//! Takes out what fills a pause: sounds, empty phrases, words begun and dropped, stutters.

use super::words::Word;

/// Removes `words[at..at + n]`; a full stop that goes with them moves to the word before.
pub fn remove(words: &mut Vec<Word>, at: usize, n: usize) {
    let stop = words[at..at + n].iter().rev().find(|w| w.ends_sentence()).map(|w| w.tail.clone());
    let opens = words[at].opens || at == 0 || words[at - 1].ends_sentence();
    let comma = words[at + n - 1].tail == ",";
    words.drain(at..at + n);
    // ", um," goes with both its commas, unless a clause begins.
    let clause = words.get(at).is_some_and(|w| CLAUSES.contains(&w.core.as_str()));
    if comma
        && !clause
        && let Some(before) = at.checked_sub(1).and_then(|i| words.get_mut(i))
        && before.tail == ","
    {
        before.tail.clear();
    }
    if let (Some(tail), Some(before)) = (stop, at.checked_sub(1).and_then(|i| words.get_mut(i)))
        && !before.ends_sentence()
    {
        before.tail = tail;
    }
    if opens && let Some(next) = words.get_mut(at) {
        next.opens = true;
    }
}

const CLAUSES: &[&str] = &[
    "but", "and", "so", "because", "which", "or", "when", "if", "aber", "und", "weil", "mais",
    "et", "pero", "y",
];

const SOUNDS: &[&str] = &[
    "um", "uh", "uhm", "umm", "uhh", "er", "erm", "ehm", "hmm", "hm", "mm", "mhm", "äh", "ähm",
    "öhm", "euh", "heu",
];

pub fn drop_sounds(words: &mut Vec<Word>) {
    let mut at = 0;
    while at < words.len() {
        // "er" is a German word and "mm" a unit; the first is kept where it is spelled as one.
        if SOUNDS.contains(&words[at].core.as_str())
            && (words[at].core != "er" || words[at].pauses())
        {
            remove(words, at, 1);
        } else {
            at += 1;
        }
    }
}

pub fn is(words: &[Word], at: usize, phrase: &[&str]) -> bool {
    words.len() >= at + phrase.len()
        && phrase.iter().enumerate().all(|(n, p)| words[at + n].core == *p)
}

/// "you know", "I mean", "like", "sort of", "kind of" where they say nothing.
pub fn drop_phrases(words: &mut Vec<Word>, bare: bool) {
    let mut at = 0;
    while at < words.len() {
        let free_before = at == 0 || words[at - 1].pauses() || words[at - 1].dash;
        let n = if is(words, at, &["you", "know"]) || is(words, at, &["i", "mean"]) {
            let closed = words[at + 1].pauses() || words.get(at + 2).is_some_and(|w| w.dash);
            let before = at.checked_sub(1).map(|i| words[i].core.as_str()).unwrap_or_default();
            let after = words.get(at + 2).map(|w| w.core.as_str()).unwrap_or_default();
            let verb = matches!(
                before,
                "if" | "do"
                    | "as"
                    | "did"
                    | "let"
                    | "when"
                    | "don't"
                    | "to"
                    | "would"
                    | "should"
                    | "what"
                    | "that"
                    | "how"
                    | "because"
            ) || matches!(
                after,
                "what"
                    | "how"
                    | "that"
                    | "who"
                    | "where"
                    | "why"
                    | "when"
                    | "it"
                    | "this"
                    | "if"
                    | "about"
                    | "by"
            );
            if (free_before && closed) || (bare && !verb) { 2 } else { 0 }
        } else if is(words, at, &["like"]) && words[at].tail.starts_with(',') {
            let quotes = words.get(at + 1).is_some_and(|w| {
                w.head.contains(['"', '“']) || w.text.starts_with(char::is_uppercase)
            });
            let before = at.checked_sub(1).map(|i| words[i].core.as_str()).unwrap_or_default();
            let example = matches!(
                before,
                "feel"
                    | "you"
                    | "we"
                    | "they"
                    | "i"
                    | "people"
                    | "would"
                    | "to"
                    | "don\'t"
                    | "really"
                    | "looks"
                    | "look"
                    | "feels"
                    | "sounds"
                    | "something"
                    | "things"
                    | "seems"
            );
            if !quotes && !example { 1 } else { 0 }
        } else if is(words, at, &["sort", "of"]) || is(words, at, &["kind", "of"]) {
            let before = at.checked_sub(1).map(|i| words[i].core.as_str()).unwrap_or_default();
            let after = words.get(at + 2).map(|w| w.core.as_str()).unwrap_or_default();
            let noun = [
                "a",
                "the",
                "this",
                "that",
                "these",
                "those",
                "what",
                "some",
                "any",
                "same",
                "every",
                "each",
                "one",
                "other",
                "another",
                "which",
                "different",
                "new",
                "certain",
                "right",
                "wrong",
                "only",
                "no",
                "first",
                "best",
                "whole",
            ];
            let ends = words[at + 1].ends_sentence() || after.is_empty();
            if noun.contains(&before) || matches!(after, "thing" | "things") || ends {
                0
            } else {
                2
            }
        } else {
            0
        };
        if n == 0 {
            at += 1;
        } else {
            if at > 0 && !words[at + n - 1].pauses() && !bare && words[at - 1].tail == "," && n == 1
            {
                words[at - 1].tail.clear();
            }
            remove(words, at, n);
        }
    }
}

/// "it was -- it was" and "I -- it follows": what was begun and dropped.
pub fn drop_restarts(words: &mut Vec<Word>) {
    let mut at = 0;
    while at < words.len() {
        if !words[at].dash {
            at += 1;
            continue;
        }
        // The clause before the dash.
        let start = (0..at)
            .rev()
            .find(|i| words[*i].ends_sentence() || words[*i].dash)
            .map_or(0, |i| i + 1);
        let before = &words[start..at];
        let after = &words[at + 1..];
        let repeated = (1..=6.min(before.len()).min(after.len()))
            .rev()
            .find(|k| before[before.len() - k..].iter().zip(after).all(|(a, b)| a.core == b.core));
        // "I think we -- I actually": the restart begins with a word of the last few before the dash.
        let restarted = after.first().and_then(|next| {
            (2..=5.min(before.len())).find(|k| before[before.len() - k].core == next.core)
        });
        let begun = (!before.is_empty()
            && before.len() <= 3
            && words[at].text.len() != 1
            && after.first().is_some_and(|w| RESTARTS.contains(&w.core.as_str())))
        .then_some(before.len());
        let double = words[at].text != "-" && words[at].text != "–";
        match repeated.or(restarted.filter(|_| double)).or(begun.filter(|_| double)) {
            Some(n) => {
                let from = at - n;
                let opens = words[from].opens || from == 0 || words[from - 1].ends_sentence();
                words.drain(from..=at);
                if let Some(next) = words.get_mut(from) {
                    next.opens |= opens;
                }
                at = from;
            }
            None => at += 1,
        }
    }
    // A dash that opens or ends the claim joins nothing.
    while words.first().is_some_and(|w| w.dash) {
        words.remove(0);
    }
    while words.last().is_some_and(|w| w.dash) {
        words.pop();
    }
}

const RESTARTS: &[&str] = &[
    "i", "it", "it's", "we", "we're", "you", "you're", "they", "they're", "the", "there",
    "there's", "this", "that", "that's", "he", "she", "if", "when", "i'm", "i've", "a", "what",
    "one", "people",
];

/// Words that people double on purpose.
const DOUBLED: &[&str] = &[
    "very", "really", "so", "much", "more", "many", "far", "again", "never", "no", "had", "that",
    "ever", "way", "too", "long", "ja", "bla", "blah", "ha",
];

/// "Nobody works on it, it falls apart": one clause ends with the word and the next begins with it.
fn ends_and_begins(words: &[Word], at: usize) -> bool {
    let begun = at == 0
        || words[at - 1].pauses()
        || words[at - 1].dash
        || CLAUSES.contains(&words[at - 1].core.as_str())
        || matches!(words[at - 1].core.as_str(), "that" | "think" | "well" | "whether" | "while");
    words[at].tail == ","
        && !begun
        && matches!(
            words[at].core.as_str(),
            "it" | "you" | "this" | "her" | "there" | "here" | "one" | "es" | "sie"
        )
}

/// "I, I", "it was, it was", "the the".
pub fn drop_stutters(words: &mut Vec<Word>) {
    let mut at = 0;
    while at < words.len() {
        let twice = (1..=3).rev().find(|n| {
            at + 2 * n <= words.len()
                && (0..*n).all(|i| {
                    let (a, b) = (&words[at + i], &words[at + n + i]);
                    a.core == b.core
                        && !a.core.is_empty()
                        && !a.dash
                        && !a.ends_sentence()
                        && (i + 1 == *n || !a.pauses())
                })
                && (*n > 1 || !DOUBLED.contains(&words[at].core.as_str()))
                && (*n > 1 || !ends_and_begins(words, at))
                && words[at].core.chars().any(char::is_alphabetic)
        });
        match twice {
            Some(n) => {
                let opens = words[at].opens || at == 0 || words[at - 1].ends_sentence();
                words.drain(at..at + n);
                words[at].opens |= opens;
            }
            None => at += 1,
        }
    }
}
