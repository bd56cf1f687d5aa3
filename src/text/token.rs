//! Words of a text with their places (UAX 29), for counting and matching.

use unicode_segmentation::UnicodeSegmentation;

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset behind its last character.
    pub end: usize,
    /// In lower case, with a straight apostrophe.
    pub lower: String,
}

/// The words in order. Punctuation and white space are left out; ideographs come one by one.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::with_capacity(text.len() / 6 + 1);
    for (start, word) in text.unicode_word_indices() {
        out.push(Token { start, end: start + word.len(), lower: lower(word) });
    }
    out
}

/// Lower case with a straight apostrophe.
pub fn lower(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    word.to_lowercase().replace(['\u{2019}', '\u{2018}', '\u{2bc}'], "'")
}

/// How many words, counted as [`tokens`] does.
pub fn count(text: &str) -> usize {
    text.unicode_words().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_apostrophes_and_numbers() {
        let words: Vec<_> =
            tokens("It’s 1,000.5 -- don't (stop)!").into_iter().map(|t| t.lower).collect();
        assert_eq!(words, ["it's", "1,000.5", "don't", "stop"]);
        assert_eq!(count("数据。"), 2);
        assert_eq!(count(" … "), 0);
    }
}
