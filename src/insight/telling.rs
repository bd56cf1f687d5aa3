//! Puts a passage in words: which of its sentences, and of those beside it, make the claim that stands best by itself.
//! The quote is those sentences, no more.

use super::claim::{self, Untold};
use super::junk::Junk;
use super::lexicon::{Class, Lexicon};
use super::reading::Reading;
use super::register::Register;
use super::{REPEATING_WORTH, TELLING_WORTH, amid, headline, loose, proof};
use crate::model::{Quote, Transcript};
use crate::text::token::tokens;

/// What it costs to leave out words of the passage, and to take in others, all of them being 1.
const LOSS: f32 = 0.45;
const GAIN: f32 = 0.6;
/// The same of writing: what a paragraph begins with says what the rest is about.
const GAIN_WRITTEN: f32 = 0.4;
/// What beginning amid a written paragraph costs, and what it costs besides where the first sentence leans.
const AMID: f32 = 0.4;
const LEANS: f32 = 0.6;
/// What speaking of unnamed things costs, where nothing makes the claim fall.
const LOOSE: f32 = 0.8;
/// What pointing outside costs, and what a better headline is worth, in the units of [`headline::of`].
const NEED: f32 = 1.0;
const WORTH: f32 = 0.2;
/// A headline better than this makes the passage no better.
const FULL: f32 = 7.0;
/// What a claim about the speaker alone costs, where every tenth word is "I" or "my".
const SELF: f32 = 0.3;

/// A passage in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Verbatim.
    pub quote: Quote,
    /// The quote in clean words.
    pub claim: String,
    /// A clause of the claim.
    pub headline: String,
    /// How well it stands by itself: about -1 to 1, for comparing.
    pub quality: f32,
    /// Log odds that it can be repeated ([`super::repeat`]), if they are known.
    pub odds: Option<f32>,
}

impl Told {
    /// What being told like this adds to what the passage is worth, in the scorer's units.
    pub fn worth(&self) -> f32 {
        TELLING_WORTH * self.quality + REPEATING_WORTH * self.odds.unwrap_or_default()
    }
}

/// What is told from.
pub struct Telling<'a> {
    /// As published.
    pub transcript: &'a Transcript,
    /// The same, read.
    pub reading: &'a Reading,
    /// Per sentence: why it is left out, if it is.
    pub junk: &'a [Option<Junk>],
    /// BCP 47 or empty.
    pub language: &'a str,
    /// What it is.
    pub register: Register,
}

impl Telling<'_> {
    /// The ways to tell sentences `first..=last`, with one more before or behind them (of writing with all that are
    /// before them in the paragraph) where that helps, the one of most quality first; else why they can't be told in
    /// words that stand alone.
    pub fn ways(&self, first: usize, last: usize) -> Result<Vec<Told>, Untold> {
        let turn = self.reading.sentences.get(first).map_or(0, |s| s.turn);
        let free = |i: &usize| {
            self.reading.sentences.get(*i).is_some_and(|s| s.turn == turn)
                && self.junk.get(*i).is_some_and(Option::is_none)
        };
        let reach = match self.register {
            Register::Spoken => 1,
            Register::Written => self.register.most_sentences(),
        };
        let from =
            (first.saturating_sub(reach)..first).rev().take_while(free).last().unwrap_or(first);
        let to = Some(last + 1).filter(free).unwrap_or(last);
        let words = |a: usize, b: usize| self.reading.text(a, b).split_whitespace().count() as f32;
        let all = words(first, last).max(1.0);
        let mut ways = Vec::new();
        let mut why = Untold::Short;
        for a in from..=last {
            for b in a.max(first)..=to.min(a + self.register.most_sentences() - 1) {
                let kept = words(a.max(first), b.min(last));
                let gain = match self.register {
                    Register::Spoken => GAIN,
                    Register::Written => GAIN_WRITTEN,
                };
                let cost = LOSS * (1.0 - kept / all)
                    + gain * (1.0 - kept / words(a, b).max(1.0))
                    + self.amid(a);
                match self.told(a, b, cost) {
                    Ok(told) => ways.push(told),
                    Err(reason) if (a, b) == (first, last) => why = reason,
                    Err(_) => {}
                }
            }
        }
        ways.retain(|told| proof::holds(&told.quote, self.transcript));
        ways.sort_by(|a, b| b.quality.total_cmp(&a.quality));
        if ways.is_empty() { Err(why) } else { Ok(ways) }
    }

    /// What it costs to begin with sentence `first`.
    fn amid(&self, first: usize) -> f32 {
        let sentences = &self.reading.sentences;
        let same =
            |i: usize| sentences.get(i).map(|s| s.turn) == sentences.get(first).map(|s| s.turn);
        if self.register == Register::Spoken {
            return 0.0;
        }
        let amid = first.checked_sub(1).is_some_and(same);
        let leans = amid::leans(self.reading.text(first, first), self.language);
        f32::from(u8::from(amid)) * AMID + f32::from(u8::from(leans)) * LEANS
    }

    fn told(&self, first: usize, last: usize, cost: f32) -> Result<Told, Untold> {
        let sentences = &self.reading.sentences;
        let before = first.checked_sub(1).filter(|i| sentences[*i].turn == sentences[first].turn);
        let before = before.map(|i| self.reading.text(i, i));
        let claim =
            claim::clean(self.reading.text(first, last), before, self.language, self.register)?;
        let loose = loose::how_much(&claim.text, self.language);
        if loose >= loose::LOST {
            return Err(Untold::Leans);
        }
        let (headline, worth) =
            headline::of(&claim.text, self.language, self.register).ok_or(Untold::NoHeadline)?;
        let quality = WORTH * (worth.min(FULL) - headline::FLOOR)
            - NEED * claim.needs
            - LOOSE * loose
            - SELF * (10.0 * own(&claim.text, self.language)).min(1.0)
            - cost;
        let quote = self.reading.quote(self.transcript, first, last).ok_or(Untold::Torn)?;
        Ok(Told { quote, claim: claim.text, headline, quality, odds: None })
    }
}

/// The share of words by which speakers name themselves.
fn own(text: &str, language: &str) -> f32 {
    let words = tokens(text);
    let n = Lexicon::of(language).count(&words)[Class::SelfWord as usize];
    f32::from(n) / words.len().max(1) as f32
}
