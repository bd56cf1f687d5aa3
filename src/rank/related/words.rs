//! The words of many texts and how alike two texts are by them: TF-IDF of stems, the rarity of a word taken from a
//! table of speech as long as few texts are known, and more and more from the texts. Knows nothing of insights.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::counts::{self, Counted, Counts};
use super::forms::{self, Form, Forms, Seen};
use crate::text::keys::Keys;
use crate::text::lists::Lists;
use crate::text::token::tokens;
use crate::text::varint::{Reader, Varints};

/// How many texts the table of speech is worth.
const PRIOR: f32 = 1000.0;

/// How much a text has to say.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct Size {
    /// Of its vector at the weights in force, before that is made one.
    pub length: f32,
    /// Words in all, small ones too.
    pub words: u32,
}

/// The words of one text: terms with counts, in the order of the terms.
#[derive(Clone, Copy)]
pub struct Bag<'a> {
    terms: Counts<'a>,
    pub(super) size: Size,
}

impl<'a> Bag<'a> {
    /// As it is kept: `terms` are those of [`Made::terms`].
    pub(super) fn kept(terms: Reader<'a>, size: Size) -> Self {
        Self { terms: Counts::new(terms), size }
    }

    /// Whether all its terms are below `end`.
    pub(super) fn is_below(&self, end: usize) -> bool {
        self.terms.is_below(end)
    }
}

/// A bag that was made just now.
pub struct Made {
    /// To be kept.
    pub terms: Varints,
    /// As well.
    pub size: Size,
}

impl Made {
    /// To be looked at.
    pub fn bag(&self) -> Bag<'_> {
        Bag::kept(self.terms.iter(), self.size)
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Term {
    /// Share of the talk in the table that has it.
    rate: f32,
    /// At the weights in force.
    idf: f32,
    /// How many texts have it that are not gone.
    having: u32,
    /// The next text in its list is counted from here.
    next: u32,
}

/// All known words and where they are.
#[derive(Default)]
pub struct Words {
    forms: Forms,
    /// With the numbers of their terms.
    stems: Keys,
    terms: Vec<Term>,
    /// By term: the texts that have it, by slot; those that are gone, too, until [`Words::rewrite`].
    lists: Lists,
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
}

impl Words {
    /// The bag of a text that is to be kept under `slot`, which must be greater than those before, given as its words in
    /// lower case. New words become known.
    pub fn keep(&mut self, slot: u32, words: &[&str]) -> Made {
        let forms: Vec<Form> = words.iter().map(|word| self.forms.of(word)).collect();
        let language = forms::language(&forms);
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for (word, form) in words.iter().zip(&forms) {
            let number = match form.term(language) {
                Seen::Small => continue,
                Seen::Term(number) => number,
                Seen::New => {
                    let (stem, rate) = self.forms.stem(word, language);
                    let Some(number) = self.number(&stem, rate) else { continue };
                    self.forms.learn(word, language, number);
                    number
                }
            };
            *counts.entry(number).or_default() += 1;
        }
        let mut list = Varints::default();
        for (number, count) in &counts {
            let term = &mut self.terms[*number as usize];
            list.clear();
            counts::push(&mut list, &mut term.next, slot, *count);
            self.lists.grow(*number, list.bytes());
            term.having += 1;
        }
        self.texts += 1;
        self.bag(counts, words.len() as u32)
    }

    /// The number of a stem, a new one if it isn't known. None if there is no room for more.
    fn number(&mut self, stem: &str, rate: f32) -> Option<u32> {
        let number = match self.stems.number(stem) {
            Some(number) => number,
            None => {
                let number = self.stems.add(stem)?;
                let idf = idf(rate, 0, self.weighed);
                self.terms.push(Term { rate, idf, having: 0, next: 0 });
                self.lists.add(&[]);
                number
            }
        };
        let term = &mut self.terms[number as usize];
        term.rate = term.rate.max(rate);
        Some(number)
    }

    /// Gives back memory that was taken ahead, when many texts were kept at once.
    pub fn settle(&mut self) {
        self.forms = Forms::default();
    }

    /// The bag of a text that is only looked for. Unknown words count as unlike everything.
    pub fn look(&self, text: &str) -> Made {
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
            match self.stems.number(&stem) {
                Some(number) => *counts.entry(number).or_default() += 1,
                None => strange += idf(rate, 0, self.weighed).powi(2),
            }
        }
        let mut made = self.bag(counts, words.len() as u32);
        made.size.length = (made.size.length.powi(2) + strange).sqrt();
        made
    }

    /// Forgets a text.
    pub fn drop(&mut self, bag: Bag<'_>) {
        for counted in bag.terms {
            let term = &mut self.terms[counted.number as usize];
            term.having = term.having.saturating_sub(1);
        }
        self.texts -= 1;
    }

    /// Leaves out what is gone: `slot` gives the new place of each text that is not, in the same order.
    pub fn rewrite(&mut self, slot: impl Fn(u32) -> Option<u32>) {
        let mut lists = Lists::default();
        for (number, term) in (0..).zip(&mut self.terms) {
            let (mut list, mut next) = (Varints::default(), 0);
            for text in Counts::new(Reader::new(self.lists.get(number))) {
                if let Some(slot) = slot(text.number) {
                    counts::push(&mut list, &mut next, slot, text.count);
                }
            }
            term.next = next;
            lists.add(list.bytes());
        }
        self.lists = lists;
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

    /// A bag's length at the weights in force.
    pub fn length(&self, bag: Bag<'_>) -> f32 {
        bag.terms.map(|term| self.weight(term).powi(2)).sum::<f32>().sqrt()
    }

    /// How many texts there are, and were when the weights were made.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.texts, self.weighed)
    }

    /// Those counts, of words that [`Words::put`] puts in next.
    pub(super) fn counting((texts, weighed): (usize, usize)) -> Self {
        Self { texts, weighed, ..Self::default() }
    }

    /// All terms by their numbers, each with its stem and its list.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, Term, Vec<u8>)> {
        let stems = self.stems.all().zip(&self.terms);
        stems.map(|((number, stem), term)| (stem, *term, self.lists.whole(number)))
    }

    /// Puts the next term in.
    pub(super) fn put(&mut self, stem: &str, term: Term, list: &[u8]) {
        if self.stems.add(stem).is_some() {
            self.terms.push(term);
            self.lists.add(list);
        }
    }

    /// Whether all terms of a bag are known.
    pub(super) fn knows(&self, bag: Bag<'_>) -> bool {
        bag.is_below(self.terms.len())
    }

    /// Whether all terms are of texts below `slots`.
    pub(super) fn are_below(&self, slots: usize) -> bool {
        (0..self.lists.len() as u32).all(|term| self.having(term).is_below(slots))
    }

    /// The texts that have a term.
    fn having(&self, term: u32) -> Counts<'_> {
        Counts::new(Reader::new(self.lists.get(term)))
    }

    /// What every text shares with `probe`, by slot. `length` gives the length of a text's vector.
    pub fn shared(
        &self,
        probe: Bag<'_>,
        slots: usize,
        length: impl Fn(usize) -> f32,
    ) -> Vec<Shared> {
        let mut all = vec![Shared::default(); slots];
        for own in probe.terms {
            let weight = self.weight(own) * self.terms[own.number as usize].idf;
            for text in self.having(own.number) {
                let shared = &mut all[text.number as usize];
                shared.cosine += weight * text.weight();
                shared.terms = shared.terms.saturating_add(1);
            }
        }
        for (slot, shared) in all.iter_mut().enumerate().filter(|(_, shared)| shared.terms > 0) {
            shared.cosine = ratio(shared.cosine, probe.size.length * length(slot));
        }
        all
    }

    /// Cosine of two kept bags.
    pub fn cosine(&self, a: Bag<'_>, b: Bag<'_>) -> f32 {
        let (mut ones, mut others, mut sum) = (a.terms, b.terms, 0.0);
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
        ratio(sum, a.size.length * b.size.length)
    }

    fn bag(&self, counts: BTreeMap<u32, u32>, words: u32) -> Made {
        let mut made = Made { terms: counts::list(counts), size: Size { length: 0.0, words } };
        made.size.length = self.length(made.bag());
        made
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
