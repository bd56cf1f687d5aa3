//! Feeds as they come to the narrow, well-formed form that feed-rs reads without surprise: RSS of every version (RDF
//! too) becomes RSS 2.0, Atom 0.3 becomes Atom 1.0, element by element from a list, everything escaped, nothing else
//! let through. Why: one odd element makes feed-rs refuse a whole feed, some make it panic (a duration of 30 digits).
//! Every item is numbered, so that what our own pass reads meets what feed-rs reads.

use url::Url;

use super::{FeedError, Place};
use crate::parse::ns::Ns;
use crate::parse::podcast::{ChannelExtras, ItemExtras, language};
use crate::parse::xml::{Node, Piece, Xml, XmlError};
use crate::parse::{date, discover, rhythm};
use crate::text::html::escape;

/// Items kept of one document, the first ones: feeds put the newest first.
const MAX_ITEMS: usize = 5_000;
/// Bytes kept of one text; the rest of a longer one is dropped.
const MAX_TEXT: usize = 1_000_000;
/// What the number of an item is written as, as a link among its links.
pub(super) const NUMBER: &str = "urn:podbrief-item:";

/// A feed in the narrow form, in pieces, so that an item that still fails can be left out.
#[derive(Debug, Default)]
pub(super) struct Clean {
    /// Up to the first item, without the feed's own elements.
    pub open: &'static str,
    /// The feed's own elements.
    pub head: String,
    /// Each numbered by its place here.
    pub items: Vec<(String, ItemExtras)>,
    /// After the last item.
    pub close: &'static str,
    /// What feed-rs doesn't read of the feed.
    pub channel: ChannelExtras,
    pub language: Option<String>,
    pub rhythm: rhythm::Reading,
    pub warnings: Vec<String>,
}

/// `text` must have gone through [`crate::parse::xml::prepare`].
pub(super) fn clean(text: &str, feed_url: Option<&Url>) -> Result<Clean, FeedError> {
    let mut xml = Xml::new(text);
    let root = loop {
        match xml.next() {
            Ok(Piece::Start(root)) => break root,
            Ok(_) => {}
            Err(XmlError::CutShort) => {
                return Err(FeedError::NotAFeed { found: "plain text".to_owned() });
            }
            Err(error) => return Err(refuse(error)),
        }
    };
    let mut run = Run { place: Place::new(feed_url), clean: Clean::default() };
    let end = match root.name.to_ascii_lowercase().as_str() {
        "rss" | "rdf" | "channel" => run.rss(&mut xml, root),
        "feed" => run.atom(&mut xml, root),
        "entry" => run.entry_alone(&mut xml, root),
        "html" => {
            let feeds = discover::feeds(text, feed_url.map_or("", Url::as_str));
            return Err(FeedError::IsHtml { feeds });
        }
        "opml" => return Err(FeedError::NotAFeed { found: "an OPML list of feeds".to_owned() }),
        other => {
            return Err(FeedError::NotAFeed {
                found: format!("XML of the kind <{}>", short(other)),
            });
        }
    };
    run.finish(&xml, end)
}

fn short(name: &str) -> String {
    name.chars().take(40).collect()
}

fn refuse(error: XmlError) -> FeedError {
    match error {
        XmlError::Bomb(detail) => FeedError::Bomb { detail: detail.to_owned() },
        XmlError::CutShort => FeedError::Truncated,
        XmlError::Broken(detail) => FeedError::Broken { detail },
    }
}

struct Run {
    place: Place,
    clean: Clean,
}

impl Run {
    fn rss(&mut self, xml: &mut Xml<'_>, root: Node) -> Result<(), XmlError> {
        self.clean.open = "<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>";
        self.clean.close = "</channel></rss>";
        xml.set_default(Ns::Rss);
        self.clean.language = root.attr("xml:lang").and_then(language);
        while let Some(node) = next_start(xml)? {
            if node.is(Ns::Rss, "channel") {
                xml.set_default(Ns::Rss);
            } else if node.is(Ns::Rss, "items") {
                // RSS 1.1 keeps its items in it; RSS 1.0 a list of their names, which is passed over.
            } else if node.is(Ns::Rss, "item") {
                let item = xml.tree(node)?;
                if !self.add(|number, place, out| rss_item(&item, number, place, out), &item) {
                    return Ok(());
                }
            } else {
                let node = xml.tree(node)?;
                self.channel(&node);
            }
        }
        Ok(())
    }

    fn atom(&mut self, xml: &mut Xml<'_>, root: Node) -> Result<(), XmlError> {
        self.clean.open = "<feed xmlns=\"http://www.w3.org/2005/Atom\">";
        self.clean.close = "</feed>";
        xml.set_default(Ns::Atom);
        self.clean.language = root.attr("xml:lang").and_then(language);
        while let Some(node) = next_start(xml)? {
            let node = xml.tree(node)?;
            if !node.is(Ns::Atom, "entry") {
                self.channel(&node);
            } else if !self.add(|number, place, out| atom_entry(&node, number, place, out), &node) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// RFC 4287 2: an entry may be a document of its own.
    fn entry_alone(&mut self, xml: &mut Xml<'_>, root: Node) -> Result<(), XmlError> {
        self.clean.open = "<feed xmlns=\"http://www.w3.org/2005/Atom\">";
        self.clean.close = "</feed>";
        xml.set_default(Ns::Atom);
        let entry = xml.tree(root)?;
        self.add(|number, place, out| atom_entry(&entry, number, place, out), &entry);
        Ok(())
    }

    /// `false` if the feed has had its number of items.
    fn add(&mut self, write: impl Fn(usize, &Place, &mut String), item: &Node) -> bool {
        if self.clean.items.len() >= MAX_ITEMS {
            self.clean
                .warnings
                .push(format!("The feed has more than {MAX_ITEMS} items; the rest was not read."));
            return false;
        }
        let mut out = String::new();
        write(self.clean.items.len(), &self.place, &mut out);
        self.clean.items.push((out, ItemExtras::read(item, &self.place)));
        true
    }

    /// An element directly inside the channel or feed.
    fn channel(&mut self, node: &Node) {
        self.clean.channel.add(node, &self.place);
        self.clean.rhythm.add(node);
        let out = &mut self.clean.head;
        match (node.ns, node.name.to_ascii_lowercase().as_str()) {
            (Ns::Rss, "title") => element(out, "title", &node.markup()),
            (Ns::Dc, "title") if !out.contains("<title>") => {
                element(out, "title", &node.markup());
            }
            (Ns::Rss, "description") => element(out, "description", &node.markup()),
            (Ns::Rss, "link") => {
                if let Some(link) = self.place.resolve(node, &node.text()) {
                    element(out, "link", &link);
                    self.place.set_site(&link);
                }
            }
            (Ns::Rss, "language") | (Ns::Dc, "language") => {
                self.clean.language = language(&node.text()).or(self.clean.language.take());
            }
            (Ns::Atom, "title") => construct(out, "title", node),
            (Ns::Atom, "subtitle" | "tagline") => construct(out, "subtitle", node),
            (Ns::Atom, "link") if self.clean.open.starts_with("<feed") => {
                let site = atom_link(out, node, &self.place);
                if let Some(site) = site.filter(|_| !self.place.has_site()) {
                    self.place.set_site(&site);
                }
            }
            _ => {}
        }
    }

    fn finish(mut self, xml: &Xml<'_>, end: Result<(), XmlError>) -> Result<Clean, FeedError> {
        let count = self.clean.items.len();
        match end {
            Ok(()) => {}
            Err(error @ XmlError::Bomb(_)) => return Err(refuse(error)),
            Err(error) if count == 0 => return Err(refuse(error)),
            Err(error) => self.clean.warnings.push(match error {
                XmlError::Broken(detail) => {
                    format!("The feed is broken after its first {count} items, which were read: {detail}.")
                }
                _ => format!("The feed ends in the middle; its first {count} items were read."),
            }),
        }
        if xml.mended > 0 {
            self.clean.warnings.push(format!("{} wrongly closed tags were mended.", xml.mended));
        }
        if xml.declares_entities {
            self.clean.warnings.push(
                "The feed declares entities of its own, which are never expanded.".to_owned(),
            );
        }
        Ok(self.clean)
    }
}

/// The next element to look at; `None` at the end of the root.
fn next_start(xml: &mut Xml<'_>) -> Result<Option<Node>, XmlError> {
    loop {
        match xml.next()? {
            Piece::Start(node) => return Ok(Some(node)),
            Piece::Done => return Ok(None),
            Piece::End | Piece::Text(_) => {}
        }
    }
}

fn element(out: &mut String, name: &str, text: &str) {
    if !text.is_empty() {
        out.push_str(&format!("<{name}>{}</{name}>", escape(cut(text))));
    }
}

/// At most [`MAX_TEXT`] bytes, at a character's border.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}

fn rss_item(item: &Node, number: usize, place: &Place, out: &mut String) {
    let longest =
        |texts: &mut dyn Iterator<Item = String>| texts.max_by_key(String::len).unwrap_or_default();
    let named = |ns, name: &'static str| item.nodes().filter(move |node| node.is(ns, name));
    let title =
        [(Ns::Rss, "title"), (Ns::Itunes, "title"), (Ns::Dc, "title"), (Ns::Media, "title")];
    let title = title.into_iter().find_map(|(ns, name)| item.child(ns, name).map(Node::markup));
    let dates = [
        (Ns::Rss, "pubDate"),
        (Ns::Dc, "date"),
        (Ns::Dc, "issued"),
        (Ns::Dc, "created"),
        (Ns::Dc, "modified"),
        (Ns::Atom, "published"),
        (Ns::Atom, "updated"),
        (Ns::Rss, "updated"),
        (Ns::Rss, "date"),
    ];
    let date = dates.into_iter().flat_map(|(ns, name)| named(ns, name)).map(Node::text);
    let date = date.filter_map(|text| date::parse(&text)).next();
    let described = named(Ns::Rss, "description")
        .chain(named(Ns::Dc, "description"))
        .chain(named(Ns::Rss, "summary"));
    let encoded = named(Ns::Content, "encoded")
        .chain(named(Ns::Atom, "content"))
        .chain(named(Ns::Other, "body"))
        .chain(named(Ns::Rss, "body"))
        .chain(named(Ns::Rss, "fullitem"));
    out.push_str("<item>");
    element(out, "title", &title.unwrap_or_default());
    element(out, "link", &rss_link(item, place).unwrap_or_default());
    let guid = item.text_of(Ns::Rss, "guid").or_else(|| item.text_of(Ns::Rss, "id"));
    element(out, "guid", &guid.unwrap_or_default());
    element(out, "pubDate", &date.map(|date| date.rfc3339()).unwrap_or_default());
    element(out, "description", &longest(&mut described.map(Node::markup)));
    element(out, "content:encoded", &longest(&mut encoded.map(Node::markup)));
    element(out, "link", &format!("{NUMBER}{number}"));
    out.push_str("</item>");
}

/// `link`, else Atom's, else a guid that is said to be one (RSS 2.0: it is unless `isPermaLink` is false), else `rdf:about`.
fn rss_link(item: &Node, place: &Place) -> Option<String> {
    let named = |name: &'static str| item.nodes().filter(move |node| node.is(Ns::Rss, name));
    let plain = named("link").find_map(|node| {
        place.resolve(node, &node.text()).or_else(|| place.resolve(node, node.attr("href")?))
    });
    let atom = || {
        let mut links = item.nodes().filter(|node| node.is(Ns::Atom, "link"));
        links
            .find(|n| n.attr("rel").is_none_or(|rel| rel == "alternate"))
            .and_then(|n| place.resolve(n, n.attr("href")?))
    };
    // Only what is absolute already: a bare number would pass for a relative address.
    let permanent = |text: &str| place.absolute_only(text);
    plain
        .or_else(atom)
        .or_else(|| {
            let guid = named("guid").find(|guid| {
                guid.attr("isPermaLink").is_none_or(|v| !v.eq_ignore_ascii_case("false"))
            });
            guid.and_then(|guid| permanent(&guid.text()))
        })
        .or_else(|| item.attr("rdf:about").and_then(permanent))
}

fn atom_entry(entry: &Node, number: usize, place: &Place, out: &mut String) {
    let date = |names: &[&'static str]| {
        // An element that may stand once only is the last one, where there are two.
        let last = |name: &&'static str| {
            let all = entry.nodes().filter(|node| node.is(Ns::Atom, name));
            all.filter_map(|node| date::parse(&node.text())).last()
        };
        names.iter().find_map(last).map(|date| date.rfc3339())
    };
    out.push_str("<entry>");
    element(out, "id", &entry.text_of(Ns::Atom, "id").unwrap_or_default());
    // Atom 0.3 says issued, created, modified.
    element(
        out,
        "published",
        &date(&["published", "issued", "created", "pubDate"]).unwrap_or_default(),
    );
    element(out, "updated", &date(&["updated", "modified"]).unwrap_or_default());
    for node in entry.nodes().filter(|node| node.ns == Ns::Atom) {
        match node.name.to_ascii_lowercase().as_str() {
            "link" => {
                atom_link(out, node, place);
            }
            name @ ("title" | "summary" | "content") => construct(out, name, node),
            _ => {}
        }
    }
    // YouTube keeps its text in a media group.
    if entry.child(Ns::Atom, "summary").is_none() && entry.child(Ns::Atom, "content").is_none() {
        let group = entry.child(Ns::Media, "group").unwrap_or(entry);
        let text = group.text_of(Ns::Media, "description").unwrap_or_default();
        element(out, "summary", &text);
    }
    out.push_str(&format!("<link rel=\"via\" href=\"{NUMBER}{number}\"/></entry>"));
}

/// Writes a link that is http(s); gives its address if it is the page itself.
fn atom_link(out: &mut String, node: &Node, place: &Place) -> Option<String> {
    let href = place.resolve(node, node.attr("href")?)?;
    let rel = node.attr("rel").unwrap_or("alternate");
    let kind = node.attr("type").unwrap_or("");
    if rel != "alternate" {
        return None;
    }
    out.push_str(&format!(
        "<link rel=\"alternate\" type=\"{}\" href=\"{}\"/>",
        escape(kind),
        escape(&href)
    ));
    (kind.is_empty() || kind.contains("html")).then_some(href)
}

/// A text of RFC 4287 3.1 or of Atom 0.3 (where `mode` says how it is written), as `text` or escaped `html`.
fn construct(out: &mut String, name: &str, node: &Node) {
    let kind = node.attr("type").unwrap_or("text").trim().to_ascii_lowercase();
    let mode = node.attr("mode").unwrap_or("").to_ascii_lowercase();
    let foreign = kind.contains('/') && !kind.starts_with("text/") && !kind.contains("html");
    let xml = kind.ends_with("/xml") || kind.ends_with("+xml");
    if (foreign && xml) || node.attr("src").is_some() {
        return;
    }
    // RFC 4287 4.1.3.3: of any other type, it is in base64.
    let packed = mode == "base64" || foreign;
    let html = kind.contains("html") || (!packed && node.nodes().next().is_some());
    let text = match (packed, html) {
        (true, _) => unpacked(&node.text()).unwrap_or_default(),
        // A comment that is never closed takes the rest with it.
        (false, true) if name == "title" => {
            let text = node.markup();
            let open = text.rfind("<!--").filter(|at| !text[*at..].contains('>'));
            text[..open.unwrap_or(text.len())].to_owned()
        }
        (false, true) => node.markup(),
        (false, false) => node.text(),
    };
    if !text.is_empty() {
        let kind = if html { "html" } else { "text" };
        out.push_str(&format!("<{name} type=\"{kind}\">{}</{name}>", escape(cut(&text))));
    }
}

/// Base64 that holds text; a picture or a program is none.
fn unpacked(text: &str) -> Option<String> {
    use base64::Engine as _;
    let text: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let odd = |c: char| c.is_control() && !c.is_whitespace();
    (!text.contains(odd)).then_some(text)
}
