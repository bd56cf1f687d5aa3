//! Whether words have a subject and a finite verb of their own, by form and place; there is no parser.

use super::lists::{LEANING, NOT_PAST, OPENS_CLAUSE, TORN};
use super::{LEAST, LEAST_BLIND};
use crate::insight::lexicon::{Class, Lexicon};
use crate::text::token::Token;

/// Whether the words have a subject and a verb before anything that leans on another clause.
pub(super) fn stands(sentence: &str, words: &[Token], inner: bool, language: &str) -> bool {
    let uncut =
        !inner && words.last().is_some_and(|w| !sentence[w.end..].contains(char::is_alphanumeric));
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if !uncut && TORN.contains(&last.lower.as_str()) {
        return false;
    }
    if language != "en" {
        // "Wenn es regnet, …" stands with what follows its comma.
        let led = LEANING.contains(&first.lower.as_str());
        return words.len() >= LEAST_BLIND
            && !(led && (inner || !sentence[..last.start].contains(',')));
    }
    if words.len() < LEAST {
        return false;
    }
    // "The more you add, the more you keep" is one thing; "so, not only" and "as opposed to" lean backwards.
    let second = words.get(1).map(|w| w.lower.as_str()).unwrap_or_default();
    if matches!(
        (first.lower.as_str(), second),
        ("the", "more" | "less" | "fewer" | "faster" | "better" | "bigger")
            | ("not", "only")
            | ("so", "not")
            | ("as", "opposed")
            | ("the", "why" | "how" | "what")
    ) {
        return false;
    }
    if lacks_its_half(sentence, words) {
        return false;
    }
    // "It is it", "going okay": begun and dropped; "not being able".
    if matches!(
        first.lower.as_str(),
        "going" | "saying" | "being" | "etc" | "other" | "versus" | "let's" | "hey"
    ) || matches!(first.lower.as_str(), "not" | "just") && second.ends_with("ing")
        || first.lower == "not" && second.ends_with("ed")
        || matches!(first.lower.as_str(), "harder" | "easier" | "better")
            && matches!(second, "to" | "than")
        || matches!((first.lower.as_str(), second), ("also", "what" | "how") | ("in", "no"))
        || (first.lower.ends_with("ed")
            && first.lower.len() > 4
            && !NOT_PAST.contains(&first.lower.as_str()))
    {
        return false;
    }
    // "One thing is whenever I look at it": the rest was cut off.
    // "One of the things we need", "what we saw": what it is was cut off.
    let named = |w: &Token| matches!(w.lower.as_str(), "is" | "was" | "are" | "were");
    let promised = matches!(
        (first.lower.as_str(), second),
        ("one" | "some" | "part", "of") | ("what", _) | ("let's", _)
    );
    if !uncut && promised && !words[1..].iter().any(named) {
        return false;
    }
    let open_ended = |n: usize| {
        matches!(
            words[n].lower.as_str(),
            "is" | "was" | "that" | "are" | "say" | "says" | "think" | "where"
        ) && matches!(
            words[n + 1].lower.as_str(),
            "when" | "whenever" | "if" | "as" | "while" | "once" | "because"
        ) && words[n + 2..].iter().all(|w| !matches!(w.lower.as_str(), "then"))
    };
    if !uncut && (0..words.len().saturating_sub(1)).any(open_ended) {
        return false;
    }
    let comma =
        words.windows(2).position(|pair| sentence[pair[0].end..pair[1].start].contains(','));
    // Cut off in front, the clause must show its verb before anything else: "weird, and I learned" doesn't.
    if inner && comma.is_some_and(|at| !(0..=at).any(|n| is_verb(words, n))) {
        return false;
    }
    let mut main = words;
    if LEANING.contains(&first.lower.as_str()) {
        if inner {
            return false;
        }
        // "If it rains, it pours" stands; "if it rains" does not.
        match comma {
            // "If after an hour, she leaves": the comma isn't the clause's end.
            Some(at)
                if OPENS_CLAUSE.contains(&first.lower.as_str())
                    && !(1..=at).any(|n| is_verb(words, n)) =>
            {
                return false;
            }
            Some(at) => main = &words[at + 1..],
            None => return false,
        }
        let second = main.first().map(|w| w.lower.as_str()).unwrap_or_default();
        if LEANING.contains(&second)
            || matches!(
                second,
                "like"
                    | "that's"
                    | "and"
                    | "or"
                    | "but"
                    | "hey"
                    | "maybe"
                    | "say"
                    | "not"
                    | "especially"
            )
        {
            return false;
        }
    }
    let leans: Vec<usize> =
        (1..main.len()).filter(|n| OPENS_CLAUSE.contains(&main[*n].lower.as_str())).collect();
    let lean = leans.first().copied().unwrap_or(main.len());
    let verb = (0..lean).find(|n| is_verb(main, *n));
    // "If you are hungry, lonely or tired": no clause of its own follows.
    let listed = |at: usize| at > 0 && matches!(main[at - 1].lower.as_str(), "or" | "and");
    if main.len() < words.len() && verb.is_some_and(listed) {
        return false;
    }
    // Every clause that leans on this one needs a verb of its own, the last one behind its joining word.
    let groups =
        (0..main.len()).filter(|n| is_verb(main, *n) && (*n == 0 || !is_verb(main, n - 1))).count();
    let whole = uncut
        || groups > leans.len()
            && leans.last().is_none_or(|n| (n + 1..main.len()).any(|k| is_verb(main, k)));
    // Inside a sentence a verb at the front has lost its subject.
    whole && verb.is_some_and(|at| at > 0 || has_subject(&main[0].lower) || !inner)
}

/// "it's", "they're".
fn has_subject(word: &str) -> bool {
    word.contains('\'')
}

/// Whether word `n` is a finite verb, by its form and what stands before it.
pub(super) fn is_verb(words: &[Token], n: usize) -> bool {
    let lexicon = Lexicon::of("en");
    let lower = words[n].lower.as_str();
    // "Know-how".
    if words.get(n + 1).is_some_and(|next| next.start == words[n].end + 1 && next.lower == "how") {
        return false;
    }
    // "Everybody else involved in the process": no verb of theirs.
    let next = words.get(n + 1).map(|w| w.lower.as_str()).unwrap_or_default();
    let before = n.checked_sub(1).map(|i| words[i].lower.as_str()).unwrap_or_default();
    if matches!((lower, next), ("involved" | "interested", "in") | ("based", "on"))
        && !lexicon.has_word(before, &[Class::Present, Class::Past, Class::Modal])
        && !before.contains('\'')
    {
        return false;
    }
    let contracted =
        ["'s", "'re", "'m", "'ve", "'ll", "'d", "n't"].iter().any(|end| lower.ends_with(end));
    if contracted
        || lexicon.has_word(
            lower,
            &[Class::Present, Class::Past, Class::Modal, Class::ThinkVerb, Class::VerbPast],
        )
        || (lower.len() > 4 && lower.ends_with("ed"))
    {
        return true;
    }
    let plain = |word: &str| lexicon.has_word(word, &[Class::Verb]);
    // "you build", "people need": a plain form is a verb behind a subject, a modal or another verb's adverb.
    if plain(lower) || matches!(lower, "be" | "do" | "have") {
        let adverb = before.len() > 4 && before.ends_with("ly");
        return adverb
            || before.ends_with("n't")
            || before.ends_with("'ll")
            || BEFORE_VERBS.contains(&before)
            || (before.ends_with('s') && before.len() > 4 && !before.ends_with("ss") && n == 1)
            || lexicon.has_word(before, &[Class::Modal, Class::GenericSubject]);
    }
    // "The model looks": not behind what wants a noun.
    let stem = lower.strip_suffix("ies").map(|s| format!("{s}y"));
    let third = stem.as_deref().is_some_and(plain)
        || lower.strip_suffix("es").is_some_and(plain)
        || lower.strip_suffix('s').is_some_and(plain);
    // "their search results," is a noun, "it works," is not.
    let closed = words.get(n + 1).is_none_or(|next| next.start > words[n].end + 1);
    let pronoun = matches!(
        before,
        "it" | "he"
            | "she"
            | "that"
            | "this"
            | "who"
            | "which"
            | "everything"
            | "nothing"
            | "nobody"
    );
    third && n > 0 && !WANTS_NOUN.contains(&before) && (pronoun || !closed)
}

/// "The more I bake" without its "the more I learn"; "what it is, that"; "…, but if there was one".
fn lacks_its_half(sentence: &str, words: &[Token]) -> bool {
    let more = |n: usize| {
        words[n].lower == "the"
            && words.get(n + 1).is_some_and(|w| {
                matches!(
                    w.lower.as_str(),
                    "more"
                        | "less"
                        | "fewer"
                        | "faster"
                        | "better"
                        | "bigger"
                        | "harder"
                        | "easier"
                        | "longer"
                        | "higher"
                        | "lower"
                        | "greater"
                        | "smaller"
                        | "slower"
                        | "closer"
                        | "deeper"
                )
            })
            && words.get(n + 2).is_some_and(|w| {
                matches!(
                    w.lower.as_str(),
                    "i" | "you"
                        | "we"
                        | "they"
                        | "people"
                        | "it"
                        | "he"
                        | "she"
                        | "your"
                        | "my"
                        | "our"
                )
            })
    };
    if (0..words.len()).filter(|n| more(*n)).count() == 1 {
        return true;
    }
    let mut from = 0;
    let mut pieces = Vec::new();
    for n in 1..words.len() {
        if sentence[words[n - 1].end..words[n].start].contains([',', ';', ':', '–']) {
            pieces.push(&words[from..n]);
            from = n;
        }
    }
    pieces.push(&words[from..]);
    let first = |piece: &[Token]| piece.first().map(|w| w.lower.clone()).unwrap_or_default();
    if first(pieces[0]) == "what" && pieces.get(1).is_some_and(|p| first(p) == "that") {
        return true;
    }
    // The last piece, joined by "and" or "but", has no verb but those of what leans in it.
    let Some((last, _)) = pieces.split_last().filter(|(_, before)| !before.is_empty()) else {
        return false;
    };
    if !matches!(first(last).as_str(), "and" | "but" | "so" | "or") {
        return false;
    }
    if last.get(1).is_some_and(|w| matches!(w.lower.as_str(), "especially" | "particularly")) {
        return true;
    }
    // "…, but then again"
    if last.len() <= 3 && !(1..last.len()).any(|n| is_verb(last, n)) && first(last) == "but" {
        return true;
    }
    let leans = last[1..].iter().filter(|w| OPENS_CLAUSE.contains(&w.lower.as_str())).count();
    let verbs =
        (1..last.len()).filter(|n| is_verb(last, *n) && (*n == 1 || !is_verb(last, n - 1))).count();
    leans > 0 && verbs <= leans
}

const BEFORE_VERBS: &[&str] = &[
    "i",
    "you",
    "we",
    "they",
    "people",
    "who",
    "that",
    "which",
    "never",
    "always",
    "also",
    "just",
    "often",
    "not",
    "still",
    "ever",
    "even",
    "both",
    "all",
    "don't",
    "cannot",
    "everybody",
    "everyone",
    "folks",
    "users",
    "teams",
    "one",
];
const WANTS_NOUN: &[&str] = &[
    "the",
    "a",
    "an",
    "of",
    "in",
    "on",
    "for",
    "with",
    "my",
    "your",
    "our",
    "their",
    "his",
    "her",
    "its",
    "these",
    "those",
    "some",
    "many",
    "more",
    "most",
    "few",
    "two",
    "three",
    "all",
    "different",
    "new",
    "other",
    "and",
    "or",
    "to",
    "by",
    "no",
    "good",
    "bad",
    "big",
    "small",
    "any",
    "as",
    "from",
    "into",
    "about",
    "unit",
    "multiple",
    "several",
];
