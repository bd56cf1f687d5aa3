//! How good a piece of a claim is as its headline: numbers of it, weighed. The weights were learned from headlines
//! that careful readers wrote for the same passages.

use std::collections::HashMap;

use super::clause::{End, Front};
use super::lexicon::{Class, Lexicon};
use super::spans::{MOST, Span};
use super::stand;
use crate::text::frequency::rarity;
use crate::text::language::stop_words;
use crate::text::stem::Stemmer;
use crate::text::token::tokens;

/// What leaning on something outside costs beside the learned weights: the readers' headlines name what the
/// passage only points at, so the weights know little of it.
const LEANING_COST: f32 = 1.0;
/// Cutting a condition off changes what is claimed.
const CONDITION_COST: f32 = 0.5;
/// Cutting off what something is for says less.
const PURPOSE_COST: f32 = 0.5;
/// A whole sentence is surely a whole clause.
const WHOLE_WORTH: f32 = 0.6;
/// Words that point at something, wherever they stand.
const LOOSE: &[&str] = &[
    "this",
    "these",
    "those",
    "it",
    "it's",
    "its",
    "them",
    "they",
    "they're",
    "their",
    "he",
    "she",
    "him",
    "his",
    "her",
    "here",
    "there",
    "that's",
    "thing",
    "things",
    "stuff",
    "something",
];
const LOOSE_COST: f32 = 0.35;
/// A headline that opens with the speaker, or with nothing, tells of the talk and not of the matter.
const TELLERS: &[&str] = &[
    "i", "i'm", "i've", "i'd", "there", "there's", "here's", "it", "it's", "what", "let's", "one",
    "you've", "we're", "maybe",
];
const TELLER_COST: f32 = 1.0;

/// Classes that are counted, in the order of their weights.
const COUNTED: &[Class] = &[
    Class::Cause,
    Class::Contrast,
    Class::NegContrast,
    Class::Compare,
    Class::Super,
    Class::Rule,
    Class::Quant,
    Class::KeyOpen,
    Class::Predict,
    Class::GenericSubject,
    Class::Opinion,
    Class::Hedge,
    Class::SelfWord,
    Class::We,
    Class::Third,
    Class::ItThat,
    Class::Vague,
    Class::Past,
    Class::Present,
    Class::Modal,
    Class::Negation,
    Class::Problem,
    Class::Good,
    Class::Change,
    Class::Mechanism,
    Class::Abstract,
    Class::Analogy,
    Class::Money,
    Class::Evidence,
    Class::Lesson,
    Class::Bio,
    Class::Meta,
    Class::QuoteWord,
    Class::Condition,
];

/// Names and weights of the numbers, in order.
const WEIGHTS: &[(&str, f32)] = &[
    ("length", 1.01),
    ("length_squared", 1.14),
    ("short", -1.44),
    ("long", -0.92),
    ("coverage", 3.09),
    ("rarity_mean", -0.25),
    ("content", 3.06),
    ("content_share", 1.94),
    ("place", -0.07),
    ("last", -0.04),
    ("front_equal", -1.07),
    ("front_mark", 0.95),
    ("front_frame", 1.43),
    ("front_effect", -0.50),
    ("front_phrase", -0.10),
    ("front_splice", -1.82),
    ("joined", 0.00),
    ("end_comma", -0.48),
    ("end_condition", -0.50),
    ("end_bare", -0.49),
    ("end_mark", -1.01),
    ("needs", 2.01),
    ("digits", 1.87),
    ("opens_i", -1.18),
    ("opens_you", -0.40),
    ("opens_the", 0.47),
    ("opens_leaning", 0.24),
    ("opens_there", -0.38),
    ("capitals", 1.54),
    ("shared", 1.24),
    ("cause", -0.16),
    ("contrast", 0.52),
    ("negcontrast", 0.16),
    ("compare", 1.14),
    ("super", 0.18),
    ("rule", -1.04),
    ("quant", -0.57),
    ("keyopen", -0.76),
    ("predict", -1.99),
    ("genericsubject", -0.12),
    ("opinion", 0.06),
    ("hedge", 1.10),
    ("selfword", -0.46),
    ("we", -0.99),
    ("third", -1.72),
    ("itthat", -0.11),
    ("vague", -0.24),
    ("past", 0.77),
    ("present", 0.43),
    ("modal", -0.72),
    ("negation", -0.09),
    ("problem", 0.39),
    ("good", -0.45),
    ("change", -0.12),
    ("mechanism", 0.17),
    ("abstract", -0.11),
    ("analogy", 0.08),
    ("money", 1.48),
    ("evidence", -0.32),
    ("lesson", -0.43),
    ("bio", -0.06),
    ("meta", 0.24),
    ("quoteword", 0.21),
    ("condition", 0.55),
];

/// A claim whose pieces are weighed.
pub struct Weigh<'a> {
    language: &'a str,
    stemmer: Stemmer,
    sentences: usize,
    /// Content stems: their weight and in how many sentences they are.
    stems: HashMap<String, (f32, u32)>,
    total: f32,
}

impl<'a> Weigh<'a> {
    /// `sentences` are the claim's.
    pub fn new(sentences: &[&str], language: &'a str) -> Self {
        let mut out = Self {
            language,
            stemmer: Stemmer::new(language),
            sentences: sentences.len(),
            stems: HashMap::new(),
            total: 0.0,
        };
        for sentence in sentences {
            let mut found = out.content(sentence);
            found.sort_by(|a, b| a.0.cmp(&b.0));
            found.dedup_by(|a, b| a.0 == b.0);
            for (stem, weight) in found {
                out.stems.entry(stem).or_insert((weight, 0)).1 += 1;
            }
        }
        out.total = out.stems.values().map(|(w, _)| w).sum::<f32>().max(1e-6);
        out
    }

    /// Content stems with their rarity.
    fn content(&self, text: &str) -> Vec<(String, f32)> {
        let stops = stop_words(self.language);
        tokens(text)
            .into_iter()
            .filter(|t| !stops.contains(t.lower.as_str()))
            .map(|t| {
                let weight = rarity(&t.lower, self.language).unwrap_or(4.0);
                (self.stemmer.stem(&t.lower).into_owned(), weight)
            })
            .collect()
    }

    /// Higher is better; comparable within one claim.
    pub fn worth(&self, span: &Span) -> f32 {
        let learned: f32 = self.numbers(span).iter().zip(WEIGHTS).map(|(x, (_, w))| x * w).sum();
        let cut = match (span.front, span.end) {
            (_, End::Condition) => CONDITION_COST,
            (_, End::Purpose) => PURPOSE_COST,
            (Front::Whole, End::Whole) => -WHOLE_WORTH,
            _ => 0.0,
        };
        let words = tokens(&span.text);
        let loose = words.iter().skip(1).filter(|w| LOOSE.contains(&w.lower.as_str())).count();
        let first = words.first().map(|w| w.lower.as_str()).unwrap_or_default();
        let told = if TELLERS.contains(&first) { TELLER_COST } else { 0.0 };
        let cut = cut + told + LOOSE_COST * loose.min(4) as f32;
        learned - LEANING_COST * stand::needs(&span.text, self.language) - cut
    }

    /// In the order of [`WEIGHTS`].
    pub fn numbers(&self, span: &Span) -> Vec<f32> {
        let words = tokens(&span.text);
        let n = words.len().max(1) as f32;
        let length = span.text.chars().count() as f32 / MOST as f32;
        let content = self.content(&span.text);
        let mut distinct = content.clone();
        distinct.sort_by(|a, b| a.0.cmp(&b.0));
        distinct.dedup_by(|a, b| a.0 == b.0);
        let covered: f32 = distinct.iter().map(|(_, w)| w).sum();
        let shared =
            distinct.iter().filter(|(s, _)| self.stems.get(s).is_some_and(|(_, n)| *n > 1)).count();
        let first = words.first().map(|w| w.lower.as_str()).unwrap_or_default();
        let capitals = span
            .text
            .split_whitespace()
            .skip(1)
            .filter(|w| w.starts_with(char::is_uppercase) && !w.starts_with('I'))
            .count();
        let counts = Lexicon::of(self.language).count(&words);
        let mut out = vec![
            length,
            length * length,
            flag(length < 0.39),
            flag(length > 0.89),
            covered / self.total,
            content.iter().map(|(_, w)| w).sum::<f32>() / content.len().max(1) as f32 / 10.0,
            content.len() as f32 / 10.0,
            content.len() as f32 / n,
            span.sentence as f32 / 3.0,
            flag(span.sentence + 1 == self.sentences),
            flag(span.front == Front::Equal),
            flag(span.front == Front::Mark),
            flag(span.front == Front::Frame),
            flag(span.front == Front::Effect),
            flag(span.front == Front::Phrase),
            flag(span.front == Front::Splice),
            flag(span.joined),
            flag(span.end == End::Comma),
            flag(span.end == End::Condition),
            flag(span.end == End::Bare),
            flag(span.end == End::Mark),
            stand::needs(&span.text, self.language),
            flag(words.iter().any(|w| w.lower.starts_with(|c: char| c.is_ascii_digit()))),
            flag(matches!(
                first,
                "i" | "i'm" | "i've" | "i'd" | "we" | "we're" | "we've" | "my" | "our"
            )),
            flag(matches!(first, "you" | "your" | "you're")),
            flag(matches!(first, "the" | "a" | "an")),
            flag(matches!(first, "if" | "when" | "while" | "because" | "once" | "as")),
            flag(matches!(first, "there" | "there's" | "here's" | "it's" | "it")),
            capitals.min(4) as f32 / 4.0,
            shared as f32 / distinct.len().max(1) as f32,
        ];
        out.extend(COUNTED.iter().map(|class| f32::from(counts[*class as usize].min(3)) / 3.0));
        out
    }
}

fn flag(on: bool) -> f32 {
    f32::from(u8::from(on))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_weight() {
        let span = Span {
            text: "Wet dough makes lighter bread".into(),
            sentence: 0,
            front: Front::Whole,
            end: End::Whole,
            joined: false,
        };
        let numbers = Weigh::new(&["Wet dough makes lighter bread."], "en").numbers(&span);
        assert_eq!(numbers.len(), WEIGHTS.len());
        assert!(numbers.iter().all(|x| x.is_finite()));
    }
}
