//! What is left out before anything is scored: sponsor reads, greetings, introductions, housekeeping, credits.

use serde::Serialize;

use super::lexicon::Class;
use super::reading::Reading;
use super::unit::{Unit, Units};

/// Why a sentence is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Junk {
    /// An advertisement or part of one.
    Sponsor,
    /// Hello, thanks, goodbye.
    Greeting,
    /// Who speaks, what the episode is about.
    Introduction,
    /// Subscribe, rate, next week.
    Housekeeping,
    /// Who made it.
    Credits,
}

/// How far a sponsor read reaches, in sentences, from one of its sure words within a turn.
const SPONSOR_BEFORE: usize = 3;
const SPONSOR_AFTER: usize = 7;
/// Two sure words this close have one read between them.
const SPONSOR_GAP: usize = 14;

/// Per sentence: why it is left out, if it is.
pub fn mark(units: &Units) -> Vec<Option<Junk>> {
    let list = &units.list;
    let mut out: Vec<Option<Junk>> = list.iter().map(own).collect();
    let sure: Vec<usize> = (0..list.len()).filter(|i| is_sponsor(list, *i)).collect();
    for (n, at) in sure.iter().enumerate() {
        let turn = list[*at].turn;
        let from = at.saturating_sub(SPONSOR_BEFORE);
        let close = sure.get(n + 1).filter(|next| **next - at <= SPONSOR_GAP);
        let to = close.copied().unwrap_or(at + SPONSOR_AFTER).min(list.len() - 1);
        for i in from..=to {
            // What another speaker says goes too only between two sure places.
            if list[i].turn == turn || (i > *at && close.is_some()) {
                out[i] = Some(Junk::Sponsor);
            }
        }
    }
    out
}

fn has(unit: &Unit, class: Class) -> bool {
    unit.counts[class as usize] > 0
}

fn own(unit: &Unit) -> Option<Junk> {
    if has(unit, Class::Greeting) {
        Some(Junk::Greeting)
    } else if has(unit, Class::Introduction) {
        Some(Junk::Introduction)
    } else if has(unit, Class::Housekeeping) {
        Some(Junk::Housekeeping)
    } else if has(unit, Class::Credits) {
        Some(Junk::Credits)
    } else {
        None
    }
}

fn is_sponsor(list: &[Unit], at: usize) -> bool {
    if has(&list[at], Class::Sponsor) {
        return true;
    }
    let hints = |i: usize| list.get(i).map_or(0, |u| u.counts[Class::SponsorHint as usize].min(2));
    let around = hints(at.wrapping_sub(1)) + hints(at) + hints(at + 1);
    hints(at) > 0 && around >= 3
}

/// In written text: lists of links and of times, calls to follow, and lines without a sentence.
pub fn mark_lists(reading: &Reading, out: &mut [Option<Junk>]) {
    for (index, slot) in out.iter_mut().enumerate() {
        let text = reading.text(index, index);
        let words: Vec<&str> = text.split_whitespace().collect();
        let links = words.iter().filter(|w| is_link(w)).count();
        let times = words.iter().filter(|w| is_time(w)).count();
        let ends =
            text.trim_end_matches(['"', '”', '’', ')', ']']).ends_with(['.', '!', '?', '…', '。']);
        if links > 0 || times > 1 || words.first().is_some_and(|w| is_time(w)) || !ends {
            slot.get_or_insert(Junk::Housekeeping);
        }
    }
}

fn is_link(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '@');
    word.contains("://")
        || word.starts_with("www.")
        || word.starts_with('@')
        || (word.contains('@') && word.contains('.'))
}

/// `12:34`, `(1:02:03)`, `[00:12]`.
fn is_time(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_digit());
    let parts: Vec<&str> = word.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts.iter().all(|p| (1..=2).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
}
