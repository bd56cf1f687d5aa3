//! A sentence as the scorer sees it: its words, counts and weighted stems. Made once per episode.

use std::collections::HashMap;

use super::lexicon::{Counts, Lexicon};
use super::reading::Reading;
use crate::text::frequency::rarity;
use crate::text::language::stop_words;
use crate::text::stem::Stemmer;
use crate::text::token::tokens;

/// Sentences in one block, the "document" of the episode's own document frequencies.
const BLOCK: usize = 30;

/// One sentence.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Which turn.
    pub turn: usize,
    /// Number of words.
    pub words: usize,
    /// Lexicon classes.
    pub counts: Counts,
    /// Stems of its content words, one per occurrence.
    pub stems: Vec<u32>,
    /// Rarity of its content words against the background table.
    pub rarities: Vec<f32>,
    /// Facts about its form.
    pub form: Form,
}

/// What the spelling shows.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Form {
    pub ends_question: bool,
    pub has_question: bool,
    pub ellipsis: bool,
    pub dash: bool,
    pub commas: u16,
    pub quoted: bool,
    pub colon: bool,
    pub exclaims: bool,
    pub bracket: bool,
    pub digits: u16,
    pub percent: bool,
    pub currency: bool,
    pub capitals: u16,
    pub lower_start: bool,
    pub content_letters: u32,
    pub long_words: u16,
    pub distinct: u16,
    pub nominal: u16,
    pub adverbs: u16,
}

/// All sentences of an episode, with its stems.
pub struct Units {
    /// In order.
    pub list: Vec<Unit>,
    /// Per stem: occurrences in the episode.
    pub frequency: Vec<u32>,
    /// Per stem: weight of one occurrence (background rarity where known, else within the episode).
    pub weight: Vec<f32>,
}

impl Units {
    /// Counts everything that the features need.
    pub fn of(reading: &Reading, language: &str) -> Self {
        let lexicon = Lexicon::of(language);
        let stops = stop_words(language);
        let stemmer = Stemmer::new(language);
        let mut ids: HashMap<String, (u32, f32)> = HashMap::new();
        let mut by_stem: HashMap<String, u32> = HashMap::new();
        let mut out = Self { list: Vec::new(), frequency: Vec::new(), weight: Vec::new() };
        let mut last_block: Vec<usize> = Vec::new();
        let mut in_blocks: Vec<u32> = Vec::new();
        for (index, sentence) in reading.sentences.iter().enumerate() {
            let text = reading.text(index, index);
            let words = tokens(text);
            let mut unit = Unit {
                turn: sentence.turn,
                words: words.len(),
                counts: lexicon.count(&words),
                stems: Vec::new(),
                rarities: Vec::new(),
                form: form(text),
            };
            let mut seen: Vec<&str> = Vec::with_capacity(words.len());
            for word in &words {
                seen.push(&word.lower);
                unit.form.digits += u16::from(word.lower.starts_with(|c: char| c.is_ascii_digit()));
                unit.form.nominal += u16::from(is_nominal(&word.lower));
                unit.form.adverbs += u16::from(word.lower.len() > 4 && word.lower.ends_with("ly"));
                let content =
                    !stops.contains(word.lower.as_str()) && word.lower.chars().count() > 1;
                if !content {
                    continue;
                }
                let letters = word.lower.chars().count();
                unit.form.content_letters += u32::try_from(letters).unwrap_or(u32::MAX).min(64);
                unit.form.long_words += u16::from(letters >= 8);
                let (id, rare) = match ids.get(&word.lower) {
                    Some(known) => *known,
                    None => {
                        let stem = stemmer.stem(&word.lower).into_owned();
                        let next = by_stem.len() as u32;
                        let id = *by_stem.entry(stem).or_insert(next);
                        if id == next {
                            out.frequency.push(0);
                            out.weight.push(f32::NAN);
                            in_blocks.push(0);
                            last_block.push(usize::MAX);
                        }
                        let rare = rarity(&word.lower, language).unwrap_or(f32::NAN);
                        // A stem is as common as its commonest form.
                        let weight = &mut out.weight[id as usize];
                        *weight = weight.min(rare);
                        ids.insert(word.lower.clone(), (id, rare));
                        (id, rare)
                    }
                };
                out.frequency[id as usize] += 1;
                if last_block[id as usize] != index / BLOCK {
                    last_block[id as usize] = index / BLOCK;
                    in_blocks[id as usize] += 1;
                }
                unit.stems.push(id);
                unit.rarities.push(rare);
            }
            seen.sort_unstable();
            seen.dedup();
            unit.form.distinct = u16::try_from(seen.len()).unwrap_or(u16::MAX);
            out.list.push(unit);
        }
        let blocks = (out.list.len() / BLOCK + 1) as f32;
        for (weight, n) in out.weight.iter_mut().zip(&in_blocks) {
            if weight.is_nan() {
                *weight = 2.0 + ((blocks + 1.0) / (*n as f32 + 0.5)).ln().max(0.0);
            }
        }
        out
    }
}

fn is_nominal(word: &str) -> bool {
    word.len() > 5
        && [
            "tion", "tions", "ment", "ments", "ness", "ity", "ance", "ence", "ism", "ung", "heit",
            "keit", "ción", "dad",
        ]
        .iter()
        .any(|end| word.ends_with(end))
}

fn form(text: &str) -> Form {
    let bare =
        text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '”' | ')' | ']'));
    let mut form = Form {
        ends_question: bare.ends_with(['?', '？', '؟']),
        has_question: text.contains(['?', '？', '؟']),
        ellipsis: bare.ends_with("...") || bare.ends_with('…'),
        dash: text.contains("--") || text.contains(" - ") || text.contains(['–', '—']),
        quoted: text.contains(['"', '“', '„', '«']),
        colon: text.contains([':', ';']),
        exclaims: text.contains(['!', '！']),
        bracket: text.contains('['),
        percent: text.contains('%'),
        currency: text.contains(['$', '€', '£', '¥']),
        lower_start: text.starts_with(char::is_lowercase),
        ..Form::default()
    };
    let mut boundary = true;
    for word in text.split_whitespace() {
        let capital = word.starts_with(char::is_uppercase);
        if capital && !boundary && word != "I" && !word.starts_with("I'") && !word.starts_with("I’")
        {
            form.capitals = form.capitals.saturating_add(1);
        }
        boundary = word.ends_with(['.', '?', '!', '"', '”', ':']) || word.starts_with(['"', '“']);
        form.commas = form.commas.saturating_add(u16::from(word.ends_with(',')));
    }
    form
}
