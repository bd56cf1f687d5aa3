//! Any bytes as a transcript in this format: read without a panic, sorted and bounded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podbrief::model::TranscriptFormat;
use podbrief::parse::transcript;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = transcript::parse(bytes, TranscriptFormat::Vtt, None) else { return };
    assert!(read.segments.len() <= 200_000);
    for segment in &read.segments {
        assert!(!segment.text.is_empty() && segment.text.chars().count() <= 20_000);
        if let (Some(start), Some(end)) = (segment.start_ms, segment.end_ms) {
            assert!(end >= start);
        }
    }
    assert!(read.segments.is_sorted_by(|a, b| a.start_ms <= b.start_ms || b.start_ms.is_none()));
});
