//! What of a transcript a model is shown: each proposed passage with the words around it, several in one window where they
//! fit. What lies between is said to be left out.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::insight::Draft;
use crate::model::{Quote, Transcript};
use crate::text::normal::same_words;

/// Words shown before a passage and behind it.
const BEFORE: usize = 90;
const AFTER: usize = 50;
/// A segment is shown whole up to so many words.
const WHOLE: usize = 40;
/// Passages in one window: a longer task is done worse.
const PASSAGES: usize = 4;

/// Part of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Which segment, counted from 0.
    pub segment: usize,
    /// As the transcript names them.
    pub speaker: Option<String>,
    /// Its words, or some of them in a row.
    pub text: String,
    /// Whether words before and behind it are left out.
    pub cut: (bool, bool),
}

/// What one request shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Indices of drafts.
    pub passages: Vec<usize>,
    /// In order.
    pub pieces: Vec<Piece>,
}

type Shown = BTreeMap<usize, Range<usize>>;

/// Windows over all drafts, in the order of the talk, each of at most `most` words unless one passage alone has more.
pub fn windows(transcript: &Transcript, drafts: &[Draft], most: usize) -> Vec<Window> {
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|i| (drafts[*i].quote.first, drafts[*i].quote.last, *i));
    let mut out: Vec<(Vec<usize>, Shown)> = Vec::new();
    for index in order {
        let Some(own) = around(transcript, &drafts[index].quote, most) else { continue };
        if let Some((passages, shown)) = out.last_mut() {
            let both = union(shown, &own);
            if passages.len() < PASSAGES && size(&both) <= most {
                passages.push(index);
                *shown = both;
                continue;
            }
        }
        out.push((vec![index], own));
    }
    let window = |(passages, shown): (Vec<usize>, Shown)| Window {
        passages,
        pieces: shown.into_iter().filter_map(|(at, words)| piece(transcript, at, words)).collect(),
    };
    out.into_iter().map(window).collect()
}

fn piece(transcript: &Transcript, at: usize, words: Range<usize>) -> Option<Piece> {
    let segment = transcript.segments.get(at)?;
    let all: Vec<&str> = segment.text.split_whitespace().collect();
    let text = all.get(words.clone())?.join(" ");
    let cut = (words.start > 0, words.end < all.len());
    Some(Piece { segment: at, speaker: segment.speaker.clone(), text, cut })
}

fn size(shown: &Shown) -> usize {
    shown.values().map(ExactSizeIterator::len).sum()
}

/// Of a segment shown in two parts, what lies between is shown, too.
fn union(a: &Shown, b: &Shown) -> Shown {
    let mut out = a.clone();
    for (at, words) in b {
        let hull = match out.get(at) {
            Some(known) => known.start.min(words.start)..known.end.max(words.end),
            None => words.clone(),
        };
        out.insert(*at, hull);
    }
    out
}

/// The words of a quote with those around it.
fn around(transcript: &Transcript, quote: &Quote, most: usize) -> Option<Shown> {
    let count = |at: usize| transcript.segments.get(at).map(|s| s.text.split_whitespace().count());
    let mut shown = Shown::new();
    for at in quote.first..=quote.last {
        shown.insert(at, 0..count(at)?);
    }
    let (start, end) = within(transcript, quote).unwrap_or((0, count(quote.last)?));
    shown.get_mut(&quote.first)?.start = start;
    shown.get_mut(&quote.last)?.end = end;
    let room = most.saturating_sub(size(&shown));
    let before = BEFORE.min(room / 3 * 2);
    let after = AFTER.min(room - before);
    back(&mut shown, quote.first, before, &count);
    forth(&mut shown, quote.last, after, &count);
    Some(shown)
}

fn back(shown: &mut Shown, first: usize, mut left: usize, count: &dyn Fn(usize) -> Option<usize>) {
    let mut at = first;
    while left > 0 {
        let have = shown.get(&at).cloned();
        let Some(end) = have.map(|words| words.start).or_else(|| count(at)) else { return };
        let all = count(at).unwrap_or(end);
        let take = if all <= WHOLE { end } else { end.min(left) };
        if let Some(words) = shown.get_mut(&at) {
            words.start = end - take;
        } else if take > 0 {
            shown.insert(at, end - take..end);
        }
        left = left.saturating_sub(take);
        match at.checked_sub(1) {
            Some(earlier) if take == end => at = earlier,
            _ => return,
        }
    }
}

fn forth(shown: &mut Shown, last: usize, mut left: usize, count: &dyn Fn(usize) -> Option<usize>) {
    let mut at = last;
    while left > 0 {
        let Some(all) = count(at) else { return };
        let start = shown.get(&at).map_or(0, |words| words.end);
        let take = if all <= WHOLE { all - start } else { (all - start).min(left) };
        let from = shown.get(&at).map_or(start, |words| words.start);
        if start + take > from {
            shown.insert(at, from..start + take);
        }
        left = left.saturating_sub(take);
        if start + take < all {
            return;
        }
        at += 1;
    }
}

/// The first word of the quote in its first segment, and behind its last word in its last.
fn within(transcript: &Transcript, quote: &Quote) -> Option<(usize, usize)> {
    let mut joined: Vec<(usize, usize, String)> = Vec::new();
    for at in quote.first..=quote.last {
        let words = same_words(&transcript.segments.get(at)?.text);
        let words = words.split(' ').enumerate().map(|(n, word)| (at, n, word.to_owned()));
        joined.extend(words);
    }
    let wanted = same_words(&quote.text);
    let wanted: Vec<&str> = wanted.split(' ').collect();
    let mut runs = joined.windows(wanted.len());
    let found = runs.find(|run| run.iter().map(|(_, _, word)| word).eq(wanted.iter().copied()))?;
    let (first, last) = (found.first()?, found.last()?);
    (first.0 == quote.first && last.0 == quote.last).then_some((first.1, last.1 + 1))
}
