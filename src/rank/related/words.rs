//! The words of many texts and how alike two texts are by them: TF-IDF of stems, the rarity of a word taken from a
//! table of speech as long as few texts are known, and more and more from the texts. Knows nothing of insights.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::counts::{Counted, Counts};
use super::forms::{self, Form, Forms, Seen};
use crate::text::token::tokens;

/// How many texts the table of speech is worth.
const PRIOR: f32 = 1000.0;
/// The words of one text: terms with counts, in the order of the terms.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Bag {
    terms: Counts,
    /// Of its vector at the weights in force.
    length: f32,
    /// Words in all, small ones too.
    words: u32,
}

impl Bag {
    /// How many words the text has.
    pub fn words(&self) -> u32 {
        self.words
    }

    /// How much it has to say: the length of its vector before that is made one.
    pub fn length(&self) -> f32 {
        self.length
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Term {
    /// Share of the talk in the table that has it.
    rate: f32,
    /// At the weights in force.
    idf: f32,
    /// Texts that have it, by slot; those that are gone, too, until [`Words::rewrite`].
    texts: Counts,
    /// How many have it that are not gone.
    having: u32,
}

/// All known words and where they are.
#[derive(Default)]
pub struct Words {
    forms: Forms,
    numbers: HashMap<Box<str>, u32>,
    terms: Vec<Term>,
    texts: usize,
    /// How many texts there were when the weights were made.
    weighed: usize,
}

/// What a text shares with a probe.
#[derive(Clone, Copy, Default)]
pub struct Shared {
    /// Cosine, 0 to 1.
    pub cosine: f32,
    /// How many terms.
    pub terms: u8,
}

impl Term {
    /// How many texts have it.
    pub(super) fn texts(&self) -> usize {
        self.having as usize
    }

    /// Whether all its texts are below `slots`.
    pub(super) fn is_below(&self, slots: usize) -> bool {
        self.texts.is_below(slots)
    }
}

impl Words {
    /// The bag of a text that is to be kept under `slot`, which must be greater than those before, given as its words in
    /// lower case. New words become known.
    pub fn keep(&mut self, slot: u32, words: &[&str]) -> Bag {
        let forms: Vec<Form> = words.iter().map(|word| self.forms.of(word)).collect();
        let language = forms::language(&forms);
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for (word, form) in words.iter().zip(&forms) {
            let number = match form.term(language) {
                Seen::Small => continue,
                Seen::Term(number) => number,
                Seen::New => {
                    let (stem, rate) = self.forms.stem(word, language);
                    let number = self.number(stem, rate);
                    self.forms.learn(word, language, number);
                    number
                }
            };
            *counts.entry(number).or_default() += 1;
        }
        for (term, count) in &counts {
            let term = &mut self.terms[*term as usize];
            term.texts.push(slot, *count);
            term.having += 1;
        }
        self.texts += 1;
        self.bag(counts, words.len() as u32)
    }

    /// The number of a stem, a new one if it isn't known.
    fn number(&mut self, stem: String, rate: f32) -> u32 {
        let number = self.numbers.get(stem.as_str()).copied().unwrap_or_else(|| {
            let number = self.terms.len() as u32;
            self.numbers.insert(stem.into_boxed_str(), number);
            let idf = idf(rate, 0, self.weighed);
            self.terms.push(Term { rate, idf, texts: Counts::default(), having: 0 });
            number
        });
        let term = &mut self.terms[number as usize];
        term.rate = term.rate.max(rate);
        number
    }

    /// Gives back memory that was taken ahead, when many texts were kept at once.
    pub fn settle(&mut self) {
        self.forms = Forms::default();
        for term in &mut self.terms {
            term.texts.shrink();
        }
    }

    /// The bag of a text that is only looked for. Unknown words count as unlike everything.
    pub fn look(&self, text: &str) -> Bag {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        let mut strange = 0.0;
        let words: Vec<String> = tokens(text).into_iter().map(|token| token.lower).collect();
        let mut forms = Forms::default();
        let all: Vec<Form> = words.iter().map(|word| forms.of(word)).collect();
        let language = forms::language(&all);
        for (word, form) in words.iter().zip(&all) {
            if form.term(language) == Seen::Small {
                continue;
            }
            let (stem, rate) = forms.stem(word, language);
            match self.numbers.get(stem.as_str()) {
                Some(number) => *counts.entry(*number).or_default() += 1,
                None => strange += idf(rate, 0, self.weighed).powi(2),
            }
        }
        let mut bag = self.bag(counts, words.len() as u32);
        bag.length = (bag.length.powi(2) + strange).sqrt();
        bag
    }

    /// Forgets a text.
    pub fn drop(&mut self, bag: &Bag) {
        for counted in bag.terms.iter() {
            let term = &mut self.terms[counted.number as usize];
            term.having = term.having.saturating_sub(1);
        }
        self.texts -= 1;
    }

    /// Leaves out what is gone: `slot` gives the new place of each text that is not, in the same order.
    pub fn rewrite(&mut self, slot: impl Fn(u32) -> Option<u32>) {
        for term in &mut self.terms {
            let texts = term.texts.iter();
            term.texts = texts.filter_map(|text| Some((slot(text.number)?, text.count))).collect();
        }
    }

    /// Weighs all words anew when the texts have become a quarter more or fewer; says whether it did, as all bags
    /// must then be measured again.
    pub fn weigh(&mut self) -> bool {
        if self.texts.abs_diff(self.weighed) * 4 <= self.weighed {
            return false;
        }
        self.weighed = self.texts;
        for term in &mut self.terms {
            term.idf = idf(term.rate, term.texts(), self.texts);
        }
        true
    }

    /// Brings a bag's length to the weights in force.
    pub fn measure(&self, bag: &mut Bag) {
        bag.length = bag.terms.iter().map(|t| self.weight(t).powi(2)).sum::<f32>().sqrt();
    }

    /// How many texts there are, and were when the weights were made.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.texts, self.weighed)
    }

    /// Those counts, of words that [`Words::put`] puts in next.
    pub(super) fn counting((texts, weighed): (usize, usize)) -> Self {
        Self { texts, weighed, ..Self::default() }
    }

    /// All terms by their numbers, each with its stem.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Term)> {
        let mut stems = vec![""; self.terms.len()];
        for (stem, number) in &self.numbers {
            stems[*number as usize] = stem;
        }
        stems.into_iter().zip(&self.terms)
    }

    /// Puts the next term in.
    pub(super) fn put(&mut self, stem: Box<str>, term: Term) {
        self.numbers.insert(stem, self.terms.len() as u32);
        self.terms.push(term);
    }

    /// Whether all terms of a bag are known.
    pub(super) fn knows(&self, bag: &Bag) -> bool {
        bag.terms.is_below(self.terms.len())
    }

    /// What every text shares with `probe`, by slot. `length` gives the length of a text's vector.
    pub fn shared(&self, probe: &Bag, slots: usize, length: impl Fn(usize) -> f32) -> Vec<Shared> {
        let mut all = vec![Shared::default(); slots];
        for own in probe.terms.iter() {
            let term = &self.terms[own.number as usize];
            let weight = self.weight(own) * term.idf;
            for text in term.texts.iter() {
                let shared = &mut all[text.number as usize];
                shared.cosine += weight * text.weight();
                shared.terms = shared.terms.saturating_add(1);
            }
        }
        for (slot, shared) in all.iter_mut().enumerate().filter(|(_, shared)| shared.terms > 0) {
            shared.cosine = ratio(shared.cosine, probe.length * length(slot));
        }
        all
    }

    /// Cosine of two kept bags.
    pub fn cosine(&self, a: &Bag, b: &Bag) -> f32 {
        let (mut ones, mut others, mut sum) = (a.terms.iter(), b.terms.iter(), 0.0);
        let (mut one, mut other) = (ones.next(), others.next());
        while let (Some(x), Some(y)) = (one, other) {
            if x.number == y.number {
                sum += self.weight(x) * self.weight(y);
            }
            if x.number <= y.number {
                one = ones.next();
            }
            if y.number <= x.number {
                other = others.next();
            }
        }
        ratio(sum, a.length * b.length)
    }

    fn bag(&self, counts: BTreeMap<u32, u32>, words: u32) -> Bag {
        let mut bag = Bag { terms: counts.into_iter().collect(), length: 0.0, words };
        self.measure(&mut bag);
        bag
    }

    fn weight(&self, term: Counted) -> f32 {
        term.weight() * self.terms[term.number as usize].idf
    }
}

fn ratio(dot: f32, lengths: f32) -> f32 {
    (dot / lengths.max(f32::MIN_POSITIVE)).min(1.0)
}

fn idf(rate: f32, having: usize, texts: usize) -> f32 {
    let (having, texts) = (having as f32, texts as f32);
    ((PRIOR + texts) / (PRIOR * rate + having)).ln().max(0.0)
}
