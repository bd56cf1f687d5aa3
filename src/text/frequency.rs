//! How common a word is in speech: a table of document frequencies, shipped.

use std::collections::HashMap;
use std::sync::LazyLock;

struct Table {
    blocks: f32,
    counts: HashMap<&'static str, u32>,
}

static EN: LazyLock<Table> = LazyLock::new(|| parse(include_str!("../../data/frequency/en.tsv")));

fn parse(text: &'static str) -> Table {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let blocks = lines.next().and_then(|line| line.trim().parse().ok()).unwrap_or(1.0);
    let counts = lines
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(word, n)| Some((word, n.trim().parse().ok()?)))
        .collect();
    Table { blocks, counts }
}

/// Inverse document frequency of a lower-case word in natural logarithms, from 0 (in every block of
/// speech) to about 8 (never seen). None for languages without a table.
pub fn rarity(word: &str, language: &str) -> Option<f32> {
    if super::language::primary(language) != "en" {
        return None;
    }
    let word = word.strip_suffix("'s").unwrap_or(word);
    let count = EN.counts.get(word).copied().unwrap_or(0) as f32;
    Some(((EN.blocks + 1.0) / (count + 0.5)).ln().max(0.0))
}

/// The words of the English table, in their order.
pub fn words() -> impl Iterator<Item = &'static str> {
    include_str!("../../data/frequency/en.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t').map(|(word, _)| word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_less_rare() {
        let of = |word| rarity(word, "en-GB").unwrap();
        assert!(
            of("the") < of("people")
                && of("people") < of("database")
                && of("database") < of("zyzzyva")
        );
        assert_eq!(rarity("the", "de"), None);
    }
}
