//! One page of one feed, before it takes a format, and how much fits into it.

use crate::model::{BASE, Entry, Timestamp};

use super::{ArchiveName, Format, clean};

/// Bytes a document may have: some readers refuse more.
pub const LIMIT: usize = 512 * 1024;

/// Where our hub is, below our address.
pub const HUB: &str = "/websub";

/// Entries a page has at most.
pub const PAGE_SIZE: usize = 50;

/// Whose feeds these are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// For people.
    pub name: String,
    /// Without a slash at the end.
    pub base_url: String,
    /// `store::Instance::authority`: the authority and date of our `tag:` URIs (RFC 4151).
    pub authority: String,
    /// When the instance was made: the date of a feed without entries.
    pub created: Timestamp,
}

impl Site {
    /// The path in `base_url`, for a server that lives under one; empty for most.
    pub fn root(&self) -> String {
        let path =
            url::Url::parse(&self.base_url).map(|url| url.path().trim_end_matches('/').to_owned());
        path.unwrap_or_default()
    }
}

/// What a feed is, whichever page of it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedHead {
    /// Its permanent name: `latest`, `topics/ai`, `sources/<id>`.
    pub id_path: String,
    /// Where it is: `/latest`, `/feed?q=ai`, without a suffix.
    pub path: String,
    /// Plain text.
    pub title: String,
    /// Plain text, one sentence.
    pub subtitle: String,
}

impl FeedHead {
    /// Where a page of it is, below our address: as HTML (`None`) or as a feed, whose suffix stands before any
    /// parameters.
    pub fn address(&self, format: Option<Format>, before: Option<u64>) -> String {
        self.with(format, before.map(|before| format!("before={before}")))
    }

    /// Where an archive of it is.
    pub fn archive_address(&self, format: Format, name: ArchiveName) -> String {
        self.with(Some(format), Some(format!("archive={name}")))
    }

    fn with(&self, format: Option<Format>, param: Option<String>) -> String {
        let (path, params) = match self.path.split_once('?') {
            Some((path, params)) => (path, Some(params)),
            None => (self.path.as_str(), None),
        };
        let suffix = format.map(|format| format!(".{}", format.suffix())).unwrap_or_default();
        let params: Vec<&str> = params.into_iter().chain(param.as_deref()).collect();
        let mark = if params.is_empty() { "" } else { "?" };
        format!("{path}{suffix}{mark}{}", params.join("&"))
    }
}

/// One page of a feed.
#[derive(Debug, Clone, Copy)]
pub struct FeedDocument<'a> {
    /// Whose.
    pub site: &'a Site,
    /// Which feed.
    pub head: &'a FeedHead,
    /// The cursor of this page; none on the first.
    pub before: Option<u64>,
    /// Newest first, with their `seq`.
    pub entries: &'a [(u64, Entry)],
    /// The cursor of the page after this, if there is one.
    pub next: Option<u64>,
    /// Which archive it is, if it is one.
    pub archive: Option<ArchiveName>,
    /// The newest archive before it.
    pub previous: Option<ArchiveName>,
    /// Whether our hub tells of what is new in the feed.
    pub hub: bool,
}

impl<'a> FeedDocument<'a> {
    /// The page that begins `found`: at most [`PAGE_SIZE`] entries and [`LIMIT`] bytes in every format.
    /// Give one entry more than a page holds, so that a next page is known of. What does not fit is
    /// on the next page, never dropped.
    pub fn page(
        site: &'a Site,
        head: &'a FeedHead,
        before: Option<u64>,
        found: &'a [(u64, Entry)],
    ) -> Self {
        Self::page_of(site, head, before, found, PAGE_SIZE)
    }

    /// As [`Self::page`], with at most so many entries.
    pub fn page_of(
        site: &'a Site,
        head: &'a FeedHead,
        before: Option<u64>,
        found: &'a [(u64, Entry)],
        size: usize,
    ) -> Self {
        let kept = fit(site, head, found).min(size);
        let (entries, rest) = found.split_at(kept);
        let next = if rest.is_empty() { None } else { entries.last().map(|(seq, _)| *seq) };
        let (archive, previous, hub) = (None, None, false);
        Self { site, head, before, entries, next, archive, previous, hub }
    }

    /// An archive: all of `entries`, whatever they take, for it never changes.
    pub fn archive(
        site: &'a Site,
        head: &'a FeedHead,
        name: ArchiveName,
        entries: &'a [(u64, Entry)],
    ) -> Self {
        let archive = Some(name);
        let (before, next, previous, hub) = (None, None, None, false);
        Self { site, head, before, entries, next, archive, previous, hub }
    }

    /// The same, with the archive that comes before it.
    pub fn after(self, previous: Option<ArchiveName>) -> Self {
        Self { previous, ..self }
    }

    /// The same, with whether our hub tells of what is new.
    pub fn pushed(self, hub: bool) -> Self {
        Self { hub, ..self }
    }

    /// The same, with nothing but what was published after `base`; it has no next page.
    pub fn since(self, base: u64) -> Self {
        let newer = self.entries.partition_point(|(seq, _)| *seq > base);
        Self { entries: self.entries.get(..newer).unwrap_or_default(), next: None, ..self }
    }

    /// The newest entry's date; the instance's where there is none. It never moves by itself.
    pub fn updated(&self) -> Timestamp {
        self.entries.iter().map(|(_, e)| e.published).max().unwrap_or(self.site.created)
    }

    /// atom:id and the like: the same on every page and in every format, for ever.
    pub fn id(&self) -> String {
        format!("tag:{}:feed/{}", self.site.authority, self.head.id_path)
    }

    /// Where this page is, as HTML (`None`) or as a feed.
    pub fn url(&self, format: Option<Format>) -> String {
        match (format, self.archive) {
            (Some(format), Some(name)) => self.archive_url(format, name),
            _ => self.url_at(format, self.before),
        }
    }

    /// Where an archive of the feed is.
    pub fn archive_url(&self, format: Format, name: ArchiveName) -> String {
        format!("{}{}", self.site.base_url, self.head.archive_address(format, name))
    }

    /// Where the first page is.
    pub fn first_url(&self, format: Option<Format>) -> String {
        self.url_at(format, None)
    }

    /// Where the next page is, if there is one.
    pub fn next_url(&self, format: Option<Format>) -> Option<String> {
        self.next.map(|next| self.url_at(format, Some(next)))
    }

    /// The hub that tells of what is new in this document. Other pages and archives are no topics (WebSub 4): nothing
    /// new comes into them.
    pub fn hub_url(&self) -> Option<String> {
        let first = self.before.is_none() && self.archive.is_none();
        (self.hub && first).then(|| format!("{}{HUB}", self.site.base_url))
    }

    fn url_at(&self, format: Option<Format>, before: Option<u64>) -> String {
        format!("{}{}", self.site.base_url, self.head.address(format, before))
    }

    /// Our page of an entry.
    pub fn entry_url(&self, entry: &Entry) -> String {
        match &entry.page {
            Some(page) => format!("{}{page}", self.site.base_url),
            None => format!("{}/insights/{}", self.site.base_url, entry.insight),
        }
    }

    /// An entry's HTML with our own address where it belongs.
    pub fn content(&self, entry: &Entry) -> String {
        let parts = entry.content_html.split(BASE).map(clean::text);
        parts.collect::<Vec<_>>().join(&self.site.base_url)
    }

    /// Our icon.
    pub fn icon_url(&self) -> String {
        format!("{}/favicon.svg", self.site.base_url)
    }

    /// The language that all entries have, if they have one.
    pub fn language(&self) -> Option<String> {
        let mut tags = self.entries.iter().map(|(_, e)| language_of(e));
        let first = tags.next()??;
        tags.all(|tag| tag.as_ref() == Some(&first)).then_some(first)
    }
}

/// An entry's language if it is a language.
pub(super) fn language_of(entry: &Entry) -> Option<String> {
    entry.language.as_deref().and_then(clean::language)
}

/// How many of `found` fit into one document of any format, at least one if there is one.
/// Counts the worst case of escaping instead of writing each format, so it may take a few too few.
pub fn fit(site: &Site, head: &FeedHead, found: &[(u64, Entry)]) -> usize {
    let mut room = LIMIT.saturating_sub(head_cost(site, head));
    let kept = found.iter().take_while(|(_, entry)| {
        let cost = entry_cost(site, entry);
        let fits = cost <= room;
        room = room.saturating_sub(cost);
        fits
    });
    kept.count().max(1).min(found.len())
}

/// Bytes that no format's document of these entries exceeds.
#[cfg(test)]
pub(super) fn upper_bound(site: &Site, head: &FeedHead, found: &[(u64, Entry)]) -> usize {
    head_cost(site, head) + found.iter().map(|(_, entry)| entry_cost(site, entry)).sum::<usize>()
}

fn head_cost(site: &Site, head: &FeedHead) -> usize {
    let texts = cost(&head.title) + cost(&head.subtitle) + cost(&head.id_path) + cost(&site.name);
    4096 + 12 * (site.base_url.len() + head.path.len()) + 2 * texts
}

fn entry_cost(site: &Site, entry: &Entry) -> usize {
    let base = site.base_url.len();
    let authors: usize = entry.authors.iter().map(|name| cost(name) + 64).sum();
    let topics: usize =
        entry.topics.iter().map(|(slug, name)| cost(slug) + cost(name) + base + 80).sum();
    let source = 2 * cost(&entry.source.feed_url)
        + cost(&entry.source.title)
        + entry.source.link.as_deref().map_or(0, cost);
    // A summary may be escaped as HTML first.
    let texts = cost(&entry.id) + cost(&entry.title) + 2 * cost(&entry.summary);
    let via = entry.via.as_deref().map_or(0, cost);
    let own = base * entry.content_html.matches(BASE).count();
    1500 + 2 * base + own + authors + topics + source + texts + via + cost(&entry.content_html)
}

/// Bytes that a text takes at most in any of the formats.
fn cost(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            // `&quot;`, `\u0001`, and `]]>` which is split in CDATA.
            '"' | '\'' | '\\' | ']' | '\0'..='\u{1f}' => 6,
            '&' => 5,
            '<' | '>' => 4,
            _ => c.len_utf8(),
        })
        .sum()
}
