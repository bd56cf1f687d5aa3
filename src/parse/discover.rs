//! The feeds that a web page names. Reads markup only; what is behind an address is not looked at.

use std::collections::HashSet;

use url::Url;

use super::link;
use crate::text::html::scan::{Scanner, Tag, Token};

/// More than any page means.
const MOST: usize = 50;
const TYPES: [&str; 6] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "text/xml+rss",
    "application/x.atom+xml",
];

/// Absolute http(s) addresses in the order of the document, each once, feeds of comments last: what `<link
/// rel=alternate>` (or `rel=feed`) names, else links in the text whose address looks like a feed's.
pub fn feeds(html: &str, base_url: &str) -> Vec<String> {
    let mut base = Url::parse(base_url).ok();
    let mut based = false;
    let (mut named, mut linked) = (Vec::new(), Vec::new());
    for token in Scanner::new(html) {
        let Token::Start(tag) = token else { continue };
        if tag.is("base") && !based {
            // Only the first counts (HTML 4.2.3), and for what comes after it.
            based = true;
            let href = tag.attr("href").and_then(|href| link::absolute(&href, base.as_ref()));
            base = href.and_then(|href| Url::parse(&href).ok()).or(base);
        } else if tag.is("link") && named.len() < MOST {
            named.extend(alternate(&tag, base.as_ref()));
        } else if tag.is("a") && linked.len() < MOST {
            linked.extend(anchor(&tag, base.as_ref()));
        }
    }
    let mut found = if named.is_empty() { linked } else { named };
    found.sort_by_key(|(_, of_comments)| *of_comments);
    let mut seen = HashSet::new();
    found.into_iter().map(|(url, _)| url).filter(|url| seen.insert(url.clone())).collect()
}

fn alternate(tag: &Tag<'_>, base: Option<&Url>) -> Option<(String, bool)> {
    let rel = tag.attr("rel")?.to_ascii_lowercase();
    let mut rels = rel.split_ascii_whitespace();
    let media_type = tag.attr("type").unwrap_or_default().to_ascii_lowercase();
    let media_type = media_type.split(';').next().unwrap_or("").trim();
    let href = tag.attr("href")?;
    let typed = TYPES.contains(&media_type)
        // JSON Feed 1.0 used the type of all JSON; WordPress names its REST API with it.
        || (media_type == "application/json" && href.contains("feed"))
        || (matches!(media_type, "text/xml" | "application/xml") && looks_like_feed(&href));
    let fits = rels.any(|rel| {
        (rel == "alternate" && typed) || (rel == "feed" && (typed || media_type.is_empty()))
    });
    if !fits {
        return None;
    }
    let url = link::absolute(&href, base)?;
    let title = tag.attr("title").unwrap_or_default().to_lowercase();
    let of_comments = title.contains("comment") || url.to_ascii_lowercase().contains("comment");
    Some((url, of_comments))
}

fn anchor(tag: &Tag<'_>, base: Option<&Url>) -> Option<(String, bool)> {
    let href = tag.attr("href")?;
    let url = looks_like_feed(&href).then(|| link::absolute(&href, base)).flatten()?;
    let of_comments = url.to_ascii_lowercase().contains("comment");
    Some((url, of_comments))
}

fn looks_like_feed(href: &str) -> bool {
    let lower = href.to_ascii_lowercase();
    let path = lower.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or("");
    let page = ["sitemap", "opml", "osd", "opensearch"].iter().any(|word| last.contains(word));
    let named = matches!(
        last,
        "feed" | "feeds" | "rss" | "atom" | "podcast.xml" | "feed.json" | "index.xml"
    );
    let ending = [".rss", ".xml", ".atom", ".rdf"].iter().any(|end| last.ends_with(end));
    !page && (lower.starts_with("feed:") || named || ending)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn links_in_order_comments_last_each_once() {
        let html = include_str!("../../tests/fixtures/parse/discover/blog.html");
        assert_eq!(
            feeds(html, "https://blog.example/post/1"),
            [
                "https://blog.example/feed/",
                "https://blog.example/atom.xml?full=1&x=2",
                "https://cdn.example/feed.json",
                "https://blog.example/comments/feed/",
            ]
        );
    }

    #[test]
    fn anchors_only_where_no_link_is() {
        let html = "<a href=/about.html>x</a><a href='/show/rss'>RSS</a><a href=/sitemap.xml>m</a>\
                    <a href='javascript:rss'>no</a><A HREF=episodes.xml>y</A>";
        assert_eq!(
            feeds(html, "https://s.example/p/"),
            ["https://s.example/show/rss", "https://s.example/p/episodes.xml"]
        );
        let with = format!("{html}<base href='//b.example/q/'><link rel='feed' href=f>");
        assert_eq!(feeds(&with, "https://s.example/p/"), ["https://b.example/q/f"]);
        assert_eq!(feeds(html, "no address"), [""; 0]);
    }

    proptest! {
        #[test]
        fn any_page_gives_http_addresses(html in "(<(link|a|base) |rel=(alternate|feed)|href='?|[a-z:/.#?é]{1,8}|'|>| |type=application/rss\\+xml){0,30}") {
            for url in feeds(&html, "https://s.example/") {
                prop_assert!(url.starts_with("http"));
                prop_assert!(Url::parse(&url).is_ok());
            }
        }
    }
}
