//! Believes of what a model wrote only what the transcript bears: the quote word for word within the segments named, and
//! the claim by its numbers, names and denials. Everything else falls.

use super::answer::Said;
use super::prompt::About;
use super::window::{Piece, Window};
use super::{Fault, plain, support};
use crate::insight::register::Register;
use crate::insight::{Draft, headline, proof};
use crate::model::{Quote, Transcript};
use crate::text::normal::same_words;
use crate::text::{sentence, token};

/// Words of a quote.
const LEAST_QUOTE: usize = 4;
const MOST_QUOTE: usize = 120;
/// Words of a claim, and its characters.
const LEAST: usize = 7;
const MOST: usize = 90;
const MOST_CHARS: usize = 700;
/// Words of all segments that one insight may rest on: who cites everything proves nothing.
const MOST_CITED: usize = 240;
/// Characters of a headline.
const HEADLINE: usize = 90;

/// What a claim is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// As published.
    pub transcript: &'a Transcript,
    /// What was shown.
    pub window: &'a Window,
    /// All drafts.
    pub drafts: &'a [Draft],
    /// Of the item.
    pub about: &'a About<'a>,
}

/// The drafts that it tells, and the insight; or why it is not believed.
///
/// # Errors
/// The first [`Fault`] found.
pub fn judge(case: &Case, said: &Said) -> Result<(Vec<usize>, Draft), Fault> {
    let named: Option<Vec<usize>> =
        said.passages.iter().map(|n| case.window.passages.get(*n).copied()).collect();
    let named = named.filter(|named| !named.is_empty()).ok_or(Fault::Passage)?;
    let claim = said.claim.split_whitespace().collect::<Vec<_>>().join(" ");
    let cited = cited(case, said)?;
    let quote = locate(case, &cited, &said.quote).ok_or(Fault::Quote)?;
    let overlaps = |index: &usize| {
        case.drafts
            .get(*index)
            .is_some_and(|draft| draft.quote.first <= quote.last && quote.first <= draft.quote.last)
    };
    let mut told: Vec<usize> = named.into_iter().filter(overlaps).collect();
    told.sort_unstable();
    told.dedup();
    let best = told.iter().filter_map(|index| case.drafts.get(*index));
    let score = best.map(|draft| draft.score).reduce(f32::max).ok_or(Fault::Passage)?;
    let words = token::count(&claim);
    if !(LEAST..=MOST).contains(&words) || claim.chars().count() > MOST_CHARS {
        return Err(Fault::Length);
    }
    let mut evidence = String::new();
    for piece in &cited {
        // Who speaks is part of what is shown of a segment.
        evidence.extend(piece.speaker.iter().map(|name| format!("{name}: ")));
        let told = sentence::split(&piece.text, case.about.language);
        let told = told.into_iter().filter_map(|range| piece.text.get(range));
        for told in told.filter(|told| !plain::is_order(told)) {
            evidence.push_str(told);
            evidence.push(' ');
        }
        evidence.push('\n');
    }
    plain::check(&claim, &evidence)?;
    support::check(&claim, &evidence, &quote.text, case.about.language, case.about.target)?;
    let language = case.about.target.unwrap_or(case.about.language);
    let headline = headline::of(&claim, language, Register::Written)
        .map(|(headline, _)| headline)
        .or_else(|| whole(&claim, language))
        .or_else(|| told.iter().find_map(|i| named_by(case.drafts.get(*i)?)))
        .ok_or(Fault::Headline)?;
    let language = Some(language.to_owned()).filter(|tag| !tag.is_empty());
    Ok((told, Draft { claim, headline, quote, score, language }))
}

/// The first sentence, if it is no longer than a headline.
fn whole(claim: &str, language: &str) -> Option<String> {
    let first = sentence::split(claim, language).into_iter().next()?;
    let first = claim.get(first)?.trim().trim_end_matches(['.', '!']);
    (!first.is_empty() && first.chars().count() <= HEADLINE).then(|| first.to_owned())
}

/// The passage's own headline, which is of its words.
fn named_by(draft: &Draft) -> Option<String> {
    Some(draft.headline.clone()).filter(|headline| !headline.is_empty())
}

/// The pieces named, which must have been shown, with those between them.
fn cited<'a>(case: &Case<'a>, said: &Said) -> Result<Vec<&'a Piece>, Fault> {
    let (first, last) = match (said.segments.iter().min(), said.segments.iter().max()) {
        (Some(first), Some(last)) => (*first, *last),
        _ => return Err(Fault::Segments),
    };
    let within = |piece: &&Piece| (first..=last).contains(&piece.segment);
    let pieces: Vec<&Piece> = case.window.pieces.iter().filter(within).collect();
    let words: usize = pieces.iter().map(|piece| piece.text.split_whitespace().count()).sum();
    let whole = last.checked_sub(first).and_then(|n| n.checked_add(1)) == Some(pieces.len());
    if whole && words <= MOST_CITED { Ok(pieces) } else { Err(Fault::Segments) }
}

/// Where the words stand in those pieces, as a quote of the transcript.
fn locate(case: &Case, cited: &[&Piece], words: &str) -> Option<Quote> {
    let wanted = same_words(words);
    // Marks around the whole are the answer's, not the talk's.
    let wanted = wanted.trim_matches(['"', '“', '”', '„', '«', '»', ' ']);
    if !(LEAST_QUOTE..=MOST_QUOTE).contains(&token::count(wanted)) {
        return None;
    }
    let mut joined = String::new();
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for piece in cited {
        let text = same_words(&piece.text);
        if !joined.is_empty() && !text.is_empty() {
            joined.push(' ');
        }
        parts.push((joined.len(), piece.segment));
        joined.push_str(&text);
    }
    let segment = |at: usize| {
        let next = parts.partition_point(|(start, _)| *start <= at);
        parts.get(next.checked_sub(1)?).map(|(_, segment)| *segment)
    };
    joined.match_indices(wanted).find_map(|(at, found)| {
        let (first, last) = (segment(at)?, segment(at + found.len() - 1)?);
        let quote = Quote {
            text: found.to_owned(),
            first,
            last,
            start_ms: case.transcript.segments.get(first)?.start_ms,
            end_ms: case.transcript.segments.get(last)?.end_ms,
            speaker: case.transcript.segments.get(first)?.speaker.clone(),
        };
        proof::holds(&quote, case.transcript).then_some(quote)
    })
}
