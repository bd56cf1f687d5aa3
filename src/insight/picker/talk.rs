//! An episode as the picker reads it: words as numbers, with what is known of each.

use std::collections::HashMap;

use super::background::Background;
use super::cues::{Cues, List};
use crate::insight::reading::Reading;

/// What is known of a word of the episode.
pub(super) struct Known {
    /// Bits of its lists.
    pub lists: u64,
    /// Its bit of [`Special`], if it is one.
    special: u16,
    /// Begins with a digit.
    pub digit: bool,
    /// Characters.
    pub letters: usize,
    /// Rarity among sentences and among episodes.
    pub rare: f64,
    pub rare_episode: f64,
    /// Occurrences in this episode.
    pub times: u32,
    pub text: String,
}

/// One sentence.
pub(super) struct Sentence {
    /// With plain apostrophes and quotation marks.
    pub text: String,
    pub lower: String,
    /// Places in [`Talk::words`].
    pub tokens: Vec<u32>,
    /// As white space parts them.
    pub words: usize,
    pub turn: usize,
    pub speaker: usize,
    /// Ends in a question mark.
    pub asks: bool,
}

/// The episode.
pub(super) struct Talk {
    pub sentences: Vec<Sentence>,
    pub words: Vec<Known>,
    pub cues: &'static Cues,
    pub speakers: usize,
}

/// A word asked for by name.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
pub(super) enum Special {
    If,
    When,
    Once,
    You,
    YouAre,
    Then,
    Will,
    YouWill,
    Gonna,
    Than,
    Because,
    But,
    So,
    Every,
    Each,
}

/// In the order of [`Special`].
const SPECIAL: [&str; 15] = [
    "if", "when", "once", "you", "you're", "then", "will", "you'll", "gonna", "than", "because",
    "but", "so", "every", "each",
];

impl Special {
    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// Bits of [`Special`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Specials(u16);

impl Specials {
    pub(super) fn has(self, word: Special) -> bool {
        self.0 & word.bit() != 0
    }
}

fn special(word: &str) -> u16 {
    SPECIAL.iter().position(|s| *s == word).map_or(0, |place| 1 << place)
}

impl Talk {
    /// None if the lists that ship are broken. `counted`: the background table was made with this talk in it.
    pub(super) fn of(reading: &Reading, counted: bool) -> Option<Self> {
        let cues = Cues::shipped()?;
        let background = Background::shipped();
        let own = counted.then(|| own_counts(reading));
        let all = reading.sentences.len() as u32;
        let mut ids: HashMap<String, u32> = HashMap::new();
        let mut known: Vec<Known> = Vec::new();
        let mut speakers: HashMap<Option<&str>, usize> = HashMap::new();
        let mut sentences = Vec::with_capacity(reading.sentences.len());
        for (index, place) in reading.sentences.iter().enumerate() {
            let text = plain(reading.text(index, index));
            let mut tokens = Vec::new();
            for word in words(&text) {
                let next = known.len() as u32;
                let id = *ids.entry(word).or_insert_with_key(|word| {
                    let (rare, rare_episode) = background.rarity(
                        word,
                        own.as_ref().map(|o| (all, o.get(word).copied().unwrap_or(0))),
                    );
                    known.push(Known {
                        lists: cues.lists(word),
                        special: special(word),
                        digit: word.starts_with(|c: char| c.is_ascii_digit()),
                        letters: word.chars().count(),
                        rare,
                        rare_episode,
                        times: 0,
                        text: word.to_owned(),
                    });
                    next
                });
                known[id as usize].times += 1;
                tokens.push(id);
            }
            let count = speakers.len();
            let speaker = *speakers.entry(reading.speaker(index)).or_insert(count);
            sentences.push(Sentence {
                lower: text.to_lowercase(),
                words: text.split_whitespace().count(),
                asks: text.trim_end().ends_with('?'),
                turn: place.turn,
                speaker,
                tokens,
                text,
            });
        }
        Some(Self { sentences, words: known, cues, speakers: speakers.len() })
    }

    pub(super) fn is(&self, token: u32, list: List) -> bool {
        self.words[token as usize].lists & list.bit() != 0
    }

    /// Which of the words asked for by name are among the tokens.
    pub(super) fn specials(&self, tokens: &[u32]) -> Specials {
        let bits = |t: &u32| self.words[*t as usize].special;
        Specials(tokens.iter().map(bits).fold(0, |all, bits| all | bits))
    }

    /// Whether the two words follow one another.
    pub(super) fn has_pair(&self, tokens: &[u32], first: Special, second: Special) -> bool {
        let is = |t: u32, word: Special| self.words[t as usize].special & word.bit() != 0;
        tokens.windows(2).any(|p| is(p[0], first) && is(p[1], second))
    }

    /// Tokens that are no function words.
    pub(super) fn content(&self, tokens: &[u32]) -> Vec<u32> {
        tokens.iter().copied().filter(|t| !self.is(*t, List::Function)).collect()
    }
}

/// In how many of its sentences each word is.
fn own_counts(reading: &Reading) -> HashMap<String, u32> {
    let mut out = HashMap::new();
    for i in 0..reading.sentences.len() {
        let mut list = words(reading.text(i, i));
        list.sort_unstable();
        list.dedup();
        for word in list {
            *out.entry(word).or_default() += 1;
        }
    }
    out
}

/// How many different ones there are.
pub(super) fn distinct(tokens: &[u32]) -> usize {
    let mut sorted = tokens.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}

/// Straight apostrophes and quotation marks.
pub(super) fn plain(text: &str) -> String {
    let one = |c: char| match c {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        other => other,
    };
    text.chars().map(one).collect()
}

/// Words in lower case: runs of letters and digits, with an apostrophe between any of them and a point or comma
/// between digits. Not those of `text::token`: the weights were learned on these.
pub(super) fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = plain(text).to_lowercase().chars().collect();
    let (mut out, mut word) = (Vec::new(), String::new());
    for (at, c) in chars.iter().copied().enumerate() {
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        let inner = || {
            let digits = at > 0 && chars[at - 1].is_ascii_digit() && next.is_ascii_digit();
            next.is_alphanumeric() && (c == '\'' || (matches!(c, '.' | ',') && digits))
        };
        if c.is_alphanumeric() || (!word.is_empty() && inner()) {
            word.push(c);
        } else if !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_keep_inner_marks_only() {
        assert_eq!(
            super::words("It’s 1,000.5 'not' A.B 3. x' – Ünder_way"),
            ["it's", "1,000.5", "not", "a", "b", "3", "x", "ünder", "way"]
        );
    }
}
