//! Whether the words before a colon name who speaks. One line can't tell; the whole transcript can.

use std::collections::{HashMap, HashSet};

use super::clock;

/// Bytes before the colon.
const LONGEST: usize = 60;
const MOST_WORDS: usize = 5;
/// Distinct names; a text with more of them is a list of something.
const MOST_NAMES: usize = 300;

/// Words that stand before a colon in prose and minutes, never people.
const NEVER: [&str; 46] = [
    "also",
    "and",
    "because",
    "bonus",
    "but",
    "chapter",
    "copyright",
    "credits",
    "date",
    "disclaimer",
    "email",
    "episode",
    "example",
    "fact",
    "first",
    "guests",
    "hosts",
    "http",
    "https",
    "imagine",
    "length",
    "link",
    "links",
    "listen",
    "note",
    "notes",
    "part",
    "problem",
    "reason",
    "remember",
    "result",
    "second",
    "section",
    "show notes",
    "so",
    "solution",
    "source",
    "step",
    "third",
    "time",
    "tip",
    "title",
    "transcript",
    "update",
    "warning",
    "website",
];

/// Labels of what is heard but not said by anyone in the talk.
const SOUNDS: [&str; 16] = [
    "ad",
    "ad break",
    "advert",
    "advertisement",
    "audio",
    "break",
    "clip",
    "intro",
    "jingle",
    "music",
    "outro",
    "song",
    "sound",
    "sound sample",
    "sponsor",
    "theme music",
];

/// A line that begins with a label.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    /// `None` if the label is of a sound.
    pub speaker: Option<String>,
    /// What follows the label.
    pub rest: &'a str,
}

/// Who speaks in a transcript.
#[derive(Debug, Default)]
pub(super) struct Speakers {
    names: HashSet<String>,
}

/// Learns from texts that may begin with `Name:`.
pub(super) fn learn<'a>(texts: impl Iterator<Item = &'a str>) -> Speakers {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (name, _) in texts.filter_map(prefix) {
        if counts.len() < 10_000 || counts.contains_key(&name) {
            *counts.entry(name).or_default() += 1;
        }
    }
    let often = |name: &str, count: usize| count > 1 || is_shouted(name) || is_numbered(name);
    let sure: HashSet<String> = counts
        .iter()
        .filter(|(name, count)| often(name, **count))
        .map(|(name, _)| name.clone())
        .collect();
    let mut names = sure;
    if !names.is_empty() {
        // Beside known speakers a full name that comes once is one more.
        names.extend(counts.into_keys().filter(|name| name.contains(' ')));
    }
    if names.len() > MOST_NAMES {
        names.clear();
    }
    Speakers { names }
}

impl Speakers {
    /// Adds one that markup names.
    pub fn add(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    /// The label at the start of a text, if it is a known speaker's or a sound's.
    pub fn take<'a>(&self, text: &'a str) -> Option<Found<'a>> {
        let (name, rest) = prefix(text)?;
        if is_sound(&name) {
            return Some(Found { speaker: None, rest });
        }
        self.names.contains(&name).then_some(Found { speaker: Some(name), rest })
    }
}

/// `Name: rest`, `[Name]: rest`, `Name (00:12): rest`, `Name [00:12] rest`, `[First Last] rest`, if the name could be
/// one.
pub(super) fn prefix(text: &str) -> Option<(String, &str)> {
    before_colon(text).or_else(|| before_time(text)).or_else(|| in_brackets(text))
}

fn before_time(text: &str) -> Option<(String, &str)> {
    let head = &text[..text.floor_char_boundary(LONGEST)];
    let at = head.find(['(', '[']).filter(|at| *at > 0)?;
    let (_, rest) = clock::leading(&text[at..])?;
    let name = clean(&text[..at]);
    plausible(&name).then(|| (name, rest.trim_start_matches([':', ' '])))
}

/// Without a colon only what has two words and no sound in it: `[Laughter]` is nobody.
fn in_brackets(text: &str) -> Option<(String, &str)> {
    let (inner, rest) = [('[', ']'), ('(', ')')].iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(*open)?;
        inner[..inner.floor_char_boundary(LONGEST)]
            .split_once(*close)
            .map(|(name, _)| name)
            .map(|name| (name, &inner[name.len() + 1..]))
    })?;
    let name = clean(inner);
    let sounds = name.to_lowercase().split(' ').any(|word| {
        SOUNDS.contains(&word)
            || ["laughter", "applause", "playing", "crosstalk", "inaudible"].contains(&word)
    });
    let full = name.contains(' ') && !sounds && plausible(&name);
    (full && rest.starts_with(' ')).then(|| (name, rest.trim_start()))
}

fn before_colon(text: &str) -> Option<(String, &str)> {
    let head = &text[..text.floor_char_boundary(LONGEST + 20)];
    let (at, colon) = head.match_indices([':', '：']).find(|(at, _)| {
        // Not the colon within a time.
        let digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
        let bytes = head.as_bytes();
        !(digit(at.checked_sub(1).and_then(|before| bytes.get(before))) && digit(bytes.get(at + 1)))
    })?;
    let rest = &text[at + colon.len()..];
    if colon == ":" && !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let name = clean(&text[..at]);
    plausible(&name).then(|| (name, rest.trim_start()))
}

/// Without brackets around, and without a time or a remark behind.
pub(super) fn clean(name: &str) -> String {
    let name = name.trim().trim_matches(['*', '_', '#', ' ']);
    let whole = [('[', ']'), ('(', ')')].iter().find_map(|(open, close)| {
        let inner = name.strip_prefix(*open)?.strip_suffix(*close)?;
        (!inner.contains(*open)).then_some(inner)
    });
    let name = whole.unwrap_or(name);
    let name = match name.find(['(', '[']) {
        Some(at) if at > 0 => &name[..at],
        _ => name,
    };
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One to five words, each with a capital or a small word of names, no sentence.
pub(super) fn plausible(name: &str) -> bool {
    let small = [
        "de", "der", "den", "van", "von", "da", "di", "la", "le", "al", "bin", "of", "the", "and",
        "y", "dos", "&",
    ];
    let lower = name.to_lowercase();
    let mut words = name.split(' ').filter(|w| !w.is_empty()).peekable();
    let capital = |c: char| c.is_alphabetic() && !c.is_lowercase();
    let count = words.clone().count();
    if !(1..=MOST_WORDS).contains(&count) || name.len() > LONGEST || NEVER.contains(&lower.as_str())
    {
        return false;
    }
    let allowed = |c: char| {
        c.is_alphanumeric()
            || matches!(c, ' ' | '.' | ',' | '-' | '\'' | '’' | '&' | '#' | '"' | '“' | '”')
    };
    let first = words.peek().is_some_and(|w| w.trim_start_matches(['"', '“']).starts_with(capital));
    let each = words.all(|word| {
        let bare = word.trim_start_matches(['"', '“', '\'', '’', '#']);
        bare.starts_with(capital)
            || small.contains(&word)
            || bare.bytes().all(|b| b.is_ascii_digit())
    });
    // A full stop is for initials and titles: "J. R. Smith", "Dr. Ada".
    let stops = name.split(' ').all(|word| !word.ends_with('.') || word.chars().count() <= 5);
    first && each && stops && name.chars().all(allowed)
}

fn is_shouted(name: &str) -> bool {
    name.chars().filter(|c| c.is_alphabetic()).count() > 2 && !name.chars().any(char::is_lowercase)
}

fn is_numbered(name: &str) -> bool {
    name.split_once(' ').is_some_and(|(word, number)| {
        word.eq_ignore_ascii_case("speaker") && number.trim_start_matches('#').len() <= 2
    })
}

/// Whether the label names a sound.
pub(super) fn is_sound(name: &str) -> bool {
    SOUNDS.contains(&name.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_sentences() {
        for good in [
            "Ann",
            "Mireille Reece, PsyD",
            "Ludwig van Beethoven",
            "SPEAKER 1",
            "Dr. Ada B. Smith",
            "O’Neil",
            "José",
        ] {
            assert!(plausible(good), "{good}");
        }
        for bad in [
            "",
            "so",
            "Here is the thing",
            "Note",
            "He said. She",
            "A very Long and Winding Road Again",
            "What?",
            "10",
            "https",
        ] {
            assert!(!plausible(bad), "{bad}");
        }
    }

    #[test]
    fn one_colon_is_no_proof() {
        let texts =
            ["Ann: Hello.", "Python: a language.", "Bob Ray: Hi.", "at 10:30: tea", "Ann: Bye."];
        let known = learn(texts.into_iter());
        assert_eq!(
            known.take("Ann: x"),
            Some(Found { speaker: Some("Ann".to_owned()), rest: "x" })
        );
        assert_eq!(known.take("Bob Ray: x").and_then(|f| f.speaker).as_deref(), Some("Bob Ray"));
        assert_eq!(known.take("Python: x"), None);
        assert_eq!(known.take("Break: x"), Some(Found { speaker: None, rest: "x" }));
        assert_eq!(learn(["Once: only"].into_iter()).take("Once: only"), None);
    }

    #[test]
    fn times_and_brackets_are_not_part_of_a_name() {
        assert_eq!(prefix("Ann Lee (00:12): x"), Some(("Ann Lee".to_owned(), "x")));
        assert_eq!(prefix("Ann Lee [00:12] x"), Some(("Ann Lee".to_owned(), "x")));
        assert_eq!(prefix("(Ann Lee) x"), Some(("Ann Lee".to_owned(), "x")));
        assert_eq!(prefix("[Laughter] x"), None);
        assert_eq!(prefix("[Theme Music] x"), None);
        assert_eq!(prefix("(As I said) x"), None);
        assert_eq!(prefix("[ANN]: x"), Some(("ANN".to_owned(), "x")));
        assert_eq!(prefix("See http://x.example"), None);
        assert_eq!(prefix("山田：はい"), Some(("山田".to_owned(), "はい")));
    }
}
