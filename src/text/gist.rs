//! What single words are about: small vectors of some 23,000 words, distilled from a sentence encoder and shipped
//! (`data/gist`), so that the words of a text can be compared with a subject without the encoder. English.

use std::sync::LazyLock;

use super::frequency::rarity;
use super::language::stop_words;
use super::token::tokens;
use super::wordlist::WordList;

/// Numbers in a word's vector.
pub const WIDTH: usize = 96;

/// A direction: a unit vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Gist([f32; WIDTH]);

struct Table {
    places: WordList,
    rows: &'static [[u8; WIDTH]],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table {
    places: WordList::of(include_str!("../../data/gist/words.txt")),
    rows: include_bytes!("../../data/gist/words.bin").as_chunks().0,
});

impl Gist {
    /// The direction of a lower-case word; none if it isn't in the table.
    pub fn of_word(word: &str) -> Option<Self> {
        let (place, _) = TABLE.places.find(word)?;
        let row = TABLE.rows.get(place)?;
        Self::new(row.map(|byte| f32::from(byte.cast_signed())))
    }

    /// The direction of a text: of its content words, the rare ones counting more.
    pub fn of(text: &str) -> Option<Self> {
        let mut sum = [0.0; WIDTH];
        for (word, weight) in content(text) {
            if let Some(Self(own)) = Self::of_word(&word) {
                sum.iter_mut().zip(own).for_each(|(slot, value)| *slot += weight * value);
            }
        }
        Self::new(sum)
    }

    fn new(mut values: [f32; WIDTH]) -> Option<Self> {
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
        if !length.is_normal() {
            return None;
        }
        values.iter_mut().for_each(|v| *v /= length);
        Some(Self(values))
    }

    /// Cosine.
    pub fn dot(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }
}

/// The content words of a text with their rarity, one for each time they are said.
pub fn content(text: &str) -> Vec<(String, f32)> {
    let stops = stop_words("en");
    let words = tokens(text).into_iter().map(|token| {
        let bare = token.lower.strip_suffix("'s").map(str::to_owned);
        bare.unwrap_or(token.lower)
    });
    words
        .filter(|word| !stops.contains(word.as_str()) && word.chars().count() > 1)
        .filter_map(|word| rarity(&word, "en").map(|rarity| (word, rarity)))
        .collect()
}

/// Directions of some words that stand for talk at large.
pub fn background() -> impl Iterator<Item = Gist> {
    let stops = stop_words("en");
    let spoken = super::frequency::words().filter(move |word| {
        word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase()) && !stops.contains(word)
    });
    spoken.step_by(4).filter_map(Gist::of_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_subject_are_near() {
        let of = |text| Gist::of(text).unwrap();
        assert!(
            of("bread flour").dot(&of("baking a loaf"))
                > of("bread flour").dot(&of("mortgage rates")) + 0.2
        );
        assert!((of("bread").dot(&of("bread")) - 1.0).abs() < 1e-3);
        assert!(Gist::of("the of zzzyx").is_none());
        assert!(background().count() > 500);
    }

    #[test]
    fn the_table_is_whole() {
        let words: Vec<_> = include_str!("../../data/gist/words.txt").lines().collect();
        assert_eq!(words.len(), TABLE.rows.len());
        assert!(
            words.iter().enumerate().all(|(at, word)| TABLE.places.find(word) == Some((at, "")))
        );
    }
}
