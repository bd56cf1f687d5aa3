//! Clauses of a sentence that can stand alone: cut at borders, kept only with a subject and a verb of their own.

use super::lexicon::{Class, Lexicon};
use crate::text::token::{Token, tokens};

/// A piece of a sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clause<'a> {
    /// Its words, as they stand.
    pub text: &'a str,
    /// What was lost by cutting: 0 for the whole sentence.
    pub cost: f32,
}

/// Cutting off the end or the front, and doing so where no punctuation is.
const CUT_END: f32 = 0.6;
const CUT_FRONT: f32 = 0.7;
const CUT_BARE: f32 = 0.3;
/// Pieces shorter than this, in words, are not looked at; the second where the language has no list of verbs.
const LEAST: usize = 4;
const LEAST_BLIND: usize = 6;

/// Words that join clauses.
pub fn joins(language: &str) -> &'static [&'static str] {
    match language {
        "en" => &[
            "but", "because", "so", "and", "which", "whereas", "while", "although", "though",
            "unless", "if", "when", "or", "where", "since", "until", "instead", "rather", "versus",
            "as", "who", "then", "not", "even",
        ],
        "de" => &[
            "aber", "weil", "denn", "sondern", "und", "wenn", "während", "obwohl", "dass", "damit",
            "sodass", "was",
        ],
        "fr" => &[
            "mais", "parce", "car", "donc", "et", "alors", "si", "quand", "tandis", "puisque",
            "qui",
        ],
        "es" => {
            &["pero", "porque", "sino", "y", "así", "cuando", "si", "mientras", "aunque", "que"]
        }
        _ => &[],
    }
}

/// Those that a clause may end in front of without a comma.
const BARE: &[&str] = &[
    "because", "so", "but", "unless", "whereas", "although", "instead", "rather", "while", "weil",
    "porque",
];
/// Those whose clause stands alone without them.
const EQUAL: &[&str] =
    &["but", "so", "and", "aber", "und", "mais", "donc", "et", "pero", "y", "then"];
/// Those that make their clause lean on another.
const LEANING: &[&str] = &[
    "if", "when", "because", "while", "although", "though", "since", "unless", "whenever", "once",
    "as", "whereas", "even", "by", "after", "before", "which", "who", "that", "than", "rather",
    "in", "with", "for", "instead", "where", "until", "wenn", "weil", "obwohl", "als", "dass",
    "si", "quand", "lorsque", "cuando", "aunque", "que",
];
/// Those among them that open a clause of their own wherever they stand.
const OPENS_CLAUSE: &[&str] = &[
    "if", "when", "because", "while", "although", "though", "unless", "whenever", "whereas",
    "which", "who", "that", "where", "until",
];
/// "The trick is that", "we found that": what follows stands alone.
const SAYS: &[&str] = &[
    "is",
    "was",
    "think",
    "found",
    "find",
    "say",
    "said",
    "means",
    "shows",
    "show",
    "believe",
    "believes",
    "realized",
    "realised",
    "learned",
    "learnt",
    "noticed",
    "saw",
    "discovered",
    "argue",
    "fact",
];
/// A clause that ends in one of these is torn.
const TORN: &[&str] = &[
    "is", "are", "was", "were", "the", "a", "an", "of", "to", "in", "on", "at", "for", "with",
    "from", "by", "and", "or", "but", "which", "who", "because", "if", "when", "very", "i", "my",
    "your", "our", "their", "his", "be", "been", "have", "has", "had", "would", "could", "should",
    "can", "will", "might", "as", "than", "about", "into", "like", "just", "really", "think",
    "know", "say", "said", "says", "mean", "means", "so", "some", "every", "where", "what", "how",
    "that's", "it's", "i'm", "not", "it", "reality", "thing", "example", "instance", "und", "oder",
    "der", "die", "das", "ein", "eine", "zu", "ist", "sind", "et", "ou", "le", "la", "les", "un",
    "une", "de", "est", "y", "o", "el", "los", "que", "es", "se",
];

/// The whole sentence and every clause in it, in no particular order.
pub fn of<'a>(sentence: &'a str, language: &str) -> Vec<Clause<'a>> {
    let mut out = vec![Clause { text: sentence, cost: 0.0 }];
    let words = tokens(sentence);
    // Where a clause may begin (after a joining word) and end, with what the cut costs.
    let mut begins = vec![(0, 0.0)];
    let mut ends = vec![(words.len(), 0.0)];
    for (n, word) in words.iter().enumerate().skip(2) {
        let gap = &sentence[words[n - 1].end..word.start];
        let hard = gap.contains([';', '–', ':', '—']) || gap.contains(" - ");
        let comma = gap.contains(',');
        let joined = joins(language).contains(&word.lower.as_str());
        if hard || (comma && joined) {
            ends.push((n, CUT_END));
        } else if joined && BARE.contains(&word.lower.as_str()) {
            ends.push((n, CUT_END + CUT_BARE));
        }
        if (comma || hard) && EQUAL.contains(&word.lower.as_str()) {
            begins.push((n + 1, CUT_FRONT));
        } else if hard && !joined {
            begins.push((n, CUT_FRONT));
        }
        let said = word.lower == "that" && SAYS.contains(&words[n - 1].lower.as_str());
        if said && !is_doubted(&words[..n]) {
            begins.push((n + 1, CUT_FRONT));
        }
    }
    for (begin, lost) in &begins {
        for (end, cut) in &ends {
            let whole = *begin == 0 && *end == words.len();
            if whole
                || *end <= *begin
                || !stands(sentence, &words[*begin..*end], *begin > 0, language)
            {
                continue;
            }
            // The stop at the very end, if it is a question mark, must stay to be seen.
            let stop = if *end == words.len() { sentence.len() } else { words[*end - 1].end };
            out.push(Clause { text: &sentence[words[*begin].start..stop], cost: lost + cut });
        }
    }
    out
}

/// "It doesn't mean that", "if we think that": what follows is not what is said.
fn is_doubted(before: &[Token]) -> bool {
    before.iter().rev().take(6).any(|w| {
        w.lower.ends_with("n't")
            || matches!(
                w.lower.as_str(),
                "not" | "never" | "if" | "whether" | "nobody" | "cannot" | "they" | "he" | "she"
            )
    })
}

/// Beginnings of a sentence that are not clauses but read as whole phrases, longest first: for want of better.
pub fn beginnings<'a>(sentence: &'a str, language: &str) -> Vec<&'a str> {
    let words = tokens(sentence);
    let mut out = Vec::new();
    for n in (LEAST..words.len()).rev() {
        let gap = &sentence[words[n - 1].end..words[n].start];
        let next = words[n].lower.as_str();
        let border = gap.contains([',', ';', ':', '–'])
            || joins(language).contains(&next)
            || OPENS_PHRASE.contains(&next);
        if border && stands(sentence, &words[..n], false, language) {
            out.push(&sentence[..words[n - 1].end]);
        }
    }
    out
}

const OPENS_PHRASE: &[&str] = &[
    "to", "in", "on", "at", "for", "with", "from", "by", "into", "about", "without", "through",
    "after", "before", "during", "mit", "von", "für", "auf", "zu", "avec", "pour", "dans", "para",
    "con", "en",
];

/// Whether the words have a subject and a verb before anything that leans on another clause.
fn stands(sentence: &str, words: &[Token], inner: bool, language: &str) -> bool {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if TORN.contains(&last.lower.as_str()) {
        return false;
    }
    if language != "en" {
        return words.len() >= LEAST_BLIND && !LEANING.contains(&first.lower.as_str());
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
    ) {
        return false;
    }
    let mut main = words;
    if LEANING.contains(&first.lower.as_str()) {
        if inner {
            return false;
        }
        // "If it rains, it pours" stands; "if it rains" does not.
        let comma =
            words.windows(2).position(|pair| sentence[pair[0].end..pair[1].start].contains(','));
        match comma {
            Some(at) => main = &words[at + 1..],
            None => return false,
        }
    }
    let leans: Vec<usize> =
        (1..main.len()).filter(|n| OPENS_CLAUSE.contains(&main[*n].lower.as_str())).collect();
    let lean = leans.first().copied().unwrap_or(main.len());
    let verb = main[..lean].iter().position(is_verb);
    // Every clause that leans on this one needs a verb of its own, the last one behind its joining word.
    let groups = (0..main.len())
        .filter(|n| is_verb(&main[*n]) && (*n == 0 || !is_verb(&main[n - 1])))
        .count();
    let whole =
        groups > leans.len() && leans.last().is_none_or(|n| main[n + 1..].iter().any(is_verb));
    // Inside a sentence a verb at the front has lost its subject.
    whole && verb.is_some_and(|at| at > 0 || has_subject(&main[0].lower) || !inner)
}

/// "it's", "they're".
fn has_subject(word: &str) -> bool {
    word.contains('\'')
}

fn is_verb(word: &Token) -> bool {
    let lower = word.lower.as_str();
    let contracted =
        ["'s", "'re", "'m", "'ve", "'ll", "'d", "n't"].iter().any(|end| lower.ends_with(end));
    contracted
        || Lexicon::of("en")
            .has_word(lower, &[Class::Present, Class::Past, Class::Modal, Class::ThinkVerb])
        || (lower.len() > 4 && lower.ends_with("ed"))
        || matches!(
            lower,
            "be" | "get"
                | "make"
                | "take"
                | "want"
                | "need"
                | "keep"
                | "use"
                | "work"
                | "give"
                | "lose"
                | "become"
                | "run"
                | "come"
                | "go"
        )
}
