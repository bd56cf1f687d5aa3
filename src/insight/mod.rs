//! Transcript to insights: read, measure, score, choose, tell. Pure; it knows no store and no clock.
//!
//! `reading` joins cues to sentences, `junk` marks what is left out, `weigh` has the passages judged (by the learned
//! `picker` where there are sentence vectors, else by `measure` and `scorer`), `choose` takes a few different ones,
//! `claim` and `headline` put them in clean words, and `proof` checks every quote without trusting any of these.

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
mod measure;
mod names;
mod openers;
mod picker;
mod pointing;
pub mod proof;
mod reading;
mod resolve;
mod scorer;
mod spans;
mod stand;
mod topics;
mod unit;
mod weigh;
mod words;

pub use choose::Fate;
pub use explain::{Explained, explain};
pub use features::names as feature_names;
pub use junk::Junk;
pub use names::names;
pub use reading::Utterance;
pub use topics::{Sample, Tagger};

use crate::model::{Basis, Person, Quote, Soundbite, Transcript};
use crate::text::embed::{Embed, Vector};
use crate::text::language;
use reading::Reading;
use unit::Units;
use weigh::{Passage, Passages};

/// What to extract.
#[derive(Debug, Clone)]
pub struct Options {
    /// At most this many; show notes yield at most two.
    pub max_insights: usize,
    /// What the transcript is.
    pub basis: Basis,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_insights: 8, basis: Basis::Spoken }
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
#[derive(Debug, Clone, PartialEq)]
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
/// Value of lying in a stretch that the publisher itself marked.
const SOUNDBITE_WORTH: f32 = 0.8;

/// The insights of one item, best first. Every draft's quote passes [`proof::holds`]. Nothing worth telling
/// yields nothing. `embed` gives sentence vectors, asked for at most once; what is chosen without them is poorer.
pub fn extract(
    transcript: &Transcript,
    context: &Context,
    options: &Options,
    embed: Embed,
) -> Vec<Draft> {
    Work::new(transcript, context, options, embed).drafts()
}

/// A quote in clean words: its claim and headline. None if nothing tellable is left of it.
pub fn tell(quote: &str, language: &str) -> Option<(String, String)> {
    tell_after(quote, None, language)
}

/// The same; `before` is what the same speaker said just before the quote, to name what it points at.
pub fn tell_after(quote: &str, before: Option<&str>, language: &str) -> Option<(String, String)> {
    let claim = claim::clean(quote, before, language)?;
    let headline = headline::of(&claim, language)?;
    Some((claim, headline))
}

/// Chooses passages among sentences given as such, as [`extract`] does before anything is put in words: ranges of
/// indices into `utterances`, best first, at most `most`.
pub fn rank_passages(
    utterances: &[Utterance],
    language: &str,
    most: usize,
    embed: Embed,
) -> Vec<std::ops::RangeInclusive<usize>> {
    let reading = Reading::of_utterances(utterances);
    let units = Units::of(&reading, language);
    let junk = junk::mark(&units);
    let Passages { list, gap, .. } = Passages::of(&reading, &units, &junk, language, embed);
    let values: Vec<f32> = list.iter().map(|p| p.value).collect();
    let (chosen, _) = choose::choose(&list, gap, &values, &units, most, |_| true);
    chosen.into_iter().map(|i| list[i].first..=list[i].last).collect()
}

/// What each sentence is worth by itself, for comparing within these; higher is better.
pub fn rate_sentences(utterances: &[Utterance], language: &str, embed: Embed) -> Vec<f32> {
    weigh::rate(&Reading::of_utterances(utterances), language, embed)
}

/// Everything the scorers would read of these sentences, for learning their weights: see `data/salience/README.md`.
/// `counted`: `words.tsv` was made with them in it.
pub fn measure_for_training(
    utterances: &[Utterance],
    language: &str,
    vectors: &[Vector],
    counted: bool,
) -> Training {
    let reading = Reading::of_utterances(utterances);
    let units = Units::of(&reading, language);
    let junk = junk::mark(&units);
    let limits = measure::Limits::default();
    let plain = measure::candidates(&reading, &units, &junk, language, limits);
    let numbers =
        |v: Vec<f32>| v.into_iter().map(|x| x.is_finite().then_some(x)).collect::<Vec<_>>();
    Training {
        candidates: plain.iter().map(|c| (c.first, c.last, numbers(c.features.values()))).collect(),
        picker: picker::Picker::rows(&reading, vectors, counted),
    }
}

/// Numbers of one talk, for learning.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Training {
    /// What the plain scorer reads, in the order of [`feature_names`]: first and last sentence, values.
    pub candidates: Vec<(usize, usize, Vec<Option<f32>>)>,
    /// What the picker reads.
    #[serde(flatten)]
    pub picker: Option<picker::Measured>,
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
}

impl<'a> Work<'a> {
    fn new(transcript: &'a Transcript, context: &Context, options: &Options, embed: Embed) -> Self {
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
        if basis != Basis::Spoken {
            junk::mark_lists(&reading, &mut junk);
        }
        let passages = Passages::of(&reading, &units, &junk, &tag, embed);
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
            Basis::Spoken | Basis::Written => options.max_insights,
        };
        Self { transcript, basis, most, language, reading, units, junk, passages, values }
    }

    fn tag(&self) -> &str {
        self.language.as_deref().unwrap_or_default()
    }

    fn drafts(&self) -> Vec<Draft> {
        self.run().0
    }

    fn run(&self) -> (Vec<Draft>, Vec<Option<Fate>>) {
        let mut drafts = Vec::new();
        let (_, fates) = choose::choose(
            &self.passages.list,
            self.passages.gap,
            &self.values,
            &self.units,
            self.most,
            |i| {
                let draft = self.draft(&self.passages.list[i]);
                let told = draft.is_some();
                drafts.extend(draft);
                told
            },
        );
        drafts.sort_by(|a: &Draft, b| {
            b.score.total_cmp(&a.score).then(a.quote.first.cmp(&b.quote.first))
        });
        (drafts, fates)
    }

    fn draft(&self, passage: &Passage) -> Option<Draft> {
        let quote = self.reading.quote(self.transcript, passage.first, passage.last)?;
        if !proof::holds(&quote, self.transcript) {
            return None;
        }
        let sentences = &self.reading.sentences;
        let before = passage.first.checked_sub(1);
        let before = before.filter(|i| sentences[*i].turn == sentences[passage.first].turn);
        let before = before.map(|i| self.reading.text(i, i));
        let (claim, headline) = tell_after(&quote.text, before, self.tag())?;
        let mut score = passage.score;
        if self.basis == Basis::Notes {
            score *= NOTES_WORTH;
        }
        Some(Draft { claim, headline, quote, score, language: self.language.clone() })
    }
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
