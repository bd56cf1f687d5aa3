//! Transcript to insights: read, measure, score, choose, tell. Pure; it knows no store and no clock.
//!
//! `reading` joins cues to sentences, `junk` marks what is left out, `weigh` has the passages judged (by the learned
//! `picker` where there are sentence vectors, else by `measure` and `scorer`), `choose` takes a few different ones,
//! `claim` and `headline` put them in clean words, `repeat` tells which of these others can repeat, and `proof` checks every quote without trusting any of these.

mod aborted;
mod amid;
mod central;
mod choose;
mod claim;
mod clause;
mod explain;
mod features;
mod fillers;
mod frames;
mod headline;
mod junk;
mod lead;
mod lexicon;
mod linear;
mod loose;
mod measure;
mod names;
mod openers;
mod picker;
mod pointing;
pub mod proof;
mod reading;
mod register;
mod repeat;
mod resolve;
mod scorer;
mod scraps;
mod spans;
mod stand;
mod telling;
mod topics;
mod training;
mod unit;
mod weigh;
mod words;
pub mod written;

pub use choose::Fate;
pub use claim::Untold;
pub use explain::{Explained, Weighed, explain};
pub use features::names as feature_names;
pub use junk::Junk;
pub use names::names;
pub use picker::{Files, Judge};
pub use reading::Utterance;
pub use telling::Told;
pub use topics::{Sample, Tagger};
pub use training::{Tellings, Training, measure_for_training, tell_for_training};

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::model::{Basis, Person, Quote, Soundbite, Transcript};
use crate::text::embed::{Embed, Encode};
use crate::text::language;
use picker::Repeatable;
use reading::Reading;
use register::Register;
use telling::Telling;
use unit::Units;
use weigh::{Passage, Passages};

/// What to extract.
#[derive(Debug, Clone)]
pub struct Options {
    /// At most this many; show notes yield at most two.
    pub max_insights: usize,
    /// What the transcript is.
    pub basis: Basis,
    /// Whose weights choose.
    pub judge: Judge,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_insights: 8, basis: Basis::Spoken, judge: Judge::default() }
    }
}

/// What is known of the item beside its words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The source's title.
    pub show: &'a str,
    /// The item's title.
    pub title: &'a str,
    /// BCP 47, as the source states it.
    pub language: Option<&'a str>,
    /// People named by the source.
    pub persons: &'a [Person],
    /// What the publisher marked as worth hearing.
    pub soundbites: &'a [Soundbite],
}

/// An insight before it has an id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// 12 to 70 words, all of them in the quote in this order (but what is in brackets).
    pub claim: String,
    /// At most 90 characters, a whole clause.
    pub headline: String,
    /// Verbatim.
    pub quote: Quote,
    /// 0 to 1, comparable across items.
    pub score: f32,
    /// BCP 47.
    pub language: Option<String>,
}

/// Show notes are a summary for want of better: few, and below what was said.
const MOST_FROM_NOTES: usize = 2;
const NOTES_WORTH: f32 = 0.4;
/// What standing well by itself is worth beside what the scorer says, in its units; and what the odds that it can be
/// repeated are worth, where they are known.
const TELLING_WORTH: f32 = 0.8;
const REPEATING_WORTH: f32 = 0.6;
/// Passages that are put in words for each one wanted.
const TOLD_FOR_EACH: usize = 16;
/// So many are told even of a poor talk.
const FIRST: usize = 3;
/// Value of lying in a stretch that the publisher itself marked.
const SOUNDBITE_WORTH: f32 = 0.8;

/// The insights of one item, best first. Every draft's quote passes [`proof::holds`]. Nothing worth telling
/// yields nothing. `encode` is asked once for the sentences and once for claims; what is chosen without it is poorer.
pub fn extract(
    transcript: &Transcript,
    context: &Context,
    options: &Options,
    encode: &dyn Encode,
) -> Vec<Draft> {
    Work::new(transcript, context, options, encode).drafts()
}

/// Chooses passages among sentences given as such, as [`extract`] does before anything is put in words: ranges of
/// indices into `utterances`, best first, at most `most`.
pub fn rank_passages(
    utterances: &[Utterance],
    language: &str,
    most: usize,
    embed: Embed,
    judge: Judge,
) -> Vec<std::ops::RangeInclusive<usize>> {
    let reading = Reading::of_utterances(utterances);
    let units = Units::of(&reading, language);
    let junk = junk::mark(&units);
    let Passages { list, apart, .. } =
        Passages::of(&reading, &units, &junk, language, embed, judge);
    let values: Vec<f32> = list.iter().map(|p| p.value).collect();
    let (chosen, _) = choose::choose(&list, apart, &values, &units, most, |_| true);
    chosen.into_iter().map(|i| list[i].first..=list[i].last).collect()
}

/// What each sentence is worth by itself, for comparing within these; higher is better.
pub fn rate_sentences(
    utterances: &[Utterance],
    language: &str,
    embed: Embed,
    judge: Judge,
) -> Vec<f32> {
    weigh::rate(&Reading::of_utterances(utterances), language, embed, judge)
}

/// One item on its way, shared by [`extract`] and [`explain`].
struct Work<'a> {
    transcript: &'a Transcript,
    basis: Basis,
    most: usize,
    language: Option<String>,
    reading: Reading,
    units: Units,
    junk: Vec<Option<Junk>>,
    passages: Passages,
    /// Value with what counts beside the features; NaN where it may not be chosen.
    values: Vec<f32>,
    encode: &'a dyn Encode,
    /// None where it has learned nothing of such talk.
    repeatable: Option<&'static Repeatable>,
}

impl<'a> Work<'a> {
    fn new(
        transcript: &'a Transcript,
        context: &Context,
        options: &Options,
        encode: &'a dyn Encode,
    ) -> Self {
        let sample: String = transcript
            .segments
            .iter()
            .flat_map(|s| s.text.chars().take(400).chain(std::iter::once(' ')))
            .take(20_000)
            .collect();
        let hint = transcript.language.as_deref().or(context.language);
        let language = language::detect(&sample, hint);
        let tag = language.clone().unwrap_or_default();
        let basis = options.basis;
        let reading = Reading::of(transcript, basis, &tag);
        let units = Units::of(&reading, &tag);
        let mut junk = junk::mark(&units);
        if !basis.is_spoken() {
            junk::mark_lists(&reading, &mut junk);
        }
        let embed = |texts: &[&str]| encode.vectors(texts);
        let passages = Passages::of(&reading, &units, &junk, &tag, &embed, options.judge);
        let learned = basis.is_spoken() && passages.are_learned();
        let repeatable = options.judge.repeatable().filter(|_| learned);
        let bites = context.soundbites;
        let values = passages
            .list
            .iter()
            .map(|p| if p.worth { p.value } else { f32::NAN })
            .zip(&passages.list)
            .map(|(value, p)| value + soundbite(&reading, transcript, p, bites))
            .collect();
        let most = match basis {
            Basis::Notes => options.max_insights.min(MOST_FROM_NOTES),
            Basis::Spoken | Basis::Recognised | Basis::Written => options.max_insights,
        };
        Self {
            transcript,
            basis,
            most,
            language,
            reading,
            units,
            junk,
            passages,
            values,
            encode,
            repeatable,
        }
    }

    fn tag(&self) -> &str {
        self.language.as_deref().unwrap_or_default()
    }

    fn drafts(&self) -> Vec<Draft> {
        let Outcome { mut told, chosen, .. } = self.run();
        let list = &self.passages.list;
        let mut drafts: Vec<Draft> = chosen
            .into_iter()
            .filter_map(|i| Some(self.draft(told.remove(&i)?.ok()?, &list[i])))
            .collect();
        drafts.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.quote.first.cmp(&b.quote.first)));
        drafts
    }

    /// All ways to tell the foremost passages, in their order.
    fn ways(&self) -> Vec<(usize, Result<Vec<Told>, Untold>)> {
        let telling = Telling {
            transcript: self.transcript,
            reading: &self.reading,
            junk: &self.junk,
            language: self.tag(),
            register: Register::from(self.basis),
        };
        let list = &self.passages.list;
        let ways = |i: usize| telling.ways(list[i].first, list[i].last);
        self.foremost().into_iter().map(|i| (i, ways(i))).collect()
    }

    /// The best way to tell each.
    fn told(&self) -> HashMap<usize, Result<Told, Untold>> {
        let mut ways = self.ways();
        let open = ways.iter_mut().filter_map(|(i, ways)| Some((*i, ways.as_mut().ok()?)));
        let promising = open
            .flat_map(|(i, ways)| ways.iter_mut().map(move |told| (i, told)))
            .map(|(i, told)| (self.values[i] + told.worth(), told))
            .collect();
        if self.repeatable.is_some_and(|model| repeat::ask(promising, model, self.encode)) {
            let all = ways.iter_mut().filter_map(|(_, ways)| ways.as_mut().ok());
            all.flatten().for_each(|told| told.odds = told.odds.or(Some(repeat::LEAST)));
        }
        let best = |ways: Vec<Told>| {
            ways.into_iter()
                .reduce(|best, told| if told.worth() > best.worth() { told } else { best })
        };
        let best = |ways: Result<_, _>| ways.and_then(|ways| best(ways).ok_or(Untold::Short));
        ways.into_iter().map(|(i, ways)| (i, best(ways))).collect()
    }

    fn run(&self) -> Outcome {
        let told = self.told();
        let list = &self.passages.list;
        let mut values = self.values.clone();
        for (i, told) in &told {
            values[*i] += told.as_ref().map_or(f32::NAN, Told::worth);
        }
        let (mut chosen, mut fates) =
            choose::choose(list, self.passages.apart, &values, &self.units, self.most, |i| {
                told.contains_key(&i)
            });
        for (i, told) in &told {
            if told.is_err() {
                fates[*i] = Some(Fate::NotTellable);
            }
        }
        let mut place = 0;
        chosen.retain(|i| {
            place += 1;
            let kept = place <= FIRST || list[*i].sound;
            if !kept {
                fates[*i] = Some(Fate::BelowFloor);
            }
            kept
        });
        Outcome { told, chosen, fates, values }
    }

    /// Those that are put in words before the choice is made: how well a passage can be told is part of its worth.
    fn foremost(&self) -> Vec<usize> {
        let mut out: Vec<usize> =
            (0..self.values.len()).filter(|i| self.values[*i].is_finite()).collect();
        out.sort_by(|a, b| self.values[*b].total_cmp(&self.values[*a]).then(a.cmp(b)));
        out.truncate(self.most.saturating_mul(TOLD_FOR_EACH));
        out
    }

    fn draft(&self, told: Told, by: &Passage) -> Draft {
        let notes = if self.basis == Basis::Notes { NOTES_WORTH } else { 1.0 };
        let Told { quote, claim, headline, odds, .. } = told;
        let score = by.score_with(odds);
        Draft { claim, headline, quote, score: score * notes, language: self.language.clone() }
    }
}

/// What became of the passages.
struct Outcome {
    /// Those that were put in words.
    told: HashMap<usize, Result<Told, Untold>>,
    chosen: Vec<usize>,
    fates: Vec<Option<Fate>>,
    /// With what standing alone is worth.
    values: Vec<f32>,
}

fn soundbite(
    reading: &Reading,
    transcript: &Transcript,
    passage: &Passage,
    bites: &[Soundbite],
) -> f32 {
    if bites.is_empty() {
        return 0.0;
    }
    let Some(start) =
        reading.quote(transcript, passage.first, passage.last).and_then(|q| q.start_ms)
    else {
        return 0.0;
    };
    let within = |bite: &Soundbite| {
        bite.start_ms <= start.saturating_add(1_000)
            && start < bite.start_ms.saturating_add(bite.duration_ms)
    };
    if bites.iter().any(within) { SOUNDBITE_WORTH } else { 0.0 }
}

#[cfg(test)]
mod tests;
