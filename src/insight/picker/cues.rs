//! The lists of `data/salience/cues.toml`: which of them a word is in, and where their phrases stand.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

/// Number of phrase lists.
pub(super) const PHRASES: usize = 43;
/// Openings among the word lists, which come first and in the order of the features.
pub(super) const OPENINGS: [&str; 14] = [
    "open_and",
    "open_but",
    "open_so",
    "open_because",
    "open_if",
    "open_it",
    "open_i",
    "open_we",
    "open_you",
    "open_the",
    "open_yeah",
    "open_q",
    "open_people",
    "open_ex",
];

/// A word list, as a bit of [`Cues::lists`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum List {
    OpenIt = 5,
    OpenYeah = 10,
    Function = 14,
    Reaction,
    Judging,
    AbstractNoun,
    Negation,
    Unit,
    Number,
    Past,
    Present,
    Turn,
    Identity,
    Myself,
    Address,
    We,
    Others,
    General,
    Absolute,
    Hedge,
    Coming,
    Duty,
    Hesitation,
}

/// In the order of [`List`], behind the openings.
const LISTS: [&str; 21] = [
    "function",
    "reaction",
    "judging",
    "abstract_noun",
    "negation",
    "unit",
    "number",
    "past",
    "present",
    "turn",
    "identity",
    "self",
    "address",
    "we",
    "others",
    "general",
    "absolute",
    "hedge",
    "coming",
    "duty",
    "hesitation",
];

impl List {
    pub(super) const fn bit(self) -> u64 {
        1 << self as u8
    }
}

#[derive(Deserialize)]
struct File {
    phrases: Vec<Phrases>,
    words: HashMap<String, Vec<String>>,
    pieces: PieceLists,
}

#[derive(Deserialize)]
struct Phrases {
    name: String,
    any: Vec<String>,
}

/// Pieces of text looked for as they stand, by name.
#[derive(Deserialize)]
struct PieceLists {
    filler: Vec<String>,
    reason: Vec<String>,
    lesson: Vec<String>,
    key: Vec<String>,
    instead: Vec<String>,
    turned_out: Vec<String>,
    no_need: Vec<String>,
    definition: Vec<String>,
}

/// Which of the lists has a piece in a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub(super) struct Found {
    /// How many; those of one piece don't overlap.
    pub fillers: u32,
    pub reason: bool,
    pub lesson: bool,
    pub key: bool,
    pub instead: bool,
    pub turned_out: bool,
    pub no_need: bool,
    pub definition: bool,
}

/// All pieces, looked for at once.
struct Pieces {
    finder: AhoCorasick,
    /// By pattern: its list, in the order of [`PieceLists`].
    of: Vec<usize>,
}

impl Pieces {
    fn of(lists: &PieceLists) -> Option<Self> {
        let PieceLists { filler, reason, lesson, key, instead, turned_out, no_need, definition } =
            lists;
        let lists = [filler, reason, lesson, key, instead, turned_out, no_need, definition];
        let each = || lists.iter().enumerate().flat_map(|(n, l)| l.iter().map(move |p| (n, p)));
        Some(Self {
            finder: AhoCorasick::new(each().map(|(_, piece)| piece)).ok()?,
            of: each().map(|(n, _)| n).collect(),
        })
    }

    fn find(&self, lower: &str) -> Found {
        let mut out = Found::default();
        let mut free_from = vec![0; self.of.len()];
        for found in self.finder.find_overlapping_iter(lower) {
            let pattern = found.pattern().as_usize();
            match self.of[pattern] {
                0 => {
                    if found.start() >= free_from[pattern] {
                        out.fillers += 1;
                        free_from[pattern] = found.end();
                    }
                }
                1 => out.reason = true,
                2 => out.lesson = true,
                3 => out.key = true,
                4 => out.instead = true,
                5 => out.turned_out = true,
                6 => out.no_need = true,
                _ => out.definition = true,
            }
        }
        out
    }
}

struct Phrase {
    class: usize,
    rest: Vec<String>,
}

/// All lists, ready for use.
pub(super) struct Cues {
    names: Vec<String>,
    /// By first word; within a class the longest first.
    phrases: HashMap<String, Vec<Phrase>>,
    words: HashMap<String, u64>,
    pieces: Pieces,
}

impl Cues {
    pub(super) fn shipped() -> Option<&'static Self> {
        static SHIPPED: LazyLock<Option<Cues>> =
            LazyLock::new(|| Cues::parse(include_str!("../../../data/salience/cues.toml")));
        SHIPPED.as_ref()
    }

    fn parse(text: &str) -> Option<Self> {
        let file: File = toml::from_str(text).ok()?;
        let mut phrases: HashMap<String, Vec<Phrase>> = HashMap::new();
        for (class, list) in file.phrases.iter().enumerate() {
            for phrase in &list.any {
                let mut words = super::talk::words(phrase);
                if words.is_empty() {
                    return None;
                }
                let first = words.remove(0);
                phrases.entry(first).or_default().push(Phrase { class, rest: words });
            }
        }
        for list in phrases.values_mut() {
            list.sort_by_key(|p| (p.class, std::cmp::Reverse(p.rest.len())));
        }
        let mut words: HashMap<String, u64> = HashMap::new();
        for (bit, name) in OPENINGS.iter().chain(&LISTS).enumerate() {
            for word in file.words.get(*name).into_iter().flatten() {
                *words.entry(word.clone()).or_default() |= 1 << bit;
            }
        }
        let names: Vec<String> = file.phrases.into_iter().map(|p| p.name).collect();
        let pieces = Pieces::of(&file.pieces)?;
        (names.len() == PHRASES).then_some(Self { names, phrases, words, pieces })
    }

    /// Names of the phrase lists, in order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Bits of the lists that a word is in.
    pub(super) fn lists(&self, word: &str) -> u64 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// The pieces of a text in lower case.
    pub(super) fn pieces(&self, lower: &str) -> Found {
        self.pieces.find(lower)
    }

    /// How often each phrase list occurs; finds of one list don't overlap.
    pub(super) fn count(&self, words: &[&str]) -> [u32; PHRASES] {
        let mut counts = [0; PHRASES];
        let mut free_from = [0; PHRASES];
        for (at, word) in words.iter().enumerate() {
            for phrase in self.phrases.get(*word).into_iter().flatten() {
                let end = at + 1 + phrase.rest.len();
                if at >= free_from[phrase.class]
                    && words.get(at + 1..end).is_some_and(|w| w == phrase.rest.as_slice())
                {
                    counts[phrase.class] += 1;
                    free_from[phrase.class] = end;
                }
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_there_and_none_is_left_over() {
        let file: File = toml::from_str(include_str!("../../../data/salience/cues.toml")).unwrap();
        for name in file.words.keys() {
            assert!(OPENINGS.iter().chain(&LISTS).any(|l| l == name), "{name} is not used");
        }
        let cues = Cues::shipped().unwrap();
        assert!(cues.lists("it") & List::OpenIt.bit() != 0);
        assert!(cues.lists("the") & List::Function.bit() != 0);
        assert!(cues.lists("should") & List::Duty.bit() != 0);
        assert_eq!(cues.lists("zyzzyva"), 0);
    }

    #[test]
    fn pieces_are_found_wherever_they_stand() {
        let of = |text: &str| Cues::shipped().unwrap().pieces(text);
        let found = of("it turns out that you know, you know, the reason is the flour");
        assert_eq!(
            (found.fillers, found.reason, found.lesson, found.turned_out),
            (2, true, true, true)
        );
        assert_eq!(of("....").fillers, 1, "one and a half");
        assert_eq!(of("bread"), Found::default());
    }

    #[test]
    fn the_longest_phrase_counts_once() {
        let cues = Cues::shipped().unwrap();
        let class = cues.names().iter().position(|n| n == "contrast").unwrap();
        let of = |text: &str| cues.count(&text.split(' ').collect::<Vec<_>>())[class];
        assert_eq!(of("tea instead of coffee"), 1);
        assert_eq!(of("but tea instead"), 2);
        assert_eq!(of("tea"), 0);
    }
}
