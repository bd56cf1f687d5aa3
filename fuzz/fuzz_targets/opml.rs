//! Any bytes as OPML: read without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podbrief::parse::opml;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(feeds) = opml::parse(bytes) {
        assert!(feeds.iter().all(|feed| !feed.url.is_empty()));
    }
});
