//! Words and phrases by what they do in a sentence, per language (`data/lexicon`). Counting only, no verdicts.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::language::primary;
use crate::text::token::{Token, tokens};

macro_rules! classes {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// What a word or phrase does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        // Most are reached by number, in ranges.
        #[allow(missing_docs, dead_code)]
        pub enum Class { $($variant),* }

        /// As in the files, in the order of [`Class`].
        pub const NAMES: &[&str] = &[$($name),*];
    };
}

classes! {
    Cause = "cause", ResultSo = "result_so", Contrast = "contrast", NegContrast = "negcontrast", Compare = "compare",
    Super = "super", Quant = "quant", GenericSubject = "generic_subj", You = "you", Rule = "rule", Lesson = "lesson",
    KeyOpen = "keyopen", Predict = "predict", Condition = "cond", Analogy = "analogy", Opinion = "opinion",
    Hedge = "hedge", SelfWord = "self", We = "we", Third = "third", ItThat = "itthat", Past = "past",
    Present = "present", Modal = "modal", Negation = "neg", Money = "money", NumberWord = "numword", Unit = "unit",
    Evidence = "evidence", Problem = "problem", Good = "good", Meta = "meta", Greet = "greet", Promo = "promo",
    Bio = "bio", ThinkVerb = "think_verb", Change = "change", Mechanism = "mech", Abstract = "abstract",
    Question = "question", Vague = "vague", QuoteWord = "quote", Announce = "announce",
    OpenAnd = "open_and", OpenBut = "open_but", OpenSo = "open_so", OpenBecause = "open_because", OpenIf = "open_if",
    OpenIt = "open_it", OpenThey = "open_they", OpenI = "open_i", OpenWe = "open_we", OpenYou = "open_you",
    OpenThe = "open_the", OpenReact = "open_react", OpenAsk = "open_ask", OpenPeople = "open_people",
    OpenTurn = "open_turn",
    Sponsor = "sponsor", SponsorHint = "sponsor_hint", Housekeeping = "housekeeping", Greeting = "greeting",
    Introduction = "introduction", Credits = "credits", Marks = "marks", Reference = "reference", Aside = "aside",
    CrossPromotion = "cross_promotion", AsksBio = "asks_bio",
    Verb = "verb", VerbPast = "verb_past",
}

/// How many classes there are.
pub const CLASSES: usize = NAMES.len();
/// Classes counted anywhere in a sentence, as features.
pub const COUNTED: std::ops::Range<usize> = Class::Cause as usize..Class::OpenAnd as usize;
/// Classes that look at the first word only.
pub const OPENINGS: std::ops::Range<usize> = Class::OpenAnd as usize..Class::Sponsor as usize;

/// How often each class occurs in a text.
pub type Counts = [u8; CLASSES];

/// One language's words and phrases.
pub struct Lexicon {
    ids: HashMap<String, u32>,
    /// By the id of the first word: the rest of the phrase and its class, longest first.
    phrases: Vec<Vec<(Box<[u32]>, usize)>>,
    /// Which classes the language has words for.
    has: [bool; CLASSES],
}

const UNKNOWN: u32 = u32::MAX;

impl Lexicon {
    /// The language's lexicon, or an empty one.
    pub fn of(language: &str) -> &'static Self {
        static EN: LazyLock<Lexicon> =
            LazyLock::new(|| Lexicon::parse(include_str!("../../data/lexicon/en.toml")));
        static DE: LazyLock<Lexicon> =
            LazyLock::new(|| Lexicon::parse(include_str!("../../data/lexicon/de.toml")));
        static FR: LazyLock<Lexicon> =
            LazyLock::new(|| Lexicon::parse(include_str!("../../data/lexicon/fr.toml")));
        static ES: LazyLock<Lexicon> =
            LazyLock::new(|| Lexicon::parse(include_str!("../../data/lexicon/es.toml")));
        static NONE: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::parse(""));
        match primary(language).as_str() {
            "en" => &EN,
            "de" => &DE,
            "fr" => &FR,
            "es" => &ES,
            _ => &NONE,
        }
    }

    /// A broken file yields what could be read of it; the tests read every shipped one.
    fn parse(text: &str) -> Self {
        let file: HashMap<String, Vec<String>> = toml::from_str(text).unwrap_or_default();
        let mut out = Self { ids: HashMap::new(), phrases: Vec::new(), has: [false; CLASSES] };
        for (class, name) in NAMES.iter().enumerate() {
            for phrase in file.get(*name).into_iter().flatten() {
                let words: Vec<u32> = tokens(phrase).into_iter().map(|t| out.id(t.lower)).collect();
                if let Some((first, rest)) = words.split_first() {
                    out.phrases[*first as usize].push((rest.into(), class));
                    out.has[class] = true;
                }
            }
        }
        for list in &mut out.phrases {
            list.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
        }
        out
    }

    fn id(&mut self, word: String) -> u32 {
        let next = self.phrases.len() as u32;
        let id = *self.ids.entry(word).or_insert(next);
        if id == next {
            self.phrases.push(Vec::new());
        }
        id
    }

    /// Whether the language has words of this class.
    pub fn knows(&self, class: usize) -> bool {
        self.has.get(class).copied().unwrap_or(false)
    }

    /// Counts every class; within one class matches don't overlap and the longest wins.
    pub fn count(&self, words: &[Token]) -> Counts {
        let ids: Vec<u32> =
            words.iter().map(|t| self.ids.get(&t.lower).copied().unwrap_or(UNKNOWN)).collect();
        let mut counts = [0_u8; CLASSES];
        let mut free = [0_usize; CLASSES];
        for (at, id) in ids.iter().enumerate() {
            let Some(list) = self.phrases.get(*id as usize) else { continue };
            for (rest, class) in list {
                let tail = &ids[at + 1..];
                if free[*class] > at || (OPENINGS.contains(class) && at > 0) {
                    continue;
                }
                if tail.starts_with(rest) {
                    counts[*class] = counts[*class].saturating_add(1);
                    free[*class] = at + 1 + rest.len();
                }
            }
        }
        counts
    }

    /// Whether a lower-case word is by itself in one of the classes.
    pub fn has_word(&self, word: &str, classes: &[Class]) -> bool {
        let id = self.ids.get(word).copied().unwrap_or(UNKNOWN);
        let list = self.phrases.get(id as usize).map(Vec::as_slice).unwrap_or_default();
        list.iter()
            .any(|(rest, class)| rest.is_empty() && classes.iter().any(|c| *c as usize == *class))
    }

    /// Whether a text is nothing but words of one class.
    pub fn is_only(&self, text: &str, class: Class) -> bool {
        let words = tokens(text);
        let n = self.count(&words)[class as usize];
        n > 0 && usize::from(n) >= words.len().div_ceil(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_file_is_whole() {
        for (language, text) in [
            ("en", include_str!("../../data/lexicon/en.toml")),
            ("de", include_str!("../../data/lexicon/de.toml")),
            ("fr", include_str!("../../data/lexicon/fr.toml")),
            ("es", include_str!("../../data/lexicon/es.toml")),
        ] {
            let file: HashMap<String, Vec<String>> = toml::from_str(text).unwrap();
            for name in file.keys() {
                assert!(NAMES.contains(&name.as_str()), "{language}: unknown class {name}");
            }
            for class in [Class::Cause, Class::Sponsor, Class::Greeting, Class::OpenIt, Class::Rule]
            {
                assert!(Lexicon::of(language).knows(class as usize), "{language}: {class:?}");
            }
        }
        assert!(!Lexicon::of("xx").knows(0));
    }

    #[test]
    fn the_longest_phrase_counts_once_and_openings_only_at_the_start() {
        let counts = Lexicon::of("en")
            .count(&tokens("It's faster because of that, and it's more than fine"));
        assert_eq!(counts[Class::Cause as usize], 1);
        assert_eq!(counts[Class::OpenIt as usize], 1);
        assert_eq!(counts[Class::OpenAnd as usize], 0);
        assert_eq!(counts[Class::Compare as usize], 2);
    }
}
