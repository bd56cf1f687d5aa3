//! Words as search compares them: NFKC, lower case, without accents and apostrophes, a name without its 's. For
//! machines; what people see keeps its spelling ([`spelled`]).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::token::tokens;

/// The words of a text in lower case, as they are spelled.
pub fn spelled(text: &str) -> Vec<String> {
    // Before words are told apart, since some apostrophes are letters. Swedish has words with a colon in them; questions
    // have fields.
    let text: String = text.nfkc().collect::<String>().to_lowercase();
    let plain = |c| match c {
        ':' => ' ',
        '\u{2019}' | '\u{2018}' | '\u{2bc}' => '\'',
        c => c,
    };
    let text: String = text.chars().map(plain).nfkc().collect();
    let word = |lower: String| {
        // A mark that stands on nothing, or on a hyphen, is no word, and would join whatever it is put behind.
        let word = lower.trim_start_matches(|c: char| !c.is_alphanumeric() || is_combining_mark(c));
        if word.len() == lower.len() { lower } else { word.to_owned() }
    };
    let words = tokens(&text).into_iter().map(|token| word(token.lower));
    words.filter(|word| word.contains(char::is_alphanumeric)).collect()
}

/// A word of [`spelled`] as it is compared; may be empty.
pub fn fold(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    if word.is_ascii() {
        return word.replace('\'', "");
    }
    word.nfd().filter(|c| *c != '\'' && !is_accent(*c)).nfc().collect()
}

/// The words of a text as they are compared.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    spelled(text).into_iter().map(|word| fold(&word)).filter(|word| !word.is_empty())
}

/// Accents of Latin, Greek and Cyrillic letters; the marks of other scripts are letters of their own.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spelling_does_not_count() {
        let folded = |text: &str| words(text).collect::<Vec<_>>();
        assert_eq!(
            folded("Ada’s CAFÉ: open-source, don't"),
            ["ada", "cafe", "open", "source", "dont"]
        );
        assert_eq!(folded("Cafe\u{301} 3.5 ﬁne"), ["cafe", "3.5", "fine"]);
        assert_eq!(folded("数据"), ["数", "据"]);
        assert_eq!(spelled("München!"), ["münchen"]);
        // A point of Hebrew on a hyphen; a query of it was read as another.
        assert_eq!(spelled("`-\u{5ba}"), Vec::<String>::new());
        // An apostrophe that is a letter, behind one that is none.
        assert_eq!(spelled("Q'j'\u{149}"), ["q'j", "n"]);
    }

    proptest! {
        #[test]
        fn spelled_words_are_words_of_themselves(text in "\\PC{0,40}") {
            let once = spelled(&text);
            prop_assert_eq!(spelled(&once.join(" ")), once.clone());
            prop_assert_eq!(spelled(&once.join("-")), once);
        }
    }
}
