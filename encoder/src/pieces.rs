//! A text as the word pieces that the encoder knows: WordPiece as uncased BERT has it (Devlin et al. 2019; the rules are
//! those of its `tokenization.py`). Pure.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// The longest word that is looked up, in characters.
const LONGEST: usize = 100;
const UNKNOWN: u16 = 100;
const BEGIN: u16 = 101;
const END: u16 = 102;
/// Pieces of a text, with the two around it; the rest is left.
pub(super) const MOST: usize = 128;

/// The pieces by their text; those that go on with a word begin with `##`.
pub(super) struct Pieces(HashMap<&'static str, u16>);

impl Pieces {
    /// One a line, in the order of their numbers.
    pub(super) fn new(lines: &'static str) -> Self {
        Self(lines.lines().zip(0..).collect())
    }

    /// At most [`MOST`], first and last the marks of beginning and end.
    pub(super) fn of(&self, text: &str) -> Vec<u16> {
        let mut pieces = vec![BEGIN];
        let mut word = String::new();
        for c in plain(text) {
            let alone = is_punctuation(c) || is_ideograph(c);
            if alone || c.is_whitespace() {
                self.word(&mut word, &mut pieces);
            }
            if alone {
                word.push(c);
                self.word(&mut word, &mut pieces);
            } else if !c.is_whitespace() {
                word.push(c);
            }
            if pieces.len() >= MOST {
                break;
            }
        }
        self.word(&mut word, &mut pieces);
        pieces.truncate(MOST - 1);
        pieces.push(END);
        pieces
    }

    /// The longest known piece from the beginning on, and so on; a word that can't be made of pieces is unknown.
    fn word(&self, word: &mut String, pieces: &mut Vec<u16>) {
        let before = pieces.len();
        let mut rest = word.as_str();
        let mut piece = String::new();
        let known = word.chars().count() <= LONGEST;
        while known && !rest.is_empty() {
            let ends = rest.char_indices().rev().map(|(at, c)| at + c.len_utf8());
            let found = ends.into_iter().find_map(|end| {
                piece.clear();
                if rest.len() < word.len() {
                    piece.push_str("##");
                }
                piece.push_str(&rest[..end]);
                self.0.get(piece.as_str()).map(|number| (*number, end))
            });
            let Some((number, end)) = found else { break };
            pieces.push(number);
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            pieces.truncate(before);
            pieces.push(UNKNOWN);
        }
        word.clear();
    }
}

/// Whether nothing stands between the two marks.
pub(super) fn is_empty(pieces: &[u16]) -> bool {
    pieces.len() <= 2
}

/// Lower case, without accents, without what is not seen.
fn plain(text: &str) -> impl Iterator<Item = char> {
    let seen = text.chars().filter_map(|c| match c {
        '\0' | '\u{FFFD}' => None,
        '\t' | '\n' | '\r' => Some(' '),
        c if c.is_ascii() => (!c.is_ascii_control()).then_some(c),
        c if c.is_whitespace() => Some(' '),
        c if c.general_category_group() == GeneralCategoryGroup::Other => None,
        c => Some(c),
    });
    let bare = seen
        .nfd()
        .filter(|c| c.is_ascii() || c.general_category() != GeneralCategory::NonspacingMark);
    bare.flat_map(char::to_lowercase)
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || !c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// The blocks that BERT has for such: each character is a word.
fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c),
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x20000..=0x2A6DF | 0x2A700..=0x2B73F
        | 0x2B740..=0x2B81F | 0x2B920..=0x2CEAF | 0xF900..=0xFAFF | 0x2F800..=0x2FA1F)
}
