//! Word stems (Snowball) where the language has them; elsewhere the word itself.

use std::borrow::Cow;

use rust_stemmers::{Algorithm, Stemmer as Snowball};

/// Stems words of one language.
pub struct Stemmer(Option<Snowball>);

impl Stemmer {
    /// `language` is a BCP 47 tag; an unknown one stems nothing.
    pub fn new(language: &str) -> Self {
        let algorithm = match super::language::primary(language).as_str() {
            "ar" => Algorithm::Arabic,
            "da" => Algorithm::Danish,
            "nl" => Algorithm::Dutch,
            "en" => Algorithm::English,
            "fi" => Algorithm::Finnish,
            "fr" => Algorithm::French,
            "de" => Algorithm::German,
            "el" => Algorithm::Greek,
            "hu" => Algorithm::Hungarian,
            "it" => Algorithm::Italian,
            "no" | "nb" | "nn" => Algorithm::Norwegian,
            "pt" => Algorithm::Portuguese,
            "ro" => Algorithm::Romanian,
            "ru" => Algorithm::Russian,
            "es" => Algorithm::Spanish,
            "sv" => Algorithm::Swedish,
            "ta" => Algorithm::Tamil,
            "tr" => Algorithm::Turkish,
            _ => return Self(None),
        };
        Self(Some(Snowball::create(algorithm)))
    }

    /// `word` must be in lower case.
    pub fn stem<'a>(&self, word: &'a str) -> Cow<'a, str> {
        match &self.0 {
            // The stemmers are quadratic on one endless "word", which is no word anyway.
            Some(stemmer) if word.len() <= 64 => stemmer.stem(word),
            _ => Cow::Borrowed(word),
        }
    }
}
