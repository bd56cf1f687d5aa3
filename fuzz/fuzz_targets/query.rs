//! Any text is a query or one error, and a query's own words are read as the same query.

#![no_main]

use libfuzzer_sys::fuzz_target;
use podbrief::parse::query::{address, query, words};

fuzz_target!(|text: &str| {
    if let Ok(read) = query([("q", text)]) {
        let again = query([("q", words(&read).as_str())]);
        assert_eq!(again.as_ref(), Ok(&read));
        assert!(address(&read).starts_with('/'));
    }
});
