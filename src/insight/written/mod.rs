//! Insights in a language model's words: what it is shown, how its answer is read, and what is believed of it. Pure; asks
//! nobody.
//!
//! The extractive engine proposes passages (`super::Draft`); `window` cuts what is shown around them, `prompt` says what
//! to do, `answer` reads what came, `judge` believes of it only what the words of the transcript bear (`plain`, `support`).
//! Whatever falls leaves the draft in its place. Texts from feeds and mails are data here: nothing in them is obeyed,
//! because nothing that a model says is published unless it passes `judge`.

mod answer;
mod compare;
mod judge;
mod numbers;
mod plain;
mod prompt;
mod sides;
mod support;
mod window;
mod words;

pub use answer::{Read, Said, Unreadable, read};
pub use compare::{Pair, compare, read_stances};
pub use judge::{Case, judge};
pub use plain::addresses_models;
pub use prompt::{About, Prompt, write};
pub use support::knows;
pub use window::{Piece, Window, windows};

use super::Draft;
use crate::model::{Tally, Transcript};

/// Raised with every change of what a model is told or shown, so that answers to the old words are not taken for
/// answers to the new.
pub const PROMPT: u16 = 2;

/// Why something that a model wrote is not believed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It rests on none of the passages it was asked about.
    Passage,
    /// It names segments that it was not shown, or too many.
    Segments,
    /// Its quote is not there word for word.
    Quote,
    /// Too short or too long for a claim.
    Length,
    /// Markup, links, addresses or characters that nobody sees.
    Markup,
    /// It speaks to a reader or a model instead of telling something.
    Instruction,
    /// A number that was not said.
    Number,
    /// A name that was not said.
    Name,
    /// It denies what was said, or says what was denied.
    Negation,
    /// It says the opposite with another word.
    Turned,
    /// It is surer than who said it, or asserts what was asked.
    Hedge,
    /// It says more: all, always, only, best.
    Strong,
    /// Little of it was said.
    Words,
    /// No clause of it makes a headline.
    Headline,
    /// It says what another one says already.
    Twice,
}

impl Fault {
    /// For counts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passage => "passage",
            Self::Segments => "segments",
            Self::Quote => "quote",
            Self::Length => "length",
            Self::Markup => "markup",
            Self::Instruction => "instruction",
            Self::Number => "number",
            Self::Name => "name",
            Self::Negation => "negation",
            Self::Turned => "turned",
            Self::Hedge => "hedge",
            Self::Strong => "strong",
            Self::Words => "words",
            Self::Headline => "headline",
            Self::Twice => "twice",
        }
    }
}

/// An insight to be published.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What it says.
    pub draft: Draft,
    /// Whether it is in a model's words.
    pub written: bool,
}

/// Puts what was believed in the places of the drafts that it tells, best first: each with the drafts it stands for. What
/// says the same as one before it falls, and is given back as so many.
pub fn weave(drafts: &[Draft], believed: Vec<(Vec<usize>, Draft)>) -> (Vec<Told>, usize) {
    let mut taken: Vec<Option<usize>> = vec![None; drafts.len()];
    let mut kept: Vec<Draft> = Vec::new();
    let mut twice = 0;
    for (passages, draft) in believed {
        let free = passages.iter().all(|p| taken.get(*p).is_some_and(Option::is_none));
        let said =
            kept.iter().any(|other| other.quote == draft.quote || other.claim == draft.claim);
        if !free || said {
            twice += 1;
            continue;
        }
        for passage in passages {
            taken[passage] = Some(kept.len());
        }
        kept.push(draft);
    }
    let mut out = Vec::with_capacity(drafts.len());
    let mut placed = vec![false; kept.len()];
    for (draft, by) in drafts.iter().zip(taken) {
        match by {
            None => out.push(Told { draft: draft.clone(), written: false }),
            Some(at) if !placed[at] => {
                placed[at] = true;
                out.push(Told { draft: kept[at].clone(), written: true });
            }
            Some(_) => {}
        }
    }
    (out, twice)
}

/// What of the answers is published, and what became of them.
pub fn believe(
    transcript: &Transcript,
    drafts: &[Draft],
    about: &About,
    answers: &[(Window, String)],
    tally: &mut Tally,
) -> Vec<Told> {
    let mut believed = Vec::new();
    for (window, words) in answers {
        let Read { said, bad, cut } = match read(words) {
            Ok(read) => read,
            Err(why) => {
                tally.miss(why.name(), window.passages.len());
                continue;
            }
        };
        (0..bad).for_each(|_| tally.drop(Unreadable::Form.name()));
        if cut {
            tally.drop(Unreadable::Cut.name());
        }
        let case = Case { transcript, window, drafts, about };
        for said in said {
            match judge(&case, &said) {
                Ok(insight) => believed.push(insight),
                Err(fault) => tally.drop(fault.name()),
            }
        }
    }
    // Best first, as the drafts are.
    believed.sort_by_key(|(passages, _)| passages.iter().min().copied());
    let (told, twice) = weave(drafts, believed);
    (0..twice).for_each(|_| tally.drop(Fault::Twice.name()));
    let kept = told.iter().filter(|told| !told.written).count();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (tally.passages, tally.fell_back) = (count(drafts.len()), count(kept));
    tally.written = tally.passages.saturating_sub(tally.fell_back);
    told
}

#[cfg(test)]
mod tests;
