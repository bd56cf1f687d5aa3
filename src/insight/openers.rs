//! Takes out what a talk opens and closes its sentences with: "So", "Yeah", "right?".

use super::fillers::{is, remove};
use super::words::Word;

/// Openers that go only when a comma follows, and those that go always.
fn openers(language: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match language {
        "en" => (
            &[
                "well",
                "now",
                "right",
                "like",
                "look",
                "listen",
                "sure",
                "no",
                "see",
                "actually",
                "basically",
                "again",
                "then",
                "also",
                "exactly",
                "absolutely",
                "definitely",
                "totally",
                "anyway",
                "anyways",
                "honestly",
                "obviously",
                "literally",
                "really",
                "cool",
                "great",
                "true",
                "correct",
                "first",
                "similarly",
                "likewise",
                "additionally",
                "furthermore",
                "moreover",
            ],
            &[
                "so", "and", "but", "yeah", "yep", "yes", "oh", "okay", "ok", "alright", "because",
                "ah", "wow", "gotcha", "plus", "then",
            ],
        ),
        "de" => (
            &["genau", "gut", "okay", "nein", "nun", "klar", "richtig"],
            &["ja", "also", "und", "aber", "naja", "na", "ach"],
        ),
        "fr" => (
            &["bon", "bien", "oui", "non", "alors", "voilà", "enfin", "exactement", "d'accord"],
            &["et", "mais", "donc", "ben", "bah", "ouais", "ah"],
        ),
        "es" => (
            &["bueno", "sí", "no", "claro", "vale", "mira", "exacto", "entonces"],
            &["y", "pero", "pues", "ah"],
        ),
        _ => (&[], &[]),
    }
}

pub fn drop_openers(words: &mut Vec<Word>, language: &str) {
    let (with_comma, always) = openers(language);
    loop {
        let Some(first) = words.first() else { return };
        let next = words.get(1).map(|w| w.core.as_str()).unwrap_or_default();
        let core = first.core.as_str();
        if core == "because" && leans(words) {
            return;
        }
        // "So many", "so far" and "because of" are not openers.
        let bound = matches!(
            (core, next),
            ("so", "many" | "much" | "far" | "few" | "long" | "little" | "that")
                | ("because", "of")
                | ("but", "for")
                | ("then", "again")
        ) || (first.head.contains(['"', '“']) && !first.pauses());
        let n = if always.contains(&core) && !bound || with_comma.contains(&core) && first.pauses()
        {
            1
        } else if language == "en"
            && (is(words, 0, &["i", "mean"]) || is(words, 0, &["you", "know"]))
            && words[1].pauses()
        {
            2
        } else {
            0
        };
        if n == 0 || words.len() <= n {
            return;
        }
        words.drain(..n);
        words[0].opens = true;
        if words[0].dash {
            words.remove(0);
        }
    }
}

/// "Because it rained, we stayed": here "because" holds two clauses together.
fn leans(words: &[Word]) -> bool {
    let subjects = [
        "we", "you", "they", "it", "i", "he", "she", "there", "it's", "that's", "you're", "we're",
        "they're", "the", "i'm", "a",
    ];
    words
        .windows(2)
        .take_while(|pair| !pair[0].ends_sentence())
        .any(|pair| pair[0].tail == "," && subjects.contains(&pair[1].core.as_str()))
}

/// "Yeah," at the start of a later sentence, and "and..." at the end of one.
pub fn drop_inner(words: &mut Vec<Word>) {
    let mut at = 1;
    while at < words.len() {
        let starts = words[at - 1].ends_sentence();
        let word = &words[at];
        if starts
            && word.pauses()
            && !word.ends_sentence()
            && matches!(word.core.as_str(), "yeah" | "yep" | "okay" | "ok" | "oh" | "alright")
        {
            remove(words, at, 1);
            if let Some(next) = words.get_mut(at) {
                next.opens = true;
            }
        } else if word.ends_sentence()
            && !starts
            && matches!(word.core.as_str(), "and" | "but" | "so" | "because" | "or")
        {
            remove(words, at, 1);
        } else {
            at += 1;
        }
    }
}

/// ", right?", ", you know?", ", so..." at the end.
pub fn drop_tags(words: &mut Vec<Word>) {
    loop {
        let len = words.len();
        if len < 3 {
            return;
        }
        let last = words[len - 1].core.as_str();
        let set_off = words[len - 2].tail.contains(',');
        if set_off
            && matches!(last, "right" | "so" | "yeah" | "okay" | "but" | "and" | "etc" | "huh")
        {
            words.pop();
            words[len - 2].tail = ".".into();
        } else if is(words, len - 2, &["you", "know"])
            && len > 3
            && words[len - 3].tail.contains(',')
        {
            words.truncate(len - 2);
            words[len - 3].tail = ".".into();
        } else {
            return;
        }
    }
}

/// ", or something like that", "and stuff": what a speaker adds when the sentence is already said.
pub fn drop_vague_tails(words: &mut Vec<Word>) {
    let mut at = 1;
    while at < words.len() {
        let found = VAGUE.iter().find(|phrase| is(words, at, phrase)).map(|phrase| phrase.len());
        let Some(n) = found else {
            at += 1;
            continue;
        };
        let closed = words[at + n - 1].pauses() || at + n == words.len();
        let inside = words[at..at + n - 1].iter().all(|w| !w.ends_sentence());
        if closed && inside && !words[at - 1].ends_sentence() {
            let comma = words[at - 1].tail == ",";
            let ends = words[at + n - 1].ends_sentence() || at + n == words.len();
            remove(words, at, n);
            if ends && comma && words[at - 1].tail == "," {
                words[at - 1].tail = ".".into();
            }
        } else {
            at += 1;
        }
    }
}

const VAGUE: &[&[&str]] = &[
    &["or", "something", "like", "that"],
    &["or", "something", "crazy", "like", "that"],
    &["or", "something"],
    &["or", "things", "like", "that"],
    &["or", "anything", "like", "that"],
    &["and", "things", "like", "that"],
    &["and", "stuff", "like", "that"],
    &["and", "all", "that", "stuff"],
    &["and", "stuff"],
    &["and", "that", "sort", "of", "thing"],
    &["and", "that", "kind", "of", "thing"],
    &["or", "whatever"],
    &["or", "what", "have", "you"],
    &["and", "so", "on", "and", "so", "forth"],
    &["and", "so", "on"],
    &["and", "whatnot"],
    &["or", "whatnot"],
    &["if", "you", "will"],
    &["i", "don't", "know"],
    &["i", "suppose"],
    &["so", "to", "speak"],
];
