//! An element in memory, with the questions that readers of feeds ask of it. Bounded by the reader that builds it.

use std::rc::Rc;

use url::Url;

use crate::parse::ns::Ns;
use crate::text::html::escape;

/// An element with all it holds.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// By address or prefix.
    pub ns: Ns,
    /// Without prefix, as written.
    pub name: String,
    /// With prefix, as written; references decoded. `xmlns` and what follows it are left out.
    pub attributes: Vec<(String, String)>,
    /// In order.
    pub children: Vec<Child>,
    /// `xml:base` in force here, if any was given.
    pub base: Option<Rc<Url>>,
}

/// What an element holds.
#[derive(Debug, Clone)]
pub(crate) enum Child {
    /// An element.
    Node(Node),
    /// Text and CDATA, references decoded.
    Text(String),
}

impl Node {
    /// Whether it is this element, in any letter case.
    pub fn is(&self, ns: Ns, name: &str) -> bool {
        self.ns == ns && self.name.eq_ignore_ascii_case(name)
    }

    /// By name with prefix, in any letter case.
    pub fn attr(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The elements directly inside.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.children.iter().filter_map(|child| match child {
            Child::Node(node) => Some(node),
            Child::Text(_) => None,
        })
    }

    /// The first element of this name directly inside that has text or attributes.
    pub fn child(&self, ns: Ns, name: &str) -> Option<&Node> {
        self.nodes().find(|node| {
            node.is(ns, name) && (!node.children.is_empty() || !node.attributes.is_empty())
        })
    }

    /// The text directly inside, trimmed.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for child in &self.children {
            if let Child::Text(text) = child {
                out.push_str(text);
            }
        }
        let trimmed = out.trim();
        if trimmed.len() == out.len() { out } else { trimmed.to_owned() }
    }

    /// The trimmed text of the first such child that has any.
    pub fn text_of(&self, ns: Ns, name: &str) -> Option<String> {
        self.nodes().filter(|n| n.is(ns, name)).map(Node::text).find(|text| !text.is_empty())
    }

    /// Text, with elements inside (XHTML, or HTML that nobody escaped) written as HTML again.
    pub fn markup(&self) -> String {
        if self.nodes().next().is_none() {
            return self.text();
        }
        let mut out = String::new();
        write_children(self, &mut out);
        out.trim().to_owned()
    }
}

/// Recursion is bounded by [`MAX_DEPTH`].
fn write_children(node: &Node, out: &mut String) {
    for child in &node.children {
        match child {
            Child::Text(text) => out.push_str(&escape(text)),
            Child::Node(inner) => {
                out.push('<');
                out.push_str(&inner.name);
                for (key, value) in &inner.attributes {
                    out.push(' ');
                    out.push_str(key);
                    out.push_str("=\"");
                    out.push_str(&escape(value));
                    out.push('"');
                }
                out.push('>');
                write_children(inner, out);
                let void = ["br", "hr", "img", "wbr", "input", "source", "col"];
                if !(inner.children.is_empty() && void.contains(&inner.name.as_str())) {
                    out.push_str("</");
                    out.push_str(&inner.name);
                    out.push('>');
                }
            }
        }
    }
}
