//! The mechanical check that a quote is in the transcript, word for word. It trusts nothing that made the quote.

use crate::model::{Quote, Transcript};
use crate::text::normal::same_words;

/// True if the quote's words are, in the same order and whole, in segments `first..=last` joined by one space,
/// beginning in the first and ending in the last, and time and speaker are those segments'.
/// Unicode form (NFC) and white space don't count; everything else does.
pub fn holds(quote: &Quote, transcript: &Transcript) -> bool {
    let Some(segments) = transcript.segments.get(quote.first..=quote.last.max(quote.first)) else {
        return false;
    };
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else { return false };
    if quote.first > quote.last
        || quote.start_ms != first.start_ms
        || quote.end_ms != last.end_ms
        || quote.speaker != first.speaker
        || segments.iter().any(|s| s.speaker.is_some() && s.speaker != quote.speaker)
    {
        return false;
    }
    let wanted = same_words(&quote.text);
    if wanted.is_empty() {
        return false;
    }
    let mut joined = String::new();
    let mut first_end = 0;
    let mut last_start = 0;
    for (index, segment) in segments.iter().enumerate() {
        let words = same_words(&segment.text);
        if !joined.is_empty() && !words.is_empty() {
            joined.push(' ');
        }
        last_start = joined.len();
        joined.push_str(&words);
        if index == 0 {
            first_end = joined.len();
        }
    }
    occurrences(&joined, &wanted).any(|at| {
        let end = at + wanted.len();
        at < first_end && end > last_start && is_whole(&joined, at, end)
    })
}

/// Every place, overlapping ones too.
fn occurrences<'a>(text: &'a str, wanted: &'a str) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(wanted)?;
        from = at + text[at..].chars().next().map_or(1, char::len_utf8);
        Some(at)
    })
}

/// No word is cut at either end. Scripts without spaces may be cut behind punctuation.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let joint = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at..].chars().next();
        matches!((before, after), (Some(a), Some(b)) if a.is_alphanumeric() && b.is_alphanumeric())
    };
    !joint(start) && !joint(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Segment;

    fn transcript() -> Transcript {
        let segment = |start, speaker: &str, text: &str| Segment {
            start_ms: Some(start),
            end_ms: Some(start + 900),
            speaker: Some(speaker.into()),
            text: text.into(),
        };
        Transcript {
            language: None,
            segments: vec![
                segment(0, "A", "We measured it. The cafe\u{301} was"),
                segment(1000, "A", "slower than the bar."),
                segment(2000, "B", "Really?"),
            ],
        }
    }

    fn quote(text: &str, first: usize, last: usize) -> Quote {
        Quote {
            text: text.into(),
            first,
            last,
            start_ms: Some(first as u64 * 1000),
            end_ms: Some(last as u64 * 1000 + 900),
            speaker: Some(if first < 2 { "A" } else { "B" }.into()),
        }
    }

    #[test]
    fn words_must_be_there_whole_and_in_order() {
        let t = transcript();
        assert!(holds(&quote("The café was  slower than the bar.", 0, 1), &t));
        for (text, first, last) in [
            ("The cafe was slower", 0, 1),
            ("the café was slower", 0, 1),
            ("afé was slower", 0, 1),
            ("slower than", 0, 1),
            ("We measured it.", 0, 1),
            ("slower than the bar. Really?", 1, 2),
            ("", 0, 0),
            ("Really?", 3, 3),
            ("slower", 1, 0),
        ] {
            assert!(!holds(&quote(text, first, last), &t), "{text}");
        }
    }

    #[test]
    fn time_and_speaker_must_agree() {
        let t = transcript();
        let good = quote("Really?", 2, 2);
        assert!(holds(&good, &t));
        assert!(!holds(&Quote { start_ms: Some(1999), ..good.clone() }, &t));
        assert!(!holds(&Quote { speaker: None, ..good.clone() }, &t));
        assert!(!holds(&Quote { last: usize::MAX, ..good }, &t));
    }
}
