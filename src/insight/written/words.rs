//! Small words that change what a sentence says, by language (`data/claims`). A language that is not there can't be checked,
//! and nothing is written in it.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::text::language::primary;

/// The words of one language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// What denies.
    pub negators: Vec<String>,
    /// Behind a negator: it denies nothing ("not only").
    pub only: Vec<String>,
    /// What makes less sure.
    pub hedges: Vec<String>,
    /// Openings of a sentence that are no names and may be missing in what was said.
    pub openers: Vec<String>,
    /// What says more than the rest: a claim has a word of a row only if what was said has one.
    pub strong: Vec<Vec<String>>,
    /// Opposites.
    pub sides: Vec<[String; 2]>,
}

/// Whether `word` is one of `list`.
pub(super) fn is_in(list: &[String], word: &str) -> bool {
    list.iter().any(|known| known == word)
}

/// Those of a BCP 47 tag.
pub(super) fn of(language: &str) -> Option<&'static Words> {
    static EN: LazyLock<Words> =
        LazyLock::new(|| read(include_str!("../../../data/claims/en.toml")));
    static DE: LazyLock<Words> =
        LazyLock::new(|| read(include_str!("../../../data/claims/de.toml")));
    static FR: LazyLock<Words> =
        LazyLock::new(|| read(include_str!("../../../data/claims/fr.toml")));
    static ES: LazyLock<Words> =
        LazyLock::new(|| read(include_str!("../../../data/claims/es.toml")));
    match primary(language).as_str() {
        "en" => Some(&EN),
        "de" => Some(&DE),
        "fr" => Some(&FR),
        "es" => Some(&ES),
        _ => None,
    }
}

/// A test reads them all.
fn read(text: &str) -> Words {
    toml::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_all_its_words() {
        for language in ["en", "de", "fr", "es-MX"] {
            let words = of(language).unwrap();
            assert!(words.negators.len() > 5 && words.hedges.len() > 5, "{language}");
            assert!(words.strong.len() > 5 && words.sides.len() > 5, "{language}");
            assert!(!words.only.is_empty() && words.openers.len() > 5, "{language}");
        }
        assert!(of("ja").is_none());
    }
}
