//! A newsletter's issue as an entry with its whole text. Made from what is stored for good, so it is the same each time.

use crate::model::{BASE, Entry, EntrySource, InsightId, Item, Source};
use crate::text::html;

use super::clean;

/// Bytes of an issue's text in a feed, so that any issue fits into any document; the rest is on its page.
const MOST: usize = 160 * 1024;
const SUMMARY: usize = 400;

/// The entry of `item`, whose text is `text` (safe HTML, pictures as `cid:` and their number).
pub fn issue(item: &Item, source: &Source, text: &str, authority: &str) -> Entry {
    let show = clean::name(&source.title, 200);
    let title = match clean::title(&item.title, 300) {
        empty if empty.is_empty() => "Untitled".to_owned(),
        title => title,
    };
    let path = format!("/items/{}", item.id);
    // Our own address is put in when the entry is shown.
    let page = format!("{BASE}{path}");
    let plain = html::to_plain(text);
    Entry {
        id: format!("tag:{authority}:item/{}", item.id),
        // No insight stands behind it.
        insight: InsightId::new(&item.id, 0, 0, ""),
        title,
        content_html: with_pictures(&cut(text, &page), &page),
        summary: clean::line(&plain, SUMMARY),
        published: item.seen,
        authors: if show.is_empty() { Vec::new() } else { vec![show.clone()] },
        topics: Vec::new(),
        via: item.link.as_deref().and_then(clean::web_url).map(Into::into),
        source: EntrySource {
            feed_url: String::new(),
            title: show,
            link: source.link.as_deref().and_then(clean::web_url).map(Into::into),
            item_published: item.published,
        },
        language: item.language.as_deref().and_then(clean::language),
        page: Some(path),
    }
}

/// The text with its pictures where we serve them: `page` is the item's.
pub fn with_pictures(text: &str, page: &str) -> String {
    text.replace("src=\"cid:", &format!("src=\"{page}/images/"))
}

/// At most [`MOST`] bytes, cut between two blocks, with a link to the rest.
fn cut(text: &str, page: &str) -> String {
    if text.len() <= MOST {
        return clean::text(text).into_owned();
    }
    let more = format!("<p><a href=\"{}\">The rest of this issue</a></p>", clean::html(page));
    let head = &text[..text.floor_char_boundary(MOST)];
    match head.rfind('\n') {
        // A line end stands behind each block that lies in no other.
        Some(end) => format!("{}{more}", clean::text(&head[..end])),
        None => {
            let plain = clean::line(&html::to_plain(head), MOST / 8);
            format!("<p>{}</p>{more}", clean::html(&plain))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::tests as given;
    use crate::publish::{FeedDocument, LIMIT, PAGE_SIZE};

    fn entry(text: &str) -> Entry {
        issue(&given::item(), &given::source(), text, "example.org,2026-11-24")
    }

    #[test]
    fn an_issue_is_an_entry_with_a_page_and_pictures_of_ours() {
        let found = entry("<p>Hello <img src=\"cid:0\" alt=\"a\"> world</p>\n");
        let id = given::item().id;
        assert_eq!(found.id, format!("tag:example.org,2026-11-24:item/{id}"));
        assert_eq!(
            found.content_html,
            format!("<p>Hello <img src=\"{BASE}/items/{id}/images/0\" alt=\"a\"> world</p>\n")
        );
        assert_eq!(found.summary, "Hello world");
    }

    #[test]
    fn the_largest_issues_fit_and_none_is_dropped() {
        let long = "<p>\"&lt;word&gt;\" and more</p>\n".repeat(20_000);
        let list = format!("<ul>{}</ul>", "<li>x</li>".repeat(40_000));
        let entries: Vec<(u64, Entry)> =
            (0..60).rev().map(|n| (n, entry(if n % 2 == 0 { &long } else { &list }))).collect();
        assert!(
            entries.iter().all(|(_, e)| e.content_html.ends_with("The rest of this issue</a></p>"))
        );
        let (site, head) = (given::site(), given::head());
        let (mut seen, mut rest, mut before) = (0, entries.as_slice(), None);
        while !rest.is_empty() {
            let page =
                FeedDocument::page(&site, &head, before, &rest[..rest.len().min(PAGE_SIZE + 1)]);
            assert!(crate::publish::atom(&page).unwrap().len() <= LIMIT);
            seen += page.entries.len();
            rest = &rest[page.entries.len()..];
            before = page.next;
        }
        assert_eq!(seen, 60);
    }
}
