//! Where a feed begins in a body, and the body made ready to be read. Reads no elements.

use crate::parse::xml;

/// Finds where the feed begins in a body that may have warnings of a web server's programs before it.
pub(super) fn begin(text: &str) -> &str {
    const MARKS: [&str; 11] = [
        "<?xml",
        "<!doctype",
        "<!--",
        "<rss",
        "<rdf:rdf",
        "<feed",
        "<atom:feed",
        "<channel",
        "<entry",
        "<html",
        "<opml",
    ];
    /// How much of other text may come before.
    const GARBAGE: usize = 64 * 1024;
    let head = &text[..text.floor_char_boundary(GARBAGE)];
    let mut tags = head.match_indices('<').map(|(at, _)| at);
    let marked = tags.find(|at| {
        let rest = &head.as_bytes()[*at..];
        MARKS
            .iter()
            .any(|m| rest.get(..m.len()).is_some_and(|s| s.eq_ignore_ascii_case(m.as_bytes())))
    });
    marked.map_or(text.trim_start(), |at| &text[at..])
}

/// Decoded text made ready for [`super::clean`].
pub(super) fn prepare(text: &str) -> String {
    xml::prepare(begin(text).to_owned())
}
