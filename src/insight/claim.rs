//! The claim: the quote in clean words. Words are only ever taken out, never put in or moved; case and
//! punctuation are mended.

use super::lexicon::{Class, Lexicon};
use super::words::{Word, join, split};
use crate::text::language::primary;

/// Words of a claim.
const LEAST: usize = 12;
const MOST: usize = 70;

/// The claim, or None if what remains is too short, too long or has a hole in it.
pub fn clean(quote: &str, language: &str) -> Option<String> {
    let language = primary(language);
    let text = without_marks(quote, Lexicon::of(&language))?;
    let mut words = split(&text);
    let bare = !words.iter().any(|w| w.ends_sentence() || w.tail.contains(','));
    drop_sounds(&mut words);
    if language == "en" {
        drop_phrases(&mut words, bare);
    }
    drop_restarts(&mut words);
    drop_stutters(&mut words);
    drop_openers(&mut words, &language);
    if language == "en" {
        drop_tags(&mut words);
    }
    let count = words.len();
    if !(LEAST..=MOST).contains(&count) {
        return None;
    }
    Some(join(&words, language == "en"))
}

/// Takes out `[laughter]`, `(laughs)`, `*sighs*` and notes of time. A word that nobody could hear is a hole: None.
fn without_marks(text: &str, lexicon: &Lexicon) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '(', '*', '♪']) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let open = tail.chars().next()?;
        let close = match open {
            '[' => ']',
            '(' => ')',
            other => other,
        };
        let width = open.len_utf8();
        let inner = tail[width..].find(close).map(|end| &tail[width..width + end]);
        match inner {
            Some(inner) if is_mark(inner, lexicon) => {
                let hole = ["unintelligible", "inaudible", "indistinct"];
                if hole.iter().any(|h| inner.to_lowercase().contains(h)) {
                    return None;
                }
                rest = &tail[width + inner.len() + close.len_utf8()..];
            }
            _ => {
                if open != '♪' {
                    out.push(open);
                }
                rest = &tail[width..];
            }
        }
    }
    out.push_str(rest);
    Some(out)
}

fn is_mark(inner: &str, lexicon: &Lexicon) -> bool {
    let time = inner.chars().any(|c| c.is_ascii_digit())
        && inner.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ' '));
    inner.len() <= 60
        && (time
            || lexicon.is_only(inner, Class::Marks)
            || (inner.contains(':') && lexicon_word(inner, lexicon)))
}

fn lexicon_word(inner: &str, lexicon: &Lexicon) -> bool {
    inner.split_whitespace().next().is_some_and(|w| lexicon.is_only(w, Class::Marks))
}

/// Removes `words[at..at + n]`; a full stop that goes with them moves to the word before.
fn remove(words: &mut Vec<Word>, at: usize, n: usize) {
    let stop = words[at..at + n].iter().rev().find(|w| w.ends_sentence()).map(|w| w.tail.clone());
    let opens = words[at].opens || at == 0;
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
    if let (Some(tail), Some(before)) = (stop, at.checked_sub(1).and_then(|i| words.get_mut(i))) {
        if !before.ends_sentence() {
            before.tail = tail;
        }
    } else if opens && let Some(next) = words.get_mut(at) {
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

fn drop_sounds(words: &mut Vec<Word>) {
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

fn is(words: &[Word], at: usize, phrase: &[&str]) -> bool {
    words.len() >= at + phrase.len()
        && phrase.iter().enumerate().all(|(n, p)| words[at + n].core == *p)
}

/// "you know", "I mean", "like", "sort of", "kind of" where they say nothing.
fn drop_phrases(words: &mut Vec<Word>, bare: bool) {
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
fn drop_restarts(words: &mut Vec<Word>) {
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
                let opens = words[from].opens || from == 0;
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

/// "I, I", "it was, it was", "the the".
fn drop_stutters(words: &mut Vec<Word>) {
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
                && words[at].core.chars().any(char::is_alphabetic)
        });
        match twice {
            Some(n) => {
                let opens = words[at].opens;
                words.drain(at..at + n);
                words[at].opens |= opens;
            }
            None => at += 1,
        }
    }
}

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
            ],
            &[
                "so", "and", "but", "yeah", "yep", "yes", "oh", "okay", "ok", "alright", "because",
                "ah", "wow", "gotcha", "plus",
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

fn drop_openers(words: &mut Vec<Word>, language: &str) {
    let (with_comma, always) = openers(language);
    loop {
        let Some(first) = words.first() else { return };
        let next = words.get(1).map(|w| w.core.as_str()).unwrap_or_default();
        let core = first.core.as_str();
        // "So many", "so far" and "because of" are not openers.
        let bound = matches!(
            (core, next),
            ("so", "many" | "much" | "far" | "few" | "long" | "little" | "that")
                | ("because", "of")
                | ("but", "for")
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

/// ", right?", ", you know?", ", so..." at the end.
fn drop_tags(words: &mut Vec<Word>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn en(text: &str) -> String {
        clean(text, "en-US").unwrap_or_else(|| panic!("nothing left of {text:?}"))
    }

    #[test]
    fn fillers_stutters_and_restarts_go() {
        assert_eq!(
            en(
                "So, um, I, I think the, uh, cache was -- it was -- it was slower than, you know, the database [laughter] we had, right?"
            ),
            "I think the cache was – it was slower than the database we had."
        );
        assert_eq!(
            en(
                "And the problem is, like, that most teams sort of write the tests after the code is done..."
            ),
            "The problem is that most teams write the tests after the code is done."
        );
        assert_eq!(
            en(
                "Yeah, well, I -- it follows the same kind of architecture that other desktop programs used for twenty years."
            ),
            "It follows the same kind of architecture that other desktop programs used for twenty years."
        );
    }

    #[test]
    fn words_with_a_meaning_stay() {
        for text in [
            "So many people know what you know that a kind of peace is very, very likely for us.",
            "If you like, say it was like \"No way\" and I had had enough of that by then.",
        ] {
            assert_eq!(en(text), text);
        }
    }

    #[test]
    fn unpunctuated_words_get_a_capital_and_a_stop() {
        assert_eq!(
            en(
                "so i think the thing about caches is that they you know hide the slow path until it breaks"
            ),
            "I think the thing about caches is that they hide the slow path until it breaks."
        );
    }

    #[test]
    fn holes_and_scraps_are_no_claims() {
        assert_eq!(
            clean(
                "The reason is that [unintelligible 00:01:21.23] was never meant to be used for such a thing.",
                "en"
            ),
            None
        );
        assert_eq!(clean("So, yeah, um, right.", "en"), None);
        assert_eq!(clean("", "en"), None);
        assert_eq!(clean("((((([[[[[***♪♪", "en"), None);
    }

    #[test]
    fn other_languages_lose_their_own_openers() {
        assert_eq!(
            clean("Ja, also, äh, die meisten Teams testen viel zu spät, weil sie den Aufwand am Anfang scheuen.", "de").as_deref(),
            Some("Die meisten Teams testen viel zu spät, weil sie den Aufwand am Anfang scheuen.")
        );
    }
}
