//! Any text as HTML: made plain without a panic, and without tags.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podbrief::model::TranscriptFormat;
use podbrief::parse::transcript;
use podbrief::text::html;

fuzz_target!(|text: &str| {
    let _ = html::to_paragraphs(text);
    let escaped = html::escape(text);
    assert!(!escaped.contains('<') && !escaped.contains('>'));
    assert!(html::to_plain(&escaped).len() <= text.len() + 16);
    let _ = transcript::parse(text.as_bytes(), TranscriptFormat::Html, None);
});
