//! Blocks to plain HTML, without what names the reader, and then through ammonia: two locks on one door.

use std::sync::LazyLock;

use super::block::{Block, Kind, Span};
use super::links::{self, Secrets};
use crate::parse::mail::InlineImage;
use crate::text::html::{collapse, escape, is_invisible};

/// Bytes of an issue's text; what is beyond is cut at a block, and the text says so.
const MAX_HTML: usize = 400 * 1024;

/// Words in front of a reader's name.
const GREETINGS: [&str; 12] = [
    "dear", "hi", "hello", "hey", "liebe", "lieber", "hallo", "bonjour", "cher", "chère", "hola",
    "querida",
];

pub(super) struct Written {
    pub html: String,
    pub images: Vec<InlineImage>,
}

/// What may stand in it; the writer below makes nothing else.
static POLICY: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut policy = ammonia::Builder::empty();
    policy
        .tags(
            [
                "h2",
                "h3",
                "h4",
                "p",
                "ul",
                "ol",
                "li",
                "blockquote",
                "pre",
                "code",
                "em",
                "strong",
                "a",
                "img",
                "hr",
            ]
            .into(),
        )
        .tag_attributes([("a", ["href"].into()), ("img", ["src", "alt"].into())].into())
        .url_schemes(["http", "https", "cid"].into())
        .link_rel(Some("noreferrer nofollow"));
    policy
});

/// Safe HTML of the blocks.
pub(super) fn html(blocks: &[Block], secrets: &Secrets, images: &[InlineImage]) -> Written {
    let mut writer =
        Writer { out: String::new(), lists: Vec::new(), secrets, images, used: Vec::new() };
    // The text's highest heading is the second of a page, whose first is the title.
    let top = blocks
        .iter()
        .filter_map(|b| match b.kind {
            Kind::Heading(n) => Some(n),
            _ => None,
        })
        .min();
    for block in blocks {
        if writer.out.len() > MAX_HTML {
            writer.lists_down_to(0);
            writer.out.push_str("<p>The rest of this issue is too long to be shown here.</p>");
            break;
        }
        writer.block(block, top.unwrap_or(1));
    }
    writer.lists_down_to(0);
    let used = writer.used.iter().filter_map(|n| images.get(*n)).cloned().collect();
    Written { html: POLICY.clean(&writer.out).to_string(), images: used }
}

/// A text without the reader's addresses.
pub(super) fn redact(text: &str, secrets: &Secrets) -> String {
    if !links::tells(text, secrets) {
        return text.to_owned();
    }
    let mut words: Vec<&str> = text.split_whitespace().collect();
    // "Dear ada@mail.example, …" leaves nobody to greet.
    let greets = |w: &&str| GREETINGS.contains(&w.to_lowercase().as_str());
    if words.first().is_some_and(greets) && words.get(1).is_some_and(|w| links::tells(w, secrets)) {
        words.remove(0);
    }
    words.retain(|word| !links::tells(word, secrets));
    words.join(" ")
}

struct Writer<'a> {
    out: String,
    /// Whether each open list is numbered; each has an open item.
    lists: Vec<bool>,
    secrets: &'a Secrets,
    images: &'a [InlineImage],
    used: Vec<usize>,
}

impl Writer<'_> {
    fn block(&mut self, block: &Block, top: u8) {
        let pre = block.kind == Kind::Pre;
        let words = self.words(&unnamed(&block.spans, pre, self.secrets), pre);
        if words.is_empty() && block.kind != Kind::Rule {
            return;
        }
        if let Kind::Item(depth, ordered) = block.kind {
            // A list stands in an item of the one around it, so none begins two deep.
            let depth = usize::from(depth).min(self.lists.len() + 1);
            self.lists_down_to(depth);
            if self.lists.len() == depth {
                self.out.push_str("</li>");
            } else {
                self.out.push_str(if ordered { "<ol>" } else { "<ul>" });
                self.lists.push(ordered);
            }
            self.out.push_str(&format!("<li>{words}"));
            return;
        }
        self.lists_down_to(0);
        match block.kind {
            Kind::Heading(level) => {
                let level = (level - top.min(level) + 2).min(4);
                self.out.push_str(&format!("<h{level}>{words}</h{level}>"));
            }
            Kind::Paragraph => self.out.push_str(&format!("<p>{words}</p>")),
            Kind::Quote => self.out.push_str(&format!("<blockquote><p>{words}</p></blockquote>")),
            Kind::Pre => self.out.push_str(&format!("<pre>{words}</pre>")),
            Kind::Rule => self.out.push_str("<hr>"),
            Kind::Item(..) => {}
        }
        self.out.push('\n');
    }

    fn lists_down_to(&mut self, depth: usize) {
        while self.lists.len() > depth {
            let ordered = self.lists.pop().unwrap_or_default();
            self.out.push_str(if ordered { "</li></ol>" } else { "</li></ul>" });
        }
    }

    fn words(&mut self, spans: &[Span], pre: bool) -> String {
        let mut out = String::new();
        for span in spans {
            let mut words = escape(&span.text);
            if let Some(number) = span.image.as_deref().and_then(|src| self.image(src)) {
                words = format!("<img src=\"cid:{number}\" alt=\"{words}\">");
            }
            if words.trim().is_empty() {
                out.push_str(&words);
                continue;
            }
            if span.code && !pre {
                words = format!("<code>{words}</code>");
            }
            if span.emphasis {
                words = format!("<em>{words}</em>");
            }
            if span.strong {
                words = format!("<strong>{words}</strong>");
            }
            if let Some(url) = span.link.as_deref().and_then(|raw| links::public(raw, self.secrets))
            {
                words = format!("<a href=\"{}\">{words}</a>", escape(&url));
            }
            out.push_str(&words);
        }
        let blank = collapse(&out).is_empty();
        if blank { String::new() } else { out.trim().to_owned() }
    }

    fn image(&mut self, src: &str) -> Option<usize> {
        let cid = src.strip_prefix("cid:")?.trim();
        let found = self.images.iter().position(|i| i.cid == cid)?;
        let place = self.used.iter().position(|n| *n == found).unwrap_or_else(|| {
            self.used.push(found);
            self.used.len() - 1
        });
        Some(place)
    }
}

/// The spans without what names the reader, be it broken in two by marks that can't be seen, or by a change of style.
fn unnamed(spans: &[Span], pre: bool, secrets: &Secrets) -> Vec<Span> {
    let mut kept = spans.to_vec();
    for span in &mut kept {
        span.text.retain(|c| !is_invisible(c));
        span.text = redact_in_place(&span.text, pre, secrets);
    }
    let whole: String = kept.iter().map(|span| span.text.as_str()).collect();
    if !links::tells(&whole, secrets) {
        return kept;
    }
    vec![Span { text: redact_in_place(&whole, pre, secrets), ..Span::default() }]
}

/// As [`redact`], with the white space at the ends kept; all of it where it is `pre`formatted.
fn redact_in_place(text: &str, pre: bool, secrets: &Secrets) -> String {
    if !links::tells(text, secrets) {
        return text.to_owned();
    }
    if pre {
        let words = text.split_inclusive(char::is_whitespace);
        return words.filter(|word| !links::tells(word, secrets)).collect();
    }
    let lead = if text.starts_with(char::is_whitespace) { " " } else { "" };
    let trail = if text.ends_with(char::is_whitespace) { " " } else { "" };
    format!("{lead}{}{trail}", redact(text, secrets))
}
