//! OPML 2.0: our sources for another reader, or our own feeds for one that takes lists.

use crate::model::Source;

use super::clean;

/// One subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Plain text.
    pub title: String,
    /// The feed.
    pub xml_url: String,
    /// Its page.
    pub html_url: Option<String>,
}

/// The operator's sources, each given, private ones too: hand over only what the asker may see.
/// Feed addresses are written whole, so that the list can be imported again.
pub fn export(sources: &[Source]) -> Vec<u8> {
    let outlines: Vec<Outline> = sources
        .iter()
        .filter_map(|source| {
            // A mailbox is no feed, and its address is nobody else's.
            Some(Outline {
                title: source.title.clone(),
                xml_url: source.feed_url()?.to_owned(),
                html_url: source.link.as_deref().and_then(clean::web_url).map(Into::into),
            })
        })
        .collect();
    document("podbrief sources", &outlines)
}

/// A list of subscriptions.
pub fn document(title: &str, outlines: &[Outline]) -> Vec<u8> {
    let title = clean::html(&clean::line(title, 300));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<opml version=\"2.0\">\n\
         <head><title>{title}</title></head>\n<body>\n"
    );
    for one in outlines {
        out.push_str(&outline(one));
    }
    out.push_str("</body>\n</opml>\n");
    out.into_bytes()
}

fn outline(outline: &Outline) -> String {
    let address = clean::html(&outline.xml_url);
    let title = match clean::html(&clean::line(&outline.title, 300)) {
        empty if empty.is_empty() => address.clone(),
        title => title,
    };
    let page = outline.html_url.as_deref().map(clean::html);
    let page = page.map_or_else(String::new, |url| format!(" htmlUrl=\"{url}\""));
    format!(
        "<outline type=\"rss\" text=\"{title}\" title=\"{title}\" xmlUrl=\"{address}\"{page}/>\n"
    )
}
