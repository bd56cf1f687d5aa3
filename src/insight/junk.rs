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
    /// Another show of the same house.
    CrossPromotion,
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

/// A talk this long, in sentences, has a beginning and an end that are looked at as such: its first and last so many
/// sentences, and no more than a share of it.
const LONG: usize = 120;
const EDGE: usize = 40;
const EDGE_SHARE: usize = 12;
/// Sentences between two words of farewell.
const FAREWELL: usize = 6;
/// How far an answer to "tell us about yourself" reaches.
const BIOGRAPHY: usize = 8;

/// Per sentence: why it is left out, if it is.
pub fn mark(units: &Units) -> Vec<Option<Junk>> {
    let list = &units.list;
    let mut out: Vec<Option<Junk>> = list.iter().map(own).collect();
    mark_edges(&mut out);
    mark_biographies(list, &mut out);
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

/// What stands before the last greeting or introduction of the beginning, and behind the first thanks of the end.
fn mark_edges(out: &mut [Option<Junk>]) {
    if out.len() < LONG {
        return;
    }
    let edge = EDGE.min(out.len() / EDGE_SHARE);
    let begins = |junk: &Option<Junk>| matches!(junk, Some(Junk::Greeting | Junk::Introduction));
    if let Some(last) = out[..edge].iter().rposition(begins) {
        out[..last].iter_mut().for_each(|junk| _ = junk.get_or_insert(Junk::Introduction));
    }
    let from = out.len() - edge;
    let ends = |junk: &Option<Junk>| {
        matches!(junk, Some(Junk::Greeting | Junk::Credits | Junk::Housekeeping))
    };
    // Two of them close a talk; one may be a word in passing, and so may one that stands far before the others.
    let found: Vec<usize> = (from..out.len()).filter(|i| ends(&out[*i])).collect();
    let first = found.windows(2).rev().take_while(|pair| pair[1] - pair[0] <= FAREWELL).last();
    if let Some([first, _]) = first {
        out[*first..].iter_mut().for_each(|junk| _ = junk.get_or_insert(Junk::Greeting));
    }
}

/// Who answers "tell us about yourself" tells where he comes from.
fn mark_biographies(list: &[Unit], out: &mut [Option<Junk>]) {
    for at in (0..list.len()).filter(|i| has(&list[*i], Class::AsksBio)) {
        out[at].get_or_insert(Junk::Introduction);
        let answer = (at + 1..list.len()).find(|i| list[*i].turn != list[at].turn);
        let Some(from) = answer.filter(|from| *from <= at + 4) else { continue };
        for i in (from..list.len()).take(BIOGRAPHY) {
            if list[i].turn == list[from].turn && has(&list[i], Class::SelfWord) {
                out[i].get_or_insert(Junk::Introduction);
            }
        }
    }
}

fn has(unit: &Unit, class: Class) -> bool {
    unit.counts[class as usize] > 0
}

fn own(unit: &Unit) -> Option<Junk> {
    if has(unit, Class::CrossPromotion) {
        Some(Junk::CrossPromotion)
    } else if has(unit, Class::Greeting) {
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

#[cfg(test)]
mod tests {
    use super::super::reading::{Reading, Utterance};
    use super::*;

    fn marks(said: &[(&str, &str)]) -> Vec<Option<Junk>> {
        let said: Vec<Utterance> = said
            .iter()
            .map(|(speaker, text)| Utterance { speaker: (*speaker).into(), text: (*text).into() })
            .collect();
        mark(&Units::of(&Reading::of_utterances(&said), "en"))
    }

    #[test]
    fn the_edges_of_a_long_talk_are_left_out_up_to_the_greetings() {
        let mut said = vec![
            ("A", "Bread is old."),
            ("A", "Hello and welcome to the show."),
            ("A", "Rye is a grass that grows on poor soil."),
        ];
        said.extend(vec![("B", "Rye needs less water than wheat in most years."); 150]);
        said.push(("A", "Thank you so much for joining me."));
        said.push(("B", "It snowed again on the way here."));
        said.push(("A", "Thanks for listening."));
        let marks = marks(&said);
        assert_eq!(marks[..3], [Some(Junk::Introduction), Some(Junk::Greeting), None]);
        assert!(marks[3..153].iter().all(Option::is_none));
        assert!(marks[153..].iter().all(Option::is_some));
    }

    #[test]
    fn an_answer_about_oneself_is_left_out_and_what_it_leads_to_is_not() {
        let marks = marks(&[
            ("A", "Could you tell us a little bit about your background?"),
            ("B", "Sure, I started in my uncle's mill."),
            ("B", "Stone mills keep the germ of the grain in the flour."),
            ("A", "Check out our other podcast about cheese."),
            ("A", "If you use the code that we wrote, the oven learns."),
        ]);
        assert_eq!(
            marks,
            [
                Some(Junk::Introduction),
                Some(Junk::Introduction),
                None,
                Some(Junk::CrossPromotion),
                None
            ]
        );
    }
}
