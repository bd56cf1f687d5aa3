//! The headline: one whole clause of the claim, at most 90 characters, without an ellipsis.

use super::lexicon::{Class, Lexicon};
use super::{clause, stand};
use crate::text::language::{primary, stop_words};
use crate::text::sentence;
use crate::text::token::tokens;

/// Characters at most.
const MOST: usize = 90;
/// Words at least for a whole sentence or clause.
const LEAST_WORDS: usize = 5;
/// What standing in a later sentence costs.
const LATER: f32 = 0.25;

/// The best clause. None only for an empty claim.
pub fn of(claim: &str, language: &str) -> Option<String> {
    let language = primary(language);
    let mut best: Option<(f32, String)> = None;
    let sentences = sentence::split(claim, &language);
    for (n, range) in sentences.iter().enumerate() {
        for clause in clause::of(&claim[range.clone()], &language) {
            let text = dressed(clause.text);
            if text.chars().count() > MOST || tokens(&text).len() < LEAST_WORDS {
                continue;
            }
            let worth = worth(&text, &language) - clause.cost - LATER * n as f32;
            if best.as_ref().is_none_or(|(b, _)| worth > *b) {
                best = Some((worth, text));
            }
        }
    }
    if let Some((_, text)) = best {
        return Some(text);
    }
    for range in &sentences {
        let fits = clause::beginnings(&claim[range.clone()], &language)
            .into_iter()
            .map(dressed)
            .find(|text| text.chars().count() <= MOST && tokens(text).len() >= LEAST_WORDS);
        if fits.is_some() {
            return fits;
        }
    }
    // Not one border: as many whole words as fit.
    let first = &claim[sentences.first()?.clone()];
    let line = dressed(&shortened(first, &language));
    // Upper case can be longer: "ß" becomes "SS".
    Some(line.chars().take(MOST).collect())
}

/// How good a clause is as a headline.
fn worth(text: &str, language: &str) -> f32 {
    let lexicon = Lexicon::of(language);
    let words = tokens(text);
    let counts = lexicon.count(&words);
    let some = |class: Class| f32::from(counts[class as usize].min(2));
    let claims = some(Class::Cause)
        + some(Class::Contrast)
        + some(Class::Compare)
        + some(Class::Super)
        + some(Class::Rule)
        + some(Class::Quant);
    let empty = some(Class::Vague) + some(Class::Hedge) + some(Class::SelfWord);
    let stops = stop_words(language);
    let content = words.iter().filter(|w| !stops.contains(w.lower.as_str())).count();
    let quoted = text.contains(['"', '“']);
    0.3 * claims.min(4.0) - 0.3 * empty + 0.22 * content.min(10) as f32
        - 2.0 * stand::dangling(text, language)
        - 0.8 * some(Class::OpenAsk)
        - if text.ends_with('?') { 1.5 } else { 0.0 }
        - if quoted { 0.3 } else { 0.0 }
}

/// As many words as fit, not ending in one without content.
fn shortened(sentence: &str, language: &str) -> String {
    let stops = stop_words(language);
    let fits: Vec<_> = tokens(sentence)
        .into_iter()
        .take_while(|w| sentence[..w.end].chars().count() < MOST)
        .collect();
    let last = fits.iter().rev().find(|w| !stops.contains(w.lower.as_str())).or(fits.last());
    match last {
        Some(word) => sentence[..word.end].to_owned(),
        // One endless word.
        None => sentence.chars().take(MOST).collect(),
    }
}

/// "I think", "I would say that": who says it stands beside the headline anyway.
const FRAMES: &[&str] = &[
    "i think that ",
    "i think ",
    "i believe that ",
    "i believe ",
    "i would say that ",
    "i would say ",
    "i'd say that ",
    "i'd say ",
    "i guess ",
    "i feel like ",
    "i do think that ",
    "i do think ",
    "i really think ",
    "we think that ",
    "we think ",
    "i mean, ",
    "i mean ",
    "i would argue that ",
    "i'd argue that ",
    "i would argue ",
    "i'd argue ",
    "to me, ",
    "for me, ",
    "in my opinion, ",
    "personally, ",
    "honestly, ",
    "basically, ",
    "actually, ",
    "you know, ",
    "in fact, ",
    "of course, ",
    "and ",
    "but ",
    "so ",
    "because ",
    "i've found that ",
    "i find that ",
    "what i found is that ",
    "the thing is, ",
    "the thing is that ",
    "my god, ",
    "secondly, ",
    "first of all, ",
    "second of all, ",
    "for example, ",
    "for instance, ",
    "again, ",
    "yeah, ",
    "it turns out that ",
    "it turns out ",
    "i feel that ",
    "i just think ",
    "of course, ",
    "interestingly, ",
    "obviously, ",
    "i always say ",
    "what i mean is ",
    "i've learned that ",
    "i learned that ",
    "we found that ",
    "we've found that ",
    "then ",
    "i would also say ",
    "i will say that ",
    "i will say ",
    "i agree that ",
    "usually, ",
    "i know that ",
    "i also think that ",
    "i also think ",
];

/// Without its frame and final stop, with a capital.
fn dressed(clause: &str) -> String {
    let mut text = clause.trim();
    loop {
        let lower = text.to_lowercase().replace('’', "'");
        let Some(frame) = FRAMES
            .iter()
            .find(|f| lower.starts_with(**f) && text.is_char_boundary(frame_len(text, f)))
        else {
            break;
        };
        let rest = text[frame_len(text, frame)..].trim_start();
        if tokens(rest).len() < LEAST_WORDS {
            break;
        }
        text = rest;
    }
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '–' | '-' | '—')
    });
    let text = text.strip_suffix('.').unwrap_or(text).trim_end_matches(',');
    let text =
        if text.matches('"').count() % 2 == 1 { text.replace('"', "") } else { text.to_owned() };
    let text = if text.matches('“').count() == text.matches('”').count() {
        text
    } else {
        text.replace(['“', '”'], "")
    };
    let text = if text.matches('(').count() == text.matches(')').count() {
        text
    } else {
        text.replace(['(', ')'], "")
    };
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !chars.as_str().starts_with(char::is_uppercase) => {
            first.to_uppercase().chain(chars).collect()
        }
        _ => text,
    }
}

/// Bytes of `text` that a frame covers, its apostrophe being straight or not.
fn frame_len(text: &str, frame: &str) -> usize {
    text.chars().take(frame.chars().count()).map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn en(claim: &str) -> String {
        of(claim, "en").unwrap()
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
    fn a_long_sentence_is_cut_at_a_clause() {
        assert_eq!(
            en(
                "A Formula 1 car is very optimized to go as quick as possible on the circuit, but it's very fragile and it breaks apart easily once anything at all goes wrong."
            ),
            "A Formula 1 car is very optimized to go as quick as possible on the circuit"
        );
    }

    #[test]
    fn never_over_length_and_never_an_ellipsis() {
        for claim in [
            "x".repeat(500),
            "word ".repeat(80),
            "When you really look at the whole of the very long history of all those many things that people made up in time you see it.".to_owned(),
        ] {
            let line = en(&claim);
            assert!(line.chars().count() <= MOST && !line.is_empty() && !line.contains('…'), "{line}");
        }
        assert_eq!(of("", "en"), None);
    }
}
