//! The headline: one whole clause of the claim, at most 90 characters, without an ellipsis.

use super::lead::Weigh;
use super::register::Register;
use super::spans::{self, MOST, Span};
use super::{amid, frames, stand};
use crate::text::language::{primary, stop_words};
use crate::text::sentence;
use crate::text::token::tokens;

/// Below this worth a clause says so little that its passage isn't worth telling either: "We put some of it there".
pub const FLOOR: f32 = 2.0;
/// What a headline from behind the first sentence of a written claim costs, and what it costs besides where it leans.
const LATER: f32 = 1.5;
const LEANS: f32 = 2.0;
/// So much less may a headline from the first sentence of a written claim say.
const OPENING: f32 = 1.0;

/// The best clause and its worth, which compares headlines of one language. None for an empty claim, and for one
/// without a clause that stands alone and fits, in a language whose clauses are known.
pub fn of(claim: &str, language: &str, register: Register) -> Option<(String, f32)> {
    let language = primary(language);
    let (spans, _) = spans::of(claim, &language, register);
    let ranges = sentence::split(claim, &language);
    let sentences: Vec<&str> = ranges.iter().map(|r| &claim[r.clone()]).collect();
    let weigh = Weigh::new(&sentences, &language);
    let best = spans
        .into_iter()
        .filter(|span| stand::needs(&span.text, &language) < stand::LEANS)
        .map(|span| (weigh.worth(&span), span))
        .filter(|(worth, span)| language != "en" || *worth >= floor(span, register))
        .map(|(worth, span)| (worth - later(&span, &language, register), span.text))
        .reduce(|best, other| if other.0 > best.0 { other } else { best });
    let best = match best {
        Some((worth, text)) => (text, worth.max(FLOOR)),
        None if language == "en" => return None,
        None => (shortened(sentences.first()?, &language), FLOOR),
    };
    // Of marks alone nothing is left; and what begins with "ß" is longer with a capital.
    let says = best.0.contains(char::is_alphanumeric) && best.0.chars().count() <= MOST;
    says.then_some(best)
}

/// Writing is edited: however little its first clause says, it says what the paragraph is about.
fn floor(span: &Span, register: Register) -> f32 {
    let opens = register == Register::Written && span.sentence == 0;
    if opens { FLOOR - OPENING } else { FLOOR }
}

/// A paragraph says first what it is about, so a headline from further behind often leans.
fn later(span: &Span, language: &str, register: Register) -> f32 {
    if register == Register::Spoken || span.sentence == 0 {
        return 0.0;
    }
    LATER + if amid::leans(&span.text, language) { LEANS } else { 0.0 }
}

/// As many words as fit, up to the last mark among them, else up to the last word with content: for languages
/// whose clauses nobody can tell.
fn shortened(sentence: &str, language: &str) -> String {
    let stops = stop_words(language);
    let words = tokens(sentence);
    let fit = words.iter().take_while(|w| sentence[..w.end].chars().count() < MOST).count();
    let marked = (fit.div_ceil(2)..fit).rev().find(|n| {
        words
            .get(n + 1)
            .is_some_and(|next| sentence[words[*n].end..next.start].contains([',', ';', ':', '–']))
    });
    let full = words[..fit].iter().rposition(|w| !stops.contains(w.lower.as_str()));
    let text = match marked.or(full) {
        Some(last) => &sentence[..words[last].end],
        None => sentence,
    };
    // Upper case can be longer: "ß" becomes "SS".
    frames::dressed(text).chars().take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn en(claim: &str) -> String {
        of(claim, "en", Register::Spoken).unwrap().0
    }

    #[test]
    fn a_whole_sentence_that_fits_wins() {
        assert_eq!(
            en(
                "I think improving the training data had a much bigger impact than the model. So we did that."
            ),
            "Improving the training data had a much bigger impact than the model"
        );
    }

    #[test]
    fn what_is_quoted_can_be_the_headline() {
        assert_eq!(
            en(
                "It was published last year by two millers, and it said, “Weighing the flour is better than counting cups of it.”"
            ),
            "Weighing the flour is better than counting cups of it"
        );
    }

    #[test]
    fn a_long_sentence_is_cut_at_a_clause() {
        assert_eq!(
            en(
                "A Formula 1 car is very optimized to go as quick as possible on the circuit, but it's very fragile and it breaks apart easily once anything at all goes wrong."
            ),
            "A Formula 1 car is very optimized to go as quick as possible on the circuit"
        );
    }

    #[test]
    fn never_over_length_never_an_ellipsis_and_no_torn_clause() {
        for claim in [
            "x".repeat(500),
            "word ".repeat(80),
            "When you really look at the whole of the very long history of all those many things that people made up in time you see it.".to_owned(),
        ] {
            assert_eq!(of(&claim, "en", Register::Spoken), None);
            let line = of(&claim, "pl", Register::Spoken).unwrap().0;
            assert!(line.chars().count() <= MOST && !line.is_empty() && !line.contains('…'), "{line}");
        }
        assert_eq!(of("", "en", Register::Spoken), None);
    }

    #[test]
    fn what_leans_is_no_headline() {
        assert_eq!(
            en(
                "It was the worst of them. Wet dough makes lighter bread than dry dough because steam has to go somewhere in the end."
            ),
            "Wet dough makes lighter bread than dry dough because steam has to go somewhere in the end"
        );
        assert_eq!(
            of("Everybody else involved in the process of it.", "en", Register::Spoken),
            None
        );
        assert_eq!(
            of("If the documents legally can't leave the building.", "en", Register::Spoken),
            None
        );
        assert_eq!(
            of("Is it the flour that matters most to a baker?", "en", Register::Spoken),
            None
        );
    }
}
