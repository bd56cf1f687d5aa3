//! Clauses of a sentence that can stand alone: cut at borders, kept only with a subject and a verb of their own.

mod stands;

use self::stands::{is_verb, stands};
use super::lexicon::{Class, Lexicon};
use crate::text::token::{Token, tokens};

/// A piece of a sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clause<'a> {
    /// Its words, as they stand.
    pub text: &'a str,
    /// How its beginning was cut.
    pub front: Front,
    /// How its end was cut.
    pub end: End,
}

/// What a clause lost in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// Nothing.
    Whole,
    /// A clause of the same rank: "…, but".
    Equal,
    /// What stood before a dash or a colon.
    Mark,
    /// "We found that".
    Frame,
    /// What it is the reason for.
    Effect,
    /// A phrase without a verb: "At the moment,".
    Phrase,
    /// A clause that only a comma sets off.
    Splice,
}

/// What a clause lost behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nothing.
    Whole,
    /// A clause after a comma.
    Comma,
    /// A condition: "…, if it rains".
    Condition,
    /// A clause that no comma sets off.
    Bare,
    /// What stands behind a dash or a semicolon.
    Mark,
}

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
    "to",
    "if",
    "when",
    "because",
    "while",
    "although",
    "though",
    "since",
    "unless",
    "whenever",
    "once",
    "as",
    "whereas",
    "even",
    "by",
    "after",
    "before",
    "which",
    "who",
    "that",
    "than",
    "rather",
    "in",
    "with",
    "for",
    "instead",
    "where",
    "until",
    "into",
    "of",
    "from",
    "about",
    "versus",
    "especially",
    "particularly",
    "at",
    "on",
    "over",
    "under",
    "during",
    "wenn",
    "weil",
    "obwohl",
    "als",
    "dass",
    "si",
    "quand",
    "lorsque",
    "cuando",
    "aunque",
    "que",
];
/// Words in "-ed" that may open a sentence with their own subject.
const NOT_PAST: &[&str] = &[
    "speed",
    "embed",
    "embedded",
    "distributed",
    "shared",
    "unified",
    "indeed",
    "advanced",
    "based",
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
    "is",
    "are",
    "was",
    "were",
    "the",
    "a",
    "an",
    "of",
    "to",
    "in",
    "on",
    "at",
    "for",
    "with",
    "from",
    "by",
    "and",
    "or",
    "but",
    "which",
    "who",
    "because",
    "if",
    "when",
    "very",
    "i",
    "my",
    "your",
    "our",
    "their",
    "his",
    "be",
    "been",
    "have",
    "has",
    "had",
    "would",
    "could",
    "should",
    "can",
    "will",
    "might",
    "as",
    "than",
    "about",
    "into",
    "like",
    "just",
    "really",
    "think",
    "know",
    "say",
    "said",
    "says",
    "mean",
    "means",
    "so",
    "some",
    "every",
    "where",
    "what",
    "now",
    "then",
    "there's",
    "you're",
    "we're",
    "they're",
    "these",
    "those",
    "this",
    "how",
    "that's",
    "it's",
    "i'm",
    "not",
    "it",
    "reality",
    "thing",
    "example",
    "instance",
    "mainly",
    "partly",
    "largely",
    "only",
    "simply",
    "precisely",
    "probably",
    "exactly",
    "especially",
    "particularly",
    "both",
    "either",
    "using",
    "trying",
    "including",
    "und",
    "oder",
    "der",
    "die",
    "das",
    "ein",
    "eine",
    "zu",
    "ist",
    "sind",
    "et",
    "ou",
    "le",
    "la",
    "les",
    "un",
    "une",
    "de",
    "est",
    "y",
    "o",
    "el",
    "los",
    "que",
    "es",
    "se",
];

/// The whole sentence and every clause in it that stands, in no particular order.
pub fn of<'a>(sentence: &'a str, language: &str) -> Vec<Clause<'a>> {
    let words = tokens(sentence);
    let mut out = Vec::new();
    // Where a clause may begin (after a joining word) and end, with what is cut off.
    let mut begins = vec![(0, Front::Whole)];
    let mut ends = vec![(words.len(), End::Whole)];
    let mut verb_before = (0..words.len().min(2)).any(|n| is_verb(&words, n));
    let mut led = words.first().is_some_and(|w| LEANING.contains(&w.lower.as_str()));
    for (n, word) in words.iter().enumerate().skip(2) {
        let gap = &sentence[words[n - 1].end..word.start];
        let lower = word.lower.as_str();
        let before = words[n - 1].lower.as_str();
        let hard = gap.contains([';', '–', ':', '—']) || gap.contains(" - ");
        let comma = gap.contains(',');
        let joined = joins(language).contains(&lower);
        if hard {
            // "These cases – they get worse": the clause goes on.
            let resumes =
                matches!(lower, "they" | "it" | "they're" | "it's" | "he" | "she" | "that's");
            if !resumes || gap.contains(';') {
                ends.push((n, End::Mark));
            }
        } else if comma && CONDITIONS.contains(&lower) {
            ends.push((n, End::Condition));
        } else if comma && joined {
            ends.push((n, End::Comma));
        } else if joined && BARE.contains(&lower) && !(is_reason(lower) && is_denied(&words[..n])) {
            ends.push((n, End::Bare));
        }
        // "Flour, salt, and water": a list, if the piece before is short and has no verb.
        let piece =
            (1..n).rev().find(|k| sentence[words[k - 1].end..words[*k].start].contains(','));
        let short = piece.is_some_and(|k| n - k <= 3 && !(k..n).any(|k| is_verb(&words, k)));
        let listed = (led || short) && matches!(lower, "and" | "or" | "und" | "et" | "y");
        if (comma || hard) && EQUAL.contains(&lower) && !listed {
            begins.push((n + 1, Front::Equal));
        } else if hard && !joined {
            begins.push((n, Front::Mark));
        }
        // "…, you can": a new clause without a joining word; "… and you can": one without a comma.
        let subject = SUBJECTS.contains(&lower);
        if subject && verb_before && comma && !led {
            begins.push((n, Front::Splice));
            ends.push((n, End::Comma));
        } else if subject && verb_before && !comma && matches!(before, "and" | "but" | "so") {
            begins.push((n, Front::Equal));
            ends.push((n - 1, End::Bare));
        }
        let doubted = is_doubted(&words[..n]);
        if lower == "that" && SAYS.contains(&before) && !doubted {
            begins.push((n + 1, Front::Frame));
        }
        let means = matches!(lower, "means" | "meant") && before == "which";
        if (matches!(lower, "because" | "weil") && before != "not" && before != "just" || means)
            && !doubted
        {
            let that = words.get(n + 1).is_some_and(|w| w.lower == "that");
            begins.push((n + 1 + usize::from(that), Front::Effect));
        }
        if (comma || hard) && !listed {
            led = LEANING.contains(&lower);
        }
        let phrase = language == "en" && comma && !joined && !verb_before && n <= 7;
        if phrase && PHRASES.contains(&words[0].lower.as_str()) {
            begins.push((n, Front::Phrase));
        }
        verb_before |= is_verb(&words, n);
    }
    for (begin, front) in &begins {
        for (end, tail) in &ends {
            if *end <= *begin || !stands(sentence, &words[*begin..*end], *begin > 0, language) {
                continue;
            }
            // The stop at the very end, if it is a question mark, must stay to be seen.
            let stop = if *end == words.len() { sentence.len() } else { words[*end - 1].end };
            let start = if *begin == 0 { 0 } else { words[*begin].start };
            out.push(Clause { text: &sentence[start..stop], front: *front, end: *tail });
        }
    }
    out
}

fn is_reason(word: &str) -> bool {
    matches!(word, "because" | "weil" | "porque")
}

/// "We don't sell it because it's cheap": without its reason it would say the opposite.
fn is_denied(before: &[Token]) -> bool {
    before.iter().any(|w| {
        w.lower.ends_with("n't") || matches!(w.lower.as_str(), "not" | "never" | "nicht" | "no")
    })
}

/// Words that can only be a clause's subject.
const SUBJECTS: &[&str] = &[
    "you",
    "we",
    "i",
    "they",
    "people",
    "you're",
    "we're",
    "it's",
    "there's",
    "you'll",
    "you've",
    "we've",
    "nobody",
    "everyone",
    "everybody",
];
/// Words whose clause says when the rest holds.
const CONDITIONS: &[&str] =
    &["if", "when", "unless", "until", "where", "as", "wenn", "si", "quand", "cuando", "falls"];
/// What opens a phrase that may be left out in front of a comma.
const PHRASES: &[&str] =
    &["in", "at", "for", "on", "with", "after", "before", "over", "during", "at", "among"];

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

/// Whether an English sentence has no verb of its own: "In quotes, because it rained."
pub fn is_fragment(sentence: &str) -> bool {
    let words = tokens(sentence);
    let until = words
        .iter()
        .position(|w| matches!(w.lower.as_str(), "because" | "whereas"))
        .unwrap_or(words.len());
    let plain = |w: &Token| Lexicon::of("en").has_word(&w.lower, &[Class::Verb]);
    until > 0 && !(0..until).any(|n| is_verb(&words, n) || plain(&words[n]))
}
