//! How rare a word is among sentences and among episodes of talk (`data/salience/words.tsv`).

use std::collections::HashMap;
use std::sync::LazyLock;

/// The table.
pub(super) struct Background {
    sentences: f64,
    episodes: f64,
    words: HashMap<&'static str, (u32, u32)>,
}

impl Background {
    pub(super) fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Background> =
            LazyLock::new(|| Background::parse(include_str!("../../../data/salience/words.tsv")));
        &SHIPPED
    }

    fn parse(text: &'static str) -> Self {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let pair = |line: &'static str| {
            let (a, b) = line.split_once('\t')?;
            Some((a.parse::<u32>().ok()?, b.parse::<u32>().ok()?))
        };
        let (sentences, episodes) = lines.next().and_then(pair).unwrap_or((1, 1));
        let words = lines
            .filter_map(|line| line.split_once('\t'))
            .filter_map(|(word, counts)| Some((word, pair(counts)?)))
            .collect();
        Self { sentences: sentences.into(), episodes: episodes.into(), words }
    }

    /// In natural logarithms: among sentences and among episodes.
    pub(super) fn rarity(&self, word: &str) -> (f64, f64) {
        let (sentences, episodes) = self.words.get(word).copied().unwrap_or_default();
        let rare = |all: f64, n: u32| ((all + 1.0) / (f64::from(n) + 1.0)).ln();
        (rare(self.sentences, sentences), rare(self.episodes, episodes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_less_rare() {
        let of = |word| Background::shipped().rarity(word);
        assert!(of("the").0 < of("database").0 && of("database").0 < of("zyzzyva").0);
        assert!(of("the").1 < of("zyzzyva").1 && Background::shipped().words.len() > 5_000);
    }
}
