//! Whether a transcript's times hold for the audio: adverts that a host inserts make the audio longer than what was
//! transcribed, and shift all that is said after them. Pure.

use crate::model::Transcript;

/// Music and silence after the last word.
const OUTRO_MS: u64 = 90_000;
/// What clocks of recognisers and encoders differ by.
const SLACK_MS: u64 = 10_000;

/// How far times may be off, if the audio's stated length and the transcript's end differ by more than an outro explains.
pub(super) fn of(duration_ms: Option<u64>, transcript: &Transcript) -> Option<u64> {
    let length = duration_ms?;
    if !transcript.is_timed() {
        return None;
    }
    let ends = transcript.segments.iter().filter_map(|s| s.end_ms.or(s.start_ms));
    let end = ends.max().filter(|end| *end > 0)?;
    let fraction = length / 50;
    if length > end.saturating_add(OUTRO_MS.max(fraction)) {
        return Some(length - end);
    }
    // Words after the end: the audio was made shorter, or is another cut.
    (end > length.saturating_add(SLACK_MS.max(length / 100))).then(|| end - length)
}

/// The same of a recording that was heard itself: ours may have other adverts than a reader's.
pub(super) fn of_recording(stated_ms: Option<u64>, length_ms: u64) -> Option<u64> {
    let apart = stated_ms?.abs_diff(length_ms);
    (apart > SLACK_MS.max(length_ms / 100)).then_some(apart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Segment;

    #[test]
    fn an_outro_is_none_and_adverts_are() {
        let transcript = |end: u64| Transcript {
            language: None,
            segments: vec![Segment {
                start_ms: Some(0),
                end_ms: Some(end * 1000),
                text: "x".into(),
                ..Segment::default()
            }],
        };
        let drift = |length: u64, end| of(Some(length * 1000), &transcript(end));
        assert_eq!(drift(3600, 3540), None);
        assert_eq!(drift(3600, 3300), Some(300_000));
        assert_eq!(drift(300, 200), Some(100_000));
        assert_eq!(drift(3600, 3610), None);
        assert_eq!(drift(3600, 3700), Some(100_000));
        assert_eq!(of(None, &transcript(10)), None);
        assert_eq!(of(Some(99_999_999), &Transcript::default()), None);
    }
}
