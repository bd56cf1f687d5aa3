//! OPML (<http://opml.org/spec2.opml>) to a list of feeds, nesting flattened. Reads only; writing is another room's.

use std::collections::HashSet;

use super::xml::{Node, Piece, Xml, XmlError, prepare};
use super::{charset, link};
use crate::text::html::collapse;

/// Feeds read of one list.
const MOST: usize = 100_000;

/// One feed of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpmlFeed {
    /// As the list calls it.
    pub title: Option<String>,
    /// Absolute http(s) address.
    pub url: String,
}

/// Why a file gave no list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpmlError {
    /// Nothing in it.
    #[error("the file is empty; export the subscriptions again")]
    Empty,
    /// Something else.
    #[error(
        "this is no OPML file but {0}; in most apps the right one is called \"export subscriptions\""
    )]
    NotOpml(String),
    /// Ends too early or is not XML.
    #[error(
        "the OPML file is broken after {found} feeds ({detail}); export the subscriptions again"
    )]
    Broken {
        /// Feeds before the break.
        found: usize,
        /// The fault.
        detail: String,
    },
    /// Made to exhaust whoever reads it.
    #[error("the OPML file was refused because {0}")]
    Bomb(String),
    /// A list of nothing.
    #[error("the OPML file names no feeds: no outline in it has an http(s) xmlUrl")]
    NoFeeds,
}

/// Feeds in the order of the list, each address once. Outlines nest up to the depth all XML is held to.
pub fn parse(bytes: &[u8]) -> Result<Vec<OpmlFeed>, OpmlError> {
    let text = charset::decode(bytes, None);
    let start = text.trim_start();
    if start.is_empty() {
        return Err(OpmlError::Empty);
    }
    let Some(begin) = start.find('<') else {
        return Err(OpmlError::NotOpml("plain text".to_owned()));
    };
    let text = prepare(start[begin..].to_owned());
    let mut xml = Xml::new(&text);
    let mut feeds = Vec::new();
    let mut seen = HashSet::new();
    let mut rooted = false;
    loop {
        match xml.next() {
            Ok(Piece::Start(node)) => {
                if !rooted && !node.name.eq_ignore_ascii_case("opml") {
                    let name: String = node.name.chars().take(40).collect();
                    return Err(OpmlError::NotOpml(format!("<{name}>")));
                }
                rooted = true;
                if let Some(feed) = outline(&node).filter(|feed| seen.insert(feed.url.clone())) {
                    feeds.push(feed);
                }
                if feeds.len() >= MOST {
                    break;
                }
            }
            Ok(Piece::Done) => break,
            Ok(_) => {}
            Err(XmlError::Bomb(detail)) => return Err(OpmlError::Bomb(detail.to_owned())),
            Err(_) if !rooted => {
                return Err(OpmlError::NotOpml("something that is not XML".to_owned()));
            }
            Err(XmlError::CutShort) => {
                return Err(OpmlError::Broken {
                    found: feeds.len(),
                    detail: "it ends too early".to_owned(),
                });
            }
            Err(XmlError::Broken(detail)) => {
                return Err(OpmlError::Broken { found: feeds.len(), detail });
            }
        }
    }
    if feeds.is_empty() { Err(OpmlError::NoFeeds) } else { Ok(feeds) }
}

fn outline(node: &Node) -> Option<OpmlFeed> {
    if !node.name.eq_ignore_ascii_case("outline") {
        return None;
    }
    let url = link::absolute(node.attr("xmlUrl")?, None)?;
    let title = [node.attr("title"), node.attr("text")].into_iter().flatten().map(collapse);
    Some(OpmlFeed { title: title.into_iter().find(|title| !title.is_empty()), url })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLE: &[u8] = include_bytes!("../../tests/fixtures/parse/opml/nested.opml");

    #[test]
    fn nested_lists_in_any_letter_case() {
        let feeds = parse(SAMPLE).unwrap();
        let pairs: Vec<_> = feeds.iter().map(|f| (f.title.as_deref(), f.url.as_str())).collect();
        assert_eq!(
            pairs,
            [
                (Some("Tea & Trains"), "https://tea.example/feed?a=1&b=2"),
                (Some("Café matinal"), "https://cafe.example/rss"),
                (None, "http://plain.example/atom.xml"),
            ]
        );
    }

    #[test]
    fn other_files_say_what_they_are() {
        assert_eq!(parse(b" \n"), Err(OpmlError::Empty));
        assert_eq!(parse(b"<html>"), Err(OpmlError::NotOpml("<html>".to_owned())));
        assert_eq!(parse(b"hello"), Err(OpmlError::NotOpml("plain text".to_owned())));
        assert_eq!(parse(b"<opml><body/></opml>"), Err(OpmlError::NoFeeds));
        let cut = &SAMPLE[..SAMPLE.len() - 60];
        assert!(matches!(parse(cut), Err(OpmlError::Broken { found: 3, .. })));
        let deep = format!("<opml>{}", "<outline>".repeat(5_000));
        assert!(matches!(parse(deep.as_bytes()), Err(OpmlError::Bomb(_))));
    }

    #[test]
    fn a_hundred_thousand_feeds_and_no_more() {
        let many: String =
            (0..100_010).map(|n| format!("<outline xmlUrl='http://x.example/{n}'/>")).collect();
        assert_eq!(parse(format!("<opml>{many}</opml>").as_bytes()).map(|f| f.len()), Ok(MOST));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_list_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn damaged_lists_too(at in 0..SAMPLE.len(), byte in any::<u8>(), cut in 0..SAMPLE.len()) {
            let mut bytes = SAMPLE.to_vec();
            bytes[at] = byte;
            for bytes in [&bytes[..], &bytes[..cut]] {
                for feed in parse(bytes).unwrap_or_default() {
                    prop_assert!(feed.url.starts_with("http"));
                }
            }
        }
    }
}
