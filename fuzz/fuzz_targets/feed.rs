//! Any bytes as a feed: read without a panic, and every item has a key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podbrief::parse::feed;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = feed::parse(bytes, None, "https://host.example/feed.xml") else { return };
    for item in &read.items {
        assert!(!item.key.is_empty());
    }
});
