//! What every transcript promises, whatever it was read from.

use crate::model::{Segment, Transcript};
use crate::text::html::collapse;

const MAX_SEGMENTS: usize = 200_000;
/// Characters of one segment.
const MAX_TEXT: usize = 20_000;
/// Characters of a speaker's name.
const MAX_NAME: usize = 100;

/// Sorts by time, keeps order where there is none, cuts what is too long, drops what is empty.
pub(super) fn finish(transcript: Transcript) -> Transcript {
    let mut segments = Vec::with_capacity(transcript.segments.len());
    for segment in transcript.segments {
        let text = collapse(&segment.text);
        let start_ms = segment.start_ms;
        let end_ms =
            segment.end_ms.filter(|_| start_ms.is_some()).map(|end| end.max(start_ms.unwrap_or(0)));
        let speaker = segment.speaker.map(|name| collapse(&name)).filter(|name| !name.is_empty());
        let speaker =
            speaker.map(|name| name.chars().take(MAX_NAME).collect::<String>().trim().to_owned());
        for piece in pieces(&text) {
            segments.push(Segment {
                start_ms,
                end_ms,
                speaker: speaker.clone(),
                text: piece.to_owned(),
            });
        }
        if segments.len() >= MAX_SEGMENTS {
            break;
        }
    }
    segments.truncate(MAX_SEGMENTS);
    sort(&mut segments);
    Transcript { language: transcript.language, segments }
}

/// Stable; a segment without a time stays behind the one before it.
fn sort(segments: &mut Vec<Segment>) {
    let times: Vec<u64> = segments
        .iter()
        .scan(0, |last, segment| {
            *last = segment.start_ms.unwrap_or(*last);
            Some(*last)
        })
        .collect();
    if times.is_sorted() {
        return;
    }
    let mut keyed: Vec<_> = times.into_iter().zip(std::mem::take(segments)).collect();
    keyed.sort_by_key(|(time, _)| *time);
    segments.extend(keyed.into_iter().map(|(_, segment)| segment));
}

/// At most [`MAX_TEXT`] characters each, cut at a space where there is one.
fn pieces(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((most, _)) = rest.char_indices().nth(MAX_TEXT) {
        let at = rest[..most].rfind(' ').filter(|at| *at > 0).unwrap_or(most);
        out.push(rest[..at].trim());
        rest = rest[at..].trim();
    }
    out.push(rest);
    out.retain(|piece| !piece.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_are_kept() {
        let segment = |start, end, text: &str| Segment {
            start_ms: start,
            end_ms: end,
            speaker: None,
            text: text.to_owned(),
        };
        let long = "word ".repeat(5_000);
        let done = finish(Transcript {
            language: None,
            segments: vec![
                segment(Some(9), Some(3), " b \n b "),
                segment(None, Some(5), "after b"),
                segment(Some(1), None, "a"),
                segment(Some(20), Some(30), " "),
                segment(Some(30), None, &long),
            ],
        });
        let got: Vec<_> =
            done.segments.iter().map(|s| (s.start_ms, s.end_ms, s.text.chars().count())).collect();
        assert_eq!(
            got,
            [
                (Some(1), None, 1),
                (Some(9), Some(9), 3),
                (None, None, 7),
                (Some(30), None, 19_999),
                (Some(30), None, 4_999)
            ]
        );
    }
}
