//! How common a word is in speech: a table of document frequencies, shipped.

use std::sync::LazyLock;

use super::wordlist::WordList;

const TABLE: &str = include_str!("../../data/frequency/en.tsv");

struct Table {
    blocks: f32,
    counts: WordList,
}

static EN: LazyLock<Table> = LazyLock::new(|| {
    let (blocks, counts) = head(TABLE);
    Table { blocks: blocks.trim().parse().unwrap_or(1.0), counts: WordList::of(counts) }
});

/// What a table's first line says that is not a remark, and the lines after it.
pub fn head(mut text: &'static str) -> (&'static str, &'static str) {
    loop {
        let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
        if !line.starts_with('#') || rest.is_empty() {
            return (line, rest);
        }
        text = rest;
    }
}

/// Inverse document frequency of a lower-case word in natural logarithms, from 0 (in every block of
/// speech) to about 8 (never seen). None for languages without a table.
pub fn rarity(word: &str, language: &str) -> Option<f32> {
    if super::language::primary(language) != "en" {
        return None;
    }
    let word = word.strip_suffix("'s").unwrap_or(word);
    let count: f32 = EN.counts.find(word).and_then(|(_, n)| n.trim().parse().ok()).unwrap_or(0.0);
    Some(((EN.blocks + 1.0) / (count + 0.5)).ln().max(0.0))
}

/// The words of the English table, in their order.
pub fn words() -> impl Iterator<Item = &'static str> {
    head(TABLE).1.lines().filter_map(|line| line.split_once('\t').map(|(word, _)| word))
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
