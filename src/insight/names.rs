//! People, organisations, products and places named in an insight: runs of capitalised words that no sentence start
//! explains, well-known names however they are written, and the people whom the feed names. A name is a hint for
//! finding, so a doubtful one is left out.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::frequency::rarity;
use crate::text::language::{primary, stop_words};
use crate::text::token::lower;

/// Names of one insight at most, and words of one name.
const MOST: usize = 12;
const LONGEST: usize = 5;
/// From this rarity on, a capital at the start of a sentence is taken for a name's: the word is hardly ever said.
const RARE: f32 = 6.5;
/// With a larger share of capitalised words, capitals tell nothing.
const SHOUTED: f32 = 0.6;
/// Capitalised, yet names of nothing that anybody looks for.
const NO_NAMES: &[&str] = &[
    "i",
    "i'm",
    "i'll",
    "i've",
    "i'd",
    "ok",
    "okay",
    "tv",
    "ai",
    "api",
    "apis",
    "ceo",
    "cto",
    "cfo",
    "coo",
    "cpu",
    "cpus",
    "gpu",
    "gpus",
    "url",
    "urls",
    "html",
    "css",
    "sql",
    "json",
    "xml",
    "http",
    "https",
    "tcp",
    "ip",
    "dns",
    "ui",
    "ux",
    "llm",
    "llms",
    "ml",
    "it",
    "hr",
    "pr",
    "prs",
    "ci",
    "cd",
    "saas",
    "faq",
    "dna",
    "rna",
    "pdf",
    "sdk",
    "cli",
    "ide",
    "os",
    "ram",
    "ssd",
    "usb",
    "vr",
    "ar",
    "agi",
    "nlp",
    "kpi",
    "kpis",
    "roi",
    "ipo",
    "gdp",
    "vc",
    "vcs",
    "phd",
    "mba",
    "diy",
    "rss",
    "usd",
    "am",
    "pm",
    "ad",
    "bc",
    "mr",
    "mrs",
    "ms",
    "dr",
    "prof",
    "professor",
    "sir",
    "president",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "christmas",
    "easter",
    "god",
    "internet",
    "web",
    "english",
    "yeah",
    "yes",
    "no",
    "oh",
    "well",
];
/// Small words inside a name.
const INSIDE: &[&str] =
    &["of", "the", "de", "la", "van", "von", "der", "den", "du", "di", "da", "and", "&", "for"];

struct Known {
    shown: &'static str,
    words: Vec<String>,
    /// Also an ordinary word.
    ordinary: bool,
}

/// By first word, longest first.
static KNOWN: LazyLock<HashMap<String, Vec<Known>>> = LazyLock::new(|| {
    let mut all: HashMap<String, Vec<Known>> = HashMap::new();
    let lines = include_str!("../../data/names/known.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let shown = line.trim_start_matches('=');
        let words: Vec<String> = shown.split_whitespace().map(lower).collect();
        if let Some(first) = words.first() {
            let known = Known { shown, ordinary: line.starts_with('='), words: words.clone() };
            all.entry(first.clone()).or_default().push(known);
        }
    }
    for list in all.values_mut() {
        list.sort_by_key(|known| std::cmp::Reverse(known.words.len()));
    }
    all
});

struct Word<'a> {
    /// Without punctuation and a possessive's end.
    text: &'a str,
    lower: String,
    /// It opens a sentence, so its capital tells nothing.
    opens: bool,
    /// Punctuation or a possessive behind it ends a name.
    closes: bool,
}

impl Word<'_> {
    fn is_capital(&self) -> bool {
        self.text.starts_with(|c: char| c.is_uppercase())
    }

    /// `OpenAI`, `GPT-4`, `iPhone`, `NATO`: no sentence start explains it.
    fn has_inner_capital(&self) -> bool {
        let inner = self.text.chars().skip(1).any(char::is_uppercase);
        inner && self.text.chars().filter(|c| c.is_alphabetic()).count() > 1
    }

    fn is_nothing(&self) -> bool {
        NO_NAMES.contains(&self.lower.as_str())
    }
}

/// Names said in `claim` and, after them, in `quote`, each once, in the order they are said. `persons` are names that
/// are known to belong to the item; `language` is BCP 47.
pub fn names<'a>(
    claim: &str,
    quote: &str,
    language: Option<&str>,
    persons: impl IntoIterator<Item = &'a str>,
) -> Vec<String> {
    let persons: Vec<(&str, Vec<String>)> = persons
        .into_iter()
        .map(|name| (name, name.split_whitespace().map(lower).collect()))
        .collect();
    let mut found: Vec<String> = Vec::new();
    for text in [claim, quote] {
        for name in of_text(text, language.unwrap_or("en"), &persons) {
            keep(&mut found, name);
        }
    }
    found.truncate(MOST);
    found
}

/// Keeps a name unless it, or a longer one that holds it, is there; takes out shorter ones that it holds.
fn keep(found: &mut Vec<String>, name: String) {
    let words = |name: &str| name.split_whitespace().map(lower).collect::<Vec<_>>();
    let own = words(&name);
    let holds =
        |long: &[String], short: &[String]| long.windows(short.len().max(1)).any(|w| w == short);
    if found.iter().any(|other| holds(&words(other), &own)) {
        return;
    }
    match found.iter().position(|other| holds(&own, &words(other))) {
        Some(place) => found[place] = name,
        None => found.push(name),
    }
}

fn of_text(text: &str, language: &str, persons: &[(&str, Vec<String>)]) -> Vec<String> {
    let words = split(text);
    let capitals = words.iter().filter(|word| word.is_capital()).count();
    let shouted = capitals as f32 > SHOUTED * words.len() as f32;
    // German writes every noun with a capital.
    let telling = !shouted && primary(language) != "de";
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = &words[at..];
        if let Some((name, length)) = person(rest, persons).or_else(|| known(rest, shouted)) {
            // A known name may be the start of a longer one.
            let run = if telling { run(rest, language) } else { 0 };
            if run > length {
                out.push(join(&rest[..run]));
                at += run;
            } else {
                out.push(name);
                at += length;
            }
            continue;
        }
        let length = if telling {
            run(rest, language)
        } else {
            usize::from(!shouted && word.has_inner_capital() && !word.is_nothing())
        };
        if length > 0 {
            out.push(join(&rest[..length]));
        }
        at += length.max(1);
    }
    out
}

/// A person of the item: the whole name, or one part of it that is written with a capital.
fn person(words: &[Word<'_>], persons: &[(&str, Vec<String>)]) -> Option<(String, usize)> {
    let first = words.first()?;
    persons.iter().find_map(|(name, parts)| {
        let whole =
            words.len() >= parts.len() && words.iter().zip(parts).all(|(w, part)| w.lower == *part);
        if whole && !parts.is_empty() {
            return Some(((*name).to_owned(), parts.len()));
        }
        let part =
            first.is_capital() && first.lower.chars().count() > 2 && parts.contains(&first.lower);
        part.then(|| ((*name).to_owned(), 1))
    })
}

fn known(words: &[Word<'_>], shouted: bool) -> Option<(String, usize)> {
    let list = KNOWN.get(&words.first()?.lower)?;
    list.iter().find_map(|known| {
        let here = words.get(..known.words.len())?;
        let same = here.iter().zip(&known.words).all(|(word, part)| word.lower == *part);
        let meant =
            !known.ordinary || (!shouted && here.iter().all(|w| w.is_capital() && !w.opens));
        (same && meant).then(|| (known.shown.to_owned(), known.words.len()))
    })
}

/// How many words from the first on make up one name by their capitals; 0 if they don't.
fn run(words: &[Word<'_>], language: &str) -> usize {
    let Some(first) = words.first() else { return 0 };
    let stops = stop_words(language);
    if !(first.is_capital() || first.has_inner_capital())
        || stops.contains(first.lower.as_str())
        || first.is_nothing()
    {
        return 0;
    }
    let mut length = 1;
    let mut parts = 1;
    while length < LONGEST && !words[length - 1].closes {
        let Some(next) = words.get(length) else { break };
        let names = |word: &Word<'_>| {
            (word.is_capital() || word.text.starts_with(|c: char| c.is_ascii_digit()))
                && !word.is_nothing()
        };
        if names(next) {
            length += 1;
            parts += 1;
        } else if INSIDE.contains(&next.lower.as_str())
            && !next.is_capital()
            && !next.closes
            && next.lower != "and"
            && words.get(length + 1).is_some_and(|after| after.is_capital() && names(after))
            && length + 2 <= LONGEST
        {
            length += 2;
            parts += 1;
        } else {
            break;
        }
    }
    let explained = first.opens && !first.has_inner_capital();
    let rare = rarity(&first.lower, language).is_some_and(|rarity| rarity >= RARE);
    // "Yesterday Apple said" opens a sentence too; only what is rarely said, or goes on, is a name there.
    if parts > 1
        && explained
        && !rare
        && rarity(&first.lower, language).is_some_and(|r| r < RARE - 2.0)
    {
        return 0;
    }
    if parts == 1 && explained && !rare {
        return 0;
    }
    length
}

fn join(words: &[Word<'_>]) -> String {
    words.iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
}

fn split(text: &str) -> Vec<Word<'_>> {
    let mut opens = true;
    let mut out = Vec::new();
    for piece in text.split_whitespace() {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '&' | '+' | '#');
        let body = piece.trim_start_matches(|c| !is_part(c));
        let text = body.trim_end_matches(|c| !is_part(c));
        // A quotation or a bracket may open a sentence of its own.
        opens = opens || piece.starts_with(['"', '“', '«', '„', '(', '–', '—', '-']);
        if text.is_empty() {
            continue;
        }
        let tail = &body[text.len()..];
        let bare = ["'s", "’s"].iter().find_map(|end| text.strip_suffix(end));
        let text = bare.unwrap_or(text);
        let closes = bare.is_some()
            || tail.chars().any(|c| !matches!(c, '-' | '.'))
            || ends_sentence(text, tail);
        out.push(Word { text, lower: lower(text), opens, closes });
        opens = ends_sentence(text, tail) || tail.contains(':');
    }
    out
}

/// A full stop behind an initial or a title ends nothing.
fn ends_sentence(word: &str, tail: &str) -> bool {
    let short =
        word.chars().count() == 1 || matches!(word, "Dr" | "Mr" | "Mrs" | "Ms" | "St" | "Prof");
    tail.contains(['?', '!', '…']) || (tail.contains('.') && !short)
}

#[cfg(test)]
mod tests;
