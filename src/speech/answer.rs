//! What recognisers print, as segments of one piece: WebVTT, SRT, the podcast namespace's JSON and its like (OpenAI's
//! `verbose_json`), whisper.cpp's JSON, plain text. Pure.

use serde::Deserialize;

use crate::model::{Segment, Transcript, TranscriptFormat};
use crate::parse::transcript::{self, TranscriptError};
use crate::text::html::collapse;

/// Bytes of an answer at most: a piece is minutes of talk, not a book.
pub const MOST: usize = 4 << 20;
/// Times the same words may follow each other. Recognisers that lose their way repeat themselves without end.
const REPEATS: usize = 3;

/// An answer that is none.
#[derive(Debug, thiserror::Error)]
#[error("what the recogniser answered can't be read: {0}")]
pub struct AnswerError(String);

#[derive(Deserialize)]
struct WhisperCpp {
    transcription: Vec<Line>,
    #[serde(default)]
    result: Option<Found>,
}

#[derive(Deserialize)]
struct Found {
    language: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    offsets: Offsets,
    text: String,
}

/// Milliseconds.
#[derive(Deserialize)]
struct Offsets {
    from: u64,
    to: u64,
}

#[derive(Deserialize)]
struct Nothing {
    #[serde(default)]
    text: String,
    #[serde(default)]
    segments: Vec<serde::de::IgnoredAny>,
}

/// The segments of a piece of `length_ms`, with times from its start that lie within it. No words are a good answer: there
/// is music.
///
/// # Errors
/// [`AnswerError`], if it is none of the forms.
pub fn read(bytes: &[u8], length_ms: u64) -> Result<Transcript, AnswerError> {
    if bytes.len() > MOST {
        return Err(AnswerError(format!("it is longer than {} MiB", MOST >> 20)));
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim();
    let mut heard = if text.is_empty() || text == "WEBVTT" {
        Transcript::default()
    } else if text.starts_with('{') {
        json(text)?
    } else if text.starts_with('<') {
        return Err(AnswerError("it is a web page".into()));
    } else {
        let timed = text.starts_with("WEBVTT") || text.contains("-->");
        parse(text, if timed { TranscriptFormat::Vtt } else { TranscriptFormat::Text })?
    };
    for segment in &mut heard.segments {
        // A start behind the end of the piece is a mistake that would put words into the next one.
        segment.start_ms = segment.start_ms.filter(|start| *start < length_ms);
        segment.end_ms =
            segment.end_ms.filter(|_| segment.start_ms.is_some()).map(|end| end.min(length_ms));
    }
    without_loops(&mut heard.segments);
    Ok(heard)
}

fn json(text: &str) -> Result<Transcript, AnswerError> {
    if let Ok(found) = serde_json::from_str::<WhisperCpp>(text) {
        let segment = |line: Line| {
            let text = collapse(&line.text);
            let (start_ms, end_ms) =
                (Some(line.offsets.from), Some(line.offsets.to.max(line.offsets.from)));
            (!text.is_empty()).then_some(Segment { start_ms, end_ms, speaker: None, text })
        };
        let segments = found.transcription.into_iter().filter_map(segment).collect();
        return Ok(Transcript { language: found.result.and_then(|r| r.language), segments });
    }
    match serde_json::from_str::<Nothing>(text) {
        Ok(nothing) if nothing.text.trim().is_empty() && nothing.segments.is_empty() => {
            // An error's JSON has neither.
            match serde_json::from_str::<serde_json::Value>(text) {
                Ok(value) if value.get("text").or(value.get("segments")).is_some() => {
                    Ok(Transcript::default())
                }
                _ => Err(AnswerError("it has neither text nor segments".into())),
            }
        }
        _ => parse(text, TranscriptFormat::Json),
    }
}

fn parse(text: &str, format: TranscriptFormat) -> Result<Transcript, AnswerError> {
    match transcript::parse(text.as_bytes(), format, None) {
        Ok(heard) => Ok(heard),
        Err(TranscriptError::NoWords { .. } | TranscriptError::Empty) => Ok(Transcript::default()),
        Err(error) => Err(AnswerError(error.to_string())),
    }
}

/// Leaves of the same words again and again the first few only.
fn without_loops(segments: &mut Vec<Segment>) {
    let mut last = String::new();
    let mut times = 0;
    segments.retain(|segment| {
        if segment.text == last {
            times += 1;
        } else {
            last.clone_from(&segment.text);
            times = 1;
        }
        times <= REPEATS
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(answer: &str) -> Vec<(Option<u64>, Option<u64>, String)> {
        let heard = read(answer.as_bytes(), 60_000).unwrap();
        heard.segments.into_iter().map(|s| (s.start_ms, s.end_ms, s.text)).collect()
    }

    #[test]
    fn all_that_recognisers_print_is_read() {
        let want = vec![
            (Some(0), Some(2500), "It was the best of times,".to_owned()),
            (Some(2500), Some(5000), "it was the worst of times.".to_owned()),
        ];
        let vtt = "WEBVTT\n\n00:00.000 --> 00:02.500\nIt was the best of times,\n\n00:02.500 --> 00:05.000\nit was the worst of times.\n";
        let srt = "1\n00:00:00,000 --> 00:00:02,500\nIt was the best of times,\n\n2\n00:00:02,500 --> 00:00:05,000\nit was the worst of times.\n";
        let verbose = r#"{"task":"transcribe","language":"english","duration":5.0,"text":"…","segments":[
            {"id":0,"seek":0,"start":0.0,"end":2.5,"text":" It was the best of times,","tokens":[1],"avg_logprob":-0.2},
            {"id":1,"seek":0,"start":2.5,"end":5.0,"text":" it was the worst of times.","tokens":[1],"avg_logprob":-0.2}]}"#;
        let cpp = r#"{"systeminfo":"AVX","result":{"language":"en"},"transcription":[
            {"timestamps":{"from":"00:00:00,000","to":"00:00:02,500"},"offsets":{"from":0,"to":2500},"text":" It was the best of times,"},
            {"timestamps":{"from":"00:00:02,500","to":"00:00:05,000"},"offsets":{"from":2500,"to":5000},"text":" it was the worst of times."}]}"#;
        for answer in [vtt, srt, verbose, cpp] {
            assert_eq!(texts(answer), want, "{answer}");
        }
        assert_eq!(texts(r#"{"text":"Only words."}"#), [(None, None, "Only words.".to_owned())]);
        assert_eq!(texts("Only words."), [(None, None, "Only words.".to_owned())]);
        let empty = [
            "",
            "WEBVTT\n\n",
            r#"{"text":""}"#,
            r#"{"text":"","segments":[]}"#,
            r#"{"transcription":[]}"#,
        ];
        assert!(empty.iter().all(|answer| texts(answer).is_empty()));
    }

    #[test]
    fn errors_are_no_words() {
        for bad in [
            "{\"error\":{\"message\":\"no such model\"}}",
            "{\"text\":",
            "<!doctype html><html><body>502",
            "\u{0}\u{1}\u{2}\u{3}",
        ] {
            assert!(read(bad.as_bytes(), 1000).is_err(), "{bad}");
        }
        assert!(read(&vec![b'a'; MOST + 1], 1000).is_err());
    }

    #[test]
    fn who_lost_its_way_is_not_believed() {
        let cue =
            |n: u32| format!("00:{n:02}.000 --> 00:{:02}.000\nThanks for watching!\n\n", n + 1);
        let vtt = format!("WEBVTT\n\n{}", (0..40).map(cue).collect::<String>());
        assert!(texts(&vtt).len() <= REPEATS);
        let late =
            "WEBVTT\n\n00:10.000 --> 99:00.000\nHere.\n\n70:00.000 --> 71:00.000\nNowhere.\n";
        assert_eq!(texts(late)[0], (Some(10_000), Some(60_000), "Here.".into()));
        assert_eq!(texts(late)[1], (None, None, "Nowhere.".into()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), length in 0_u64..100_000) {
            if let Ok(heard) = read(&bytes, length) {
                let within = |time: Option<u64>| time.is_none_or(|t| t <= length);
                prop_assert!(heard.segments.iter().all(|s| within(s.start_ms) && within(s.end_ms)));
            }
        }
    }
}
