//! XML from strangers as trees of bounded size and depth: mends what is mendable, expands no declared entity, reads no
//! external one. Used for feeds and OPML; knows neither.

mod node;

use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::errors::Error as QuickError;
use quick_xml::events::{BytesStart, Event};
use url::Url;

pub(crate) use self::node::{Child, Node};
use super::charset;
use super::ns::{self, Ns};
use crate::text::html::entity;

/// Elements within elements; real feeds stay below 30.
pub(crate) const MAX_DEPTH: usize = 200;
/// Attributes read of one element, and namespaces in force at once.
const MAX_ATTRIBUTES: usize = 200;
/// Bytes of an `xml:base`.
const MAX_BASE: usize = 2000;
/// Entities a document may declare (they are never expanded) before it counts as an attack.
const MAX_ENTITIES: usize = 300;

/// Why reading stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum XmlError {
    /// Made to exhaust whoever reads it.
    Bomb(&'static str),
    /// The document ends before its elements do.
    CutShort,
    /// Not XML from here on, in the reader's words.
    Broken(String),
}

/// What comes next in a document.
#[derive(Debug)]
pub(crate) enum Piece {
    /// An element begins; its children are still to come.
    Start(Node),
    /// The innermost open element ends.
    End,
    /// Text inside it.
    Text(String),
    /// The root element is closed.
    Done,
}

/// Decoded text made fit to be read: without characters that XML forbids, and with a `<` that begins no tag escaped,
/// since the reader would take all up to the next `>` for one.
pub(crate) fn prepare(text: String) -> String {
    let text = charset::legal_in_xml(text);
    let mut stray = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        at += found;
        let rest = &text[at..];
        let skip = |open: &str, close: &str| {
            let inner = rest.strip_prefix(open)?;
            Some(inner.find(close).map_or(rest.len(), |end| open.len() + end + close.len()))
        };
        if let Some(length) = skip("<![CDATA[", "]]>").or_else(|| skip("<!--", "-->")) {
            at += length;
            continue;
        }
        let tag = |c: char| c.is_alphabetic() || matches!(c, '_' | ':' | '/' | '!' | '?');
        if !rest[1..].starts_with(tag) {
            stray.push(at);
        }
        at += 1;
    }
    if stray.is_empty() {
        return text;
    }
    let mut out = String::with_capacity(text.len() + stray.len() * 3);
    let mut from = 0;
    for at in stray {
        out.push_str(&text[from..at]);
        out.push_str("&lt;");
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out
}

struct Open {
    name: String,
    namespaces: usize,
    base: Option<Rc<Url>>,
}

/// A reader of one document.
pub(crate) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    open: Vec<Open>,
    namespaces: Vec<(String, Ns)>,
    /// What an element without prefix is of, where nothing is declared.
    default: Ns,
    /// End tags still to report for elements that were never closed.
    owed: usize,
    begun: bool,
    /// Tags mended: closed late, or closed without being open.
    pub mended: usize,
    /// Whether the document declares entities of its own (which stay unexpanded).
    pub declares_entities: bool,
}

impl<'a> Xml<'a> {
    /// Of text already decoded and free of illegal characters.
    pub fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        config.expand_empty_elements = true;
        config.trim_markup_names_in_closing_tags = true;
        Self {
            reader,
            open: Vec::new(),
            namespaces: Vec::new(),
            default: Ns::Rss,
            owed: 0,
            begun: false,
            mended: 0,
            declares_entities: false,
        }
    }

    /// Takes elements without prefix for `ns`, whatever the open elements declare as default: an `rss` element with
    /// Atom's namespace as default is still RSS.
    pub fn set_default(&mut self, ns: Ns) {
        self.default = ns;
        for (prefix, known) in &mut self.namespaces {
            if prefix.is_empty() {
                *known = ns;
            }
        }
    }

    /// The next piece; after an error or [`Piece::Done`] nothing more is to be had.
    pub fn next(&mut self) -> Result<Piece, XmlError> {
        loop {
            if self.owed > 0 {
                self.owed -= 1;
                self.close();
                return Ok(Piece::End);
            }
            if self.begun && self.open.is_empty() {
                return Ok(Piece::Done);
            }
            match self.reader.read_event() {
                Ok(Event::Start(start)) => match self.start(&start)? {
                    Some(node) => return Ok(Piece::Start(node)),
                    None => return Ok(Piece::Text(format!("<{}>", &*start))),
                },
                Ok(Event::End(end)) => self.end(end.name().as_ref()),
                Ok(Event::Text(text)) => return Ok(Piece::Text(text.to_string())),
                Ok(Event::CData(text)) => return Ok(Piece::Text(text.to_string())),
                Ok(Event::GeneralRef(name)) => {
                    // Names the document declares itself are not in the table, so they stay as written.
                    let text = entity::reference(&name);
                    return Ok(Piece::Text(
                        text.map_or_else(|| format!("&{};", &*name), String::from),
                    ));
                }
                Ok(Event::DocType(doctype)) => self.doctype(&doctype)?,
                Ok(Event::Eof) => return Err(XmlError::CutShort),
                Ok(_) => {}
                Err(QuickError::Syntax(_)) if !self.open.is_empty() => {
                    return Err(XmlError::CutShort);
                }
                Err(error) => return Err(XmlError::Broken(error.to_string())),
            }
        }
    }

    /// The whole element that `root` begins.
    pub fn tree(&mut self, root: Node) -> Result<Node, XmlError> {
        let mut path = vec![root];
        loop {
            match self.next()? {
                Piece::Start(node) => path.push(node),
                Piece::Text(text) => {
                    if let Some(node) = path.last_mut() {
                        match node.children.last_mut() {
                            Some(Child::Text(before)) => before.push_str(&text),
                            _ => node.children.push(Child::Text(text)),
                        }
                    }
                }
                Piece::End | Piece::Done => {
                    let Some(done) = path.pop() else { return Err(XmlError::CutShort) };
                    match path.last_mut() {
                        Some(parent) => parent.children.push(Child::Node(done)),
                        None => return Ok(done),
                    }
                }
            }
        }
    }

    /// `None` if it is no tag but a stray `<` in text.
    fn start(&mut self, start: &BytesStart<'_>) -> Result<Option<Node>, XmlError> {
        let full = start.name();
        let full: &str = full.as_ref();
        if !full.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':')) {
            // The reader will report an end for `< x />` all the same; `end` ignores it.
            return Ok(None);
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(XmlError::Bomb("its elements nest deeper than 200 levels"));
        }
        let namespaces = self.namespaces.len();
        let mut base = self.open.last().and_then(|open| open.base.clone());
        let mut attributes = Vec::new();
        // `html` reading lets pass what XML forbids (no quotes, no value); without the check for duplicates, which
        // is quadratic.
        for attribute in start.html_attributes().with_checks(false).take(MAX_ATTRIBUTES).flatten() {
            let key: &str = attribute.key.as_ref();
            let value = entity::decode(&attribute.value).into_owned();
            if key == "xmlns" || key.starts_with("xmlns:") {
                if self.namespaces.len() < MAX_ATTRIBUTES {
                    let prefix = key.strip_prefix("xmlns:").unwrap_or("");
                    self.namespaces.push((prefix.to_owned(), ns::by_uri(&value)));
                }
                continue;
            }
            if key == "xml:base" {
                base = resolve_base(base, &value);
            }
            attributes.push((key.to_owned(), value));
        }
        let (prefix, name) = full.split_once(':').unwrap_or(("", full));
        let known = self.namespaces.iter().rev().find(|(known, _)| known == prefix);
        let ns = match known {
            Some((_, Ns::Other)) if ns::by_prefix(prefix) != Ns::Other => ns::by_prefix(prefix),
            Some((_, ns)) => *ns,
            None if prefix.is_empty() => self.default,
            None => ns::by_prefix(prefix),
        };
        self.begun = true;
        self.open.push(Open { name: full.to_owned(), namespaces, base: base.clone() });
        Ok(Some(Node { ns, name: name.to_owned(), attributes, children: Vec::new(), base }))
    }

    /// Closes the innermost open element of this name, and with it all inside that were left open.
    fn end(&mut self, name: &str) {
        let exact = self.open.iter().rposition(|open| open.name == name);
        let found = exact
            .or_else(|| self.open.iter().rposition(|open| open.name.eq_ignore_ascii_case(name)));
        match found {
            Some(at) => {
                self.owed = self.open.len() - at;
                self.mended += self.owed - 1;
            }
            None => self.mended += 1,
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.namespaces.truncate(open.namespaces);
        }
    }

    /// Nothing declared here is ever used. An entity made of others is what an exponential expansion is built from.
    fn doctype(&mut self, text: &str) -> Result<(), XmlError> {
        for (count, declared) in text.split("<!ENTITY").skip(1).enumerate() {
            self.declares_entities = true;
            let value = declared.split('>').next().unwrap_or(declared);
            let nested = value.split('&').skip(1).any(|name| !name.starts_with('#'));
            if nested && !value.contains("SYSTEM") && !value.contains("PUBLIC") {
                return Err(XmlError::Bomb("its DTD builds entities out of entities"));
            }
            if count >= MAX_ENTITIES {
                return Err(XmlError::Bomb("its DTD declares hundreds of entities"));
            }
        }
        Ok(())
    }
}

/// A base of endless length would be copied into every element below it, so one is left out.
fn resolve_base(outer: Option<Rc<Url>>, value: &str) -> Option<Rc<Url>> {
    if value.len() > MAX_BASE {
        return outer;
    }
    let joined = match &outer {
        Some(outer) => outer.join(value),
        None => Url::parse(value),
    };
    joined.ok().filter(|url| url.as_str().len() <= MAX_BASE).map(Rc::new).or(outer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> Result<(Node, usize), XmlError> {
        let text = prepare(text.to_owned());
        let mut xml = Xml::new(&text);
        loop {
            if let Piece::Start(node) = xml.next()? {
                return xml.tree(node).map(|tree| (tree, xml.mended));
            }
        }
    }

    #[test]
    fn entities_cdata_and_namespaces() {
        let (node, mended) = root(
            "<?xml version='1.0'?><r xmlns:p='https://podcastindex.org/namespace/1.0'>a&nbsp;&amp;lt; <![CDATA[<b>]]>\
             <p:guid x='1&amp;2'/><itunes:author>é & co</itunes:author></r>",
        )
        .unwrap();
        assert_eq!(mended, 0);
        assert_eq!(node.text(), "a\u{a0}&lt; <b>");
        assert_eq!(node.child(Ns::Podcast, "GUID").and_then(|n| n.attr("x")), Some("1&2"));
        assert_eq!(node.text_of(Ns::Itunes, "author").as_deref(), Some("é & co"));
    }

    #[test]
    fn open_and_stray_tags_are_mended() {
        let (node, mended) =
            root("<r><d><p>one<br>two</d><t>x</i></t>5 < 6 <c a='<'><![CDATA[7 < 8]]></c></r>")
                .unwrap();
        assert_eq!(node.text_of(Ns::Rss, "t").as_deref(), Some("x"));
        assert_eq!(mended, 3);
        assert_eq!(node.text(), "5 < 6");
        assert_eq!(node.text_of(Ns::Rss, "c").as_deref(), Some("7 < 8"));
        assert_eq!(node.child(Ns::Rss, "d").unwrap().markup(), "<p>one<br>two</br></p>");
    }

    #[test]
    fn bombs_are_refused_before_anything_grows() {
        let lol = "<!DOCTYPE r [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><r>&b;</r>";
        assert!(matches!(root(lol), Err(XmlError::Bomb(_))));
        let deep = "<a>".repeat(100_000);
        assert!(matches!(root(&deep), Err(XmlError::Bomb(_))));
        let file = "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\"><!ENTITY n \"&#160;\">]><r>&x;&n;</r>";
        assert_eq!(root(file).unwrap().0.text(), "&x;&n;");
    }

    #[test]
    fn the_end_may_come_early() {
        for text in ["<r><a>x", "<r><a", "<r><![CDATA[x", "<r><!-- x", "<r>&amp"] {
            assert_eq!(root(text).err(), Some(XmlError::CutShort), "{text}");
        }
        assert_eq!(root("nothing").err(), Some(XmlError::CutShort));
    }

    #[test]
    fn bases_nest() {
        let (node, _) = root("<r xml:base='http://a.example/x/'><i xml:base='y/'/></r>").unwrap();
        let inner = node.nodes().next().and_then(|n| n.base.as_deref().map(Url::to_string));
        assert_eq!(inner.as_deref(), Some("http://a.example/x/y/"));
    }
}
