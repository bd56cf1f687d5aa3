//! Any bytes as a message: read and understood without a panic, and nothing unsafe comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podbrief::parse::{mail, newsletter};

fuzz_target!(|bytes: &[u8]| {
    let Ok(message) = mail::read(bytes) else { return };
    let issue = newsletter::understand(&message, &["reader@mail.example".into()]);
    let lower = issue.html.to_ascii_lowercase();
    assert!(!lower.contains("<script") && !lower.contains("<iframe") && !lower.contains("<style"));
    assert!(!lower.contains("reader@mail.example"));
});
