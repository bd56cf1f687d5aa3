//! A piece of a talk is about one thing, and what its sentences have in common says what that is. An episode is about
//! many, and there the centre says little. Which of the two it is, its form tells.

use super::junk::Junk;
use super::reading::Reading;
use super::unit::Units;

/// Sentences of a piece at most: episodes have more.
const MOST: usize = 250;
/// Where a greeting opens an episode: so many sentences, or a share of all.
const OPENING: usize = 10;
const OPENING_SHARE: usize = 10;
/// What comes first says what it is about: the first passages, in standard deviations, and what the end of a piece
/// loses against its start.
const FIRST: usize = 5;
const FIRST_WORTH: f32 = 1.0;
const LATER_COST: f32 = 3.0;

/// Whether it is one piece of a conversation: short, and begun without a greeting.
pub fn is_piece(reading: &Reading, junk: &[Option<Junk>]) -> bool {
    let opening = OPENING.max(junk.len() / OPENING_SHARE).min(junk.len());
    let mut voices = reading.turns.iter().filter_map(|turn| turn.speaker.as_deref());
    let first = voices.next();
    junk.len() <= MOST
        && first.is_some()
        && voices.any(|other| Some(other) != first)
        && !junk[..opening].contains(&Some(Junk::Greeting))
}

/// How much passages say of what the whole is about, in standard deviations above the mean: what their words weigh
/// that come again, in the passage's length.
pub fn values(units: &Units, passages: impl Iterator<Item = (usize, usize)>) -> Vec<f32> {
    let all = units.list.len().max(1) as f32;
    let measured: Vec<(f32, usize)> = passages.map(|(a, b)| (shared(units, a, b), a)).collect();
    let n = measured.len().max(1) as f32;
    let mean = measured.iter().map(|(x, _)| x).sum::<f32>() / n;
    let square = measured.iter().map(|(x, _)| (x - mean).powi(2)).sum::<f32>() / n;
    let value = |(x, first): &(f32, usize)| {
        let place = LATER_COST * *first as f32 / all;
        let opens = if *first < FIRST { FIRST_WORTH } else { 0.0 };
        (x - mean) / square.sqrt().max(1e-6) - place + opens
    };
    measured.iter().map(value).collect()
}

fn shared(units: &Units, first: usize, last: usize) -> f32 {
    let list = &units.list[first..=last];
    let mut stems: Vec<u32> = list.iter().flat_map(|u| u.stems.iter().copied()).collect();
    stems.sort_unstable();
    stems.dedup();
    let weight = |stem: &u32| {
        let times = units.frequency[*stem as usize] as f32;
        times.ln() * units.weight[*stem as usize]
    };
    let words: usize = list.iter().map(|u| u.words).sum();
    stems.iter().map(weight).sum::<f32>() / (words.max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::junk;
    use super::super::reading::Utterance;
    use super::*;

    fn said(lines: &[(&str, &str)]) -> Reading {
        let of = |(speaker, text): &(&str, &str)| Utterance {
            speaker: (*speaker).to_owned(),
            text: (*text).to_owned(),
        };
        Reading::of_utterances(&lines.iter().map(of).collect::<Vec<_>>())
    }

    #[test]
    fn a_greeting_or_one_voice_alone_make_no_piece() {
        let is = |lines: &[(&str, &str)]| {
            let reading = said(lines);
            is_piece(&reading, &junk::mark(&Units::of(&reading, "en")))
        };
        let talk = [("A", "Rye needs less water than wheat."), ("B", "Rye also needs less sun.")];
        assert!(is(&talk));
        assert!(!is(&[("A", "Hello and welcome to the show."), talk[0], talk[1]]));
        assert!(!is(&talk[..1]) && !is(&[]));
    }

    #[test]
    fn what_comes_again_is_the_centre() {
        let reading = said(&[
            ("A", "It snowed on my way here today."),
            ("A", "Rye needs less water than wheat."),
            ("B", "A field of rye grows without much water."),
            ("B", "My uncle plays the violin in an orchestra."),
        ]);
        let units = Units::of(&reading, "en");
        let values = values(&units, (0..4).map(|i| (i, i)));
        assert!(values[1] > values[0] && values[2] > values[3], "{values:?}");
    }
}
