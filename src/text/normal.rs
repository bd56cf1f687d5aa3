//! Forms of a text for comparing. The results are for machines, never shown.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// NFKC, lower case, white space collapsed, everything but letters, digits and their marks dropped.
/// Words stay apart by one space; an apostrophe inside a word is dropped with the rest of the punctuation.
pub fn normal_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let lower = text.nfkc().collect::<String>().to_lowercase();
    for c in lower.chars() {
        if c.is_alphanumeric() || is_combining_mark(c) {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        } else if c.is_whitespace() || is_dash(c) {
            gap = true;
        }
    }
    // Lower-casing and dropping can bring marks together that compose or change places.
    out.nfkc().collect()
}

/// NFC with every run of white space as one space and none at the ends: for "word for word the same".
pub fn same_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.nfc());
    }
    out
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '/')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_punctuation_and_forms_do_not_count() {
        assert_eq!(normal_words("  “It’s 3.5 ﬁne\u{a0}—  WORDS!” "), "its 35 fine words");
        assert_eq!(normal_words("Cafe\u{301}"), normal_words("café"));
        assert_eq!(normal_words("?! …"), "");
        assert_eq!(same_words(" a\n b\u{a0}c "), "a b c");
    }

    proptest! {
        #[test]
        fn normal_is_stable(text in "\\PC*") {
            let once = normal_words(&text);
            prop_assert_eq!(normal_words(&once), once);
        }
    }
}
