//! Clauses of a sentence that can stand alone: cut at borders, kept only with a subject and a verb of their own.

mod lists;
mod stands;

use self::lists::{BARE, BEFORE_TO, CONDITIONS, EQUAL, LEANING, PHRASES, SAYS, SUBJECTS, WANTS_TO};
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
    /// What it is for, or how it is done: "… to keep it warm", "…, using steam".
    Purpose,
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
        // "std::fs", "at 9:30": no mark of the sentence.
        let colon = gap.contains(':') && gap.contains(char::is_whitespace);
        let hard = gap.contains([';', '–', '—']) || colon || gap.contains(" - ");
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
        } else if subject && verb_before && !comma && !led && matches!(before, "and" | "but" | "so")
        {
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

/// The beginnings of an English sentence that stand without what it is for or how it is done. For writing, whose
/// sentences are long and whole.
pub fn without_purpose<'a>(sentence: &'a str, language: &str) -> Vec<&'a str> {
    if language != "en" {
        return Vec::new();
    }
    let words = tokens(sentence);
    let mut out = Vec::new();
    for n in LEAST..words.len() {
        let gap = &sentence[words[n - 1].end..words[n].start];
        let at = |k: usize| words.get(k).map(|w| w.lower.as_str()).unwrap_or_default();
        let doing = |k: usize| at(k).len() > 5 && at(k).ends_with("ing");
        let opens = match at(n) {
            "to" => {
                let wanted =
                    words[..n].iter().any(|w| WANTS_TO.iter().any(|v| w.lower.starts_with(v)));
                let bound = BEFORE_TO.contains(&at(n - 1)) || is_verb(&words, n - 1);
                !wanted && !bound && plain(at(n + 1))
            }
            "by" | "for" | "without" => doing(n + 1),
            "even" => matches!(at(n + 1), "if" | "when" | "though"),
            "in" => at(n + 1) == "order",
            "so" => at(n + 1) == "that",
            "including" | "allowing" | "enabling" | "using" | "instead" | "which" | "whose"
            | "where" => true,
            _ => gap.contains(',') && doing(n),
        };
        if opens && !doing(n - 1) && stands(sentence, &words[..n], false, language) {
            out.push(&sentence[..words[n - 1].end]);
        }
    }
    out
}

fn plain(word: &str) -> bool {
    Lexicon::of("en").has_word(word, &[Class::Verb])
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
    until > 0 && !(0..until).any(|n| is_verb(&words, n) || plain(&words[n].lower))
}
