//! How rare a word is among sentences and among episodes of talk (`data/salience/words.tsv`).

use std::sync::LazyLock;

use crate::text::{frequency, wordlist::WordList};

/// The table.
pub(super) struct Background {
    sentences: f64,
    episodes: f64,
    words: WordList,
}

impl Background {
    pub(super) fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Background> =
            LazyLock::new(|| Background::parse(include_str!("../../../data/salience/words.tsv")));
        &SHIPPED
    }

    fn parse(text: &'static str) -> Self {
        let (all, words) = frequency::head(text);
        let (sentences, episodes) = pair(all).unwrap_or((1, 1));
        Self { sentences: sentences.into(), episodes: episodes.into(), words: WordList::of(words) }
    }

    /// In natural logarithms: among sentences and among episodes. `own` is what the episode itself has brought into
    /// the table, if anything: its sentences, and those among them that the word is in. It is taken out, so that the
    /// episodes of the training look as new ones will.
    pub(super) fn rarity(&self, word: &str, own: Option<(u32, u32)>) -> (f64, f64) {
        let (sentences, episodes) =
            self.words.find(word).and_then(|(_, counts)| pair(counts)).unwrap_or_default();
        let (all, with) = own.unwrap_or_default();
        let rare = |all: f64, n: u32| ((all + 1.0) / (f64::from(n) + 1.0)).ln();
        (
            rare(self.sentences - f64::from(all), sentences.saturating_sub(with)),
            rare(
                self.episodes - f64::from(u8::from(own.is_some())),
                episodes.saturating_sub(u32::from(with > 0)),
            ),
        )
    }
}

fn pair(line: &str) -> Option<(u32, u32)> {
    let (a, b) = line.trim_end().split_once('\t')?;
    Some((a.parse().ok()?, b.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_less_rare() {
        let of = |word| Background::shipped().rarity(word, None);
        assert!(of("the").0 < of("database").0 && of("database").0 < of("zyzzyva").0);
        let own = Background::shipped().rarity("the", Some((1_000, 900)));
        assert!(own.0 > of("the").0 && own.1 >= 0.0);
        assert!(of("the").1 < of("database").1 && of("database").1 < of("zyzzyva").1);
    }
}
