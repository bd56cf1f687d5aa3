//! Word forms and what is known of each: where it is a small word, and which term it is. Remembering this makes
//! keeping many texts several times faster. Claims are short and of any language, so each is looked at alone.

use std::collections::HashMap;

use crate::text::frequency::rarity;
use crate::text::language::stop_words;
use crate::text::stem::Stemmer;

/// Those with a list of small words.
const LANGUAGES: [&str; 4] = ["en", "de", "fr", "es"];
/// Share of texts that a word has which no table knows.
const UNKNOWN: f32 = 1.0 / 4000.0;
/// Forms remembered at most; the common ones are soon there again.
const MOST: usize = 32_768;

/// By language.
#[derive(Clone, Copy)]
pub(super) struct Form([Seen; 4]);

/// What a form is in a language.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// A small word, or a single character.
    Small,
    /// A form of this term.
    Term(u32),
    /// Not met in this language yet.
    New,
}

pub(super) struct Forms {
    known: HashMap<Box<str>, Form>,
    stemmers: [Stemmer; 4],
}

impl Default for Forms {
    fn default() -> Self {
        Self { known: HashMap::new(), stemmers: LANGUAGES.map(Stemmer::new) }
    }
}

impl Form {
    pub(super) fn term(&self, language: usize) -> Seen {
        self.0[language]
    }
}

impl Forms {
    /// `word` is in lower case.
    pub(super) fn of(&mut self, word: &str) -> Form {
        if let Some(form) = self.known.get(word) {
            return *form;
        }
        let short = word.chars().nth(1).is_none();
        let seen = |language: &str| {
            if stop_words(language).contains(word) { Seen::Small } else { Seen::New }
        };
        let mut form = Form(LANGUAGES.map(seen));
        if short {
            // It still hints at no language: what is small everywhere counts for all.
            form = Form([Seen::Small; 4]);
        }
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(word.into(), form);
        form
    }

    /// The stem of a word, and the share of talk that has the word.
    pub(super) fn stem(&self, word: &str, language: usize) -> (String, f32) {
        let rate = rarity(word, LANGUAGES[language]).map_or(UNKNOWN, |rarity| (-rarity).exp());
        (self.stemmers[language].stem(word).into_owned(), rate.max(UNKNOWN))
    }

    /// The word is a form of this term.
    pub(super) fn learn(&mut self, word: &str, language: usize, term: u32) {
        if let Some(form) = self.known.get_mut(word) {
            form.0[language] = Seen::Term(term);
        }
    }
}

/// The language whose small words are the most; English where none is.
pub(super) fn language(forms: &[Form]) -> usize {
    let mut best = (0, 0);
    for language in 0..LANGUAGES.len() {
        let small = forms.iter().filter(|form| form.0[language] == Seen::Small).count();
        if small > best.1 {
            best = (language, small);
        }
    }
    best.0
}
