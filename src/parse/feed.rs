//! A feed's bytes to [`ParsedFeed`]: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed. Does not fetch, store or judge.
//! Way: decode, [`clean`] (which bounds and mends), feed-rs in [`engine`], joined with our own pass in [`assemble`].

mod assemble;
mod begin;
mod clean;
mod engine;
mod error;
mod json;

use std::rc::Rc;

use url::Url;

pub use self::error::FeedError;
use super::xml::Node;
use super::{charset, discover, link};
use crate::model::ParsedFeed;
use crate::text::html::scan::{Scanner, Token};

/// `content_type` is the HTTP header, whose charset counts (RFC 7303); what kind of document it is, the bytes say.
/// `base_url` is where the feed was read; relative addresses count from `xml:base`, else the site's page, else from it; those of
/// transcripts and media from it before the site's page.
/// A feed cut short or broken gives the items complete before the break, with a warning, if there is one.
pub fn parse(
    bytes: &[u8],
    content_type: Option<&str>,
    base_url: &str,
) -> Result<ParsedFeed, FeedError> {
    let text = charset::decode(bytes, content_type);
    let trimmed =
        text.trim_start_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}');
    let feed_url = Url::parse(base_url).ok();
    if trimmed.is_empty() {
        return Err(FeedError::Empty);
    }
    if trimmed.starts_with('{') {
        return parse_json(trimmed, feed_url.as_ref());
    }
    if trimmed.starts_with('[') {
        return Err(FeedError::NotAFeed { found: "other JSON".to_owned() });
    }
    if !trimmed.contains('<') {
        let found = if trimmed.contains('\u{fffd}') { "binary data" } else { "plain text" };
        return Err(FeedError::NotAFeed { found: found.to_owned() });
    }
    let prepared = begin::prepare(trimmed);
    drop(text);
    if is_page(&prepared) {
        return Err(FeedError::IsHtml { feeds: discover::feeds(&prepared, base_url) });
    }
    parse_xml(&prepared, feed_url.as_ref())
}

fn parse_json(text: &str, feed_url: Option<&Url>) -> Result<ParsedFeed, FeedError> {
    let clean = json::clean(text, feed_url)?;
    let read = engine::read(&clean.document).map_err(|detail| FeedError::Broken { detail })?;
    let mut feed = assemble::assemble(read, clean.channel, clean.extras, clean.warnings);
    feed.language = clean.language;
    Ok(feed)
}

fn parse_xml(text: &str, feed_url: Option<&Url>) -> Result<ParsedFeed, FeedError> {
    let mut clean = clean::clean(text, feed_url)?;
    let mut document = format!("{}{}", clean.open, clean.head);
    for (item, _) in &clean.items {
        document.push_str(item);
    }
    document.push_str(clean.close);
    let read = match engine::read(&document) {
        Ok(read) => read,
        Err(detail) if clean.items.is_empty() => return Err(FeedError::Broken { detail }),
        Err(detail) => one_by_one(&mut clean, &detail)?,
    };
    let extras = clean.items.into_iter().map(|(_, extras)| extras).collect();
    let mut feed = assemble::assemble(read, clean.channel, extras, clean.warnings);
    feed.language = clean.language;
    feed.rhythm = clean.rhythm.rhythm();
    Ok(feed)
}

/// Each item in a document of its own, so that one that can't be read costs only itself.
fn one_by_one(clean: &mut clean::Clean, detail: &str) -> Result<engine::Read, FeedError> {
    let read_part = |part: &str| engine::read(&format!("{}{part}{}", clean.open, clean.close));
    let mut all = read_part(&clean.head).unwrap_or_default();
    for (item, _) in &clean.items {
        all.entries.extend(read_part(item).map(|read| read.entries).unwrap_or_default());
    }
    let lost = clean.items.len() - all.entries.len().min(clean.items.len());
    if all.entries.is_empty() {
        return Err(FeedError::Broken { detail: detail.to_owned() });
    }
    clean.warnings.push(format!("{lost} items could not be read: {detail}."));
    Ok(all)
}

/// A web page by its first tag. XHTML says `html` only there; its doctype is not asked, feeds have been seen with it.
fn is_page(text: &str) -> bool {
    let first = Scanner::new(text).find_map(|token| match token {
        Token::Start(tag) => Some(tag),
        _ => None,
    });
    first.is_some_and(|tag| {
        [
            "html", "head", "body", "title", "meta", "script", "style", "div", "p", "h1", "a",
            "br", "center", "table",
        ]
        .iter()
        .any(|name| tag.is(name))
    })
}

/// Where in the web a document stands.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    feed: Option<Rc<Url>>,
    site: Option<Rc<Url>>,
}

impl Place {
    pub(crate) fn new(feed_url: Option<&Url>) -> Self {
        Self { feed: feed_url.cloned().map(Rc::new), site: None }
    }

    /// The first one given stays.
    fn set_site(&mut self, url: &str) {
        if self.site.is_none() {
            self.site = Url::parse(url).ok().map(Rc::new);
        }
    }

    fn has_site(&self) -> bool {
        self.site.is_some()
    }

    /// What `text` in `node` means as an http(s) address.
    pub(crate) fn resolve(&self, node: &Node, text: &str) -> Option<String> {
        let base = node.base.as_deref().filter(|base| !base.cannot_be_a_base());
        link::absolute(text, base.or(self.site.as_deref()).or(self.feed.as_deref()))
    }

    /// As [`Place::resolve`] for files that belong to the feed (transcripts, media): they lie beside it, not beside the
    /// site's page (RFC 3986 5.1.3).
    pub(crate) fn resolve_file(&self, node: &Node, text: &str) -> Option<String> {
        let base = node.base.as_deref().filter(|base| !base.cannot_be_a_base());
        link::absolute(text, base.or(self.feed.as_deref()).or(self.site.as_deref()))
    }

    /// As [`Place::resolve`], without an element.
    fn absolute(&self, text: &str) -> Option<String> {
        link::absolute(text, self.site.as_deref().or(self.feed.as_deref()))
    }

    /// Only if it is absolute already.
    fn absolute_only(&self, text: &str) -> Option<String> {
        link::absolute(text, None)
    }
}

#[cfg(test)]
mod tests;
