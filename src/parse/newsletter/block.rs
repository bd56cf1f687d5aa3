//! A newsletter as blocks: headings, paragraphs, list items, each a run of words with their links. Tables used for
//! layout fall flat, what is hidden falls out. One pass over the tokens; memory grows with the length only.

use super::leftovers;
use super::look::{Hint, hint, is_hidden, is_void, stands_in_head};
use crate::text::html::scan::{Scanner, Tag, Token};
use crate::text::html::{collapse, entity, is_block};

/// Open elements that are kept track of; deeper ones count for nothing.
const MAX_OPEN: usize = 256;

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Level 1 to 6.
    Heading(u8),
    Paragraph,
    /// Depth from 1, and whether its list is numbered.
    Item(u8, bool),
    Quote,
    Pre,
    /// A line across the page.
    Rule,
}

/// A run of text in one style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Span {
    /// White space collapsed, but for `Pre`.
    pub text: String,
    /// As written.
    pub link: Option<String>,
    pub strong: bool,
    pub emphasis: bool,
    pub code: bool,
    /// `src` of a picture; `text` is what it says instead.
    pub image: Option<String>,
}

impl Span {
    /// Whether both differ in their words at most.
    fn is_like(&self, other: &Self) -> bool {
        (self.strong, self.emphasis, self.code) == (other.strong, other.emphasis, other.code)
            && self.link == other.link
            && self.image == other.image
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub kind: Kind,
    pub spans: Vec<Span>,
    /// Which cell or section it lies in: blocks of one number belong together.
    pub scope: u32,
    /// Named by its markup: a class or id of itself or of what it lies in.
    pub hint: Hint,
}

impl Block {
    /// Its words as plain text.
    pub fn text(&self) -> String {
        let words: String = self.spans.iter().map(|s| s.text.as_str()).collect();
        collapse(&words)
    }

    /// Letters and digits in links, and in all.
    pub fn linked(&self) -> (usize, usize) {
        let count = |s: &Span| s.text.chars().filter(|c| c.is_alphanumeric()).count();
        let linked = self.spans.iter().filter(|s| s.link.is_some()).map(count).sum();
        (linked, self.spans.iter().map(count).sum())
    }
}

#[derive(Default)]
struct Element {
    name: String,
    hidden: bool,
    hint: Hint,
    scope: u32,
    link: Option<String>,
    strong: bool,
    emphasis: bool,
    code: bool,
    list: Option<bool>,
}

struct Builder {
    open: Vec<Element>,
    spans: Vec<Span>,
    kind: Option<Kind>,
    blocks: Vec<Block>,
    scopes: u32,
    breaks: u32,
}

/// The visible blocks of an HTML document.
pub(super) fn of_html(html: &str) -> Vec<Block> {
    let mut builder = Builder {
        open: vec![Element::default()],
        spans: Vec::new(),
        kind: None,
        blocks: Vec::new(),
        scopes: 0,
        breaks: 0,
    };
    for token in Scanner::new(html) {
        match token {
            Token::Text(text) => builder.text(&entity::decode(text)),
            Token::Raw(_) => {}
            Token::Start(tag) => builder.start(&tag),
            Token::End(name) => builder.end(name),
        }
    }
    builder.close();
    builder.blocks
}

impl Builder {
    fn top(&self) -> &Element {
        // The root is never popped.
        &self.open[self.open.len() - 1]
    }

    fn text(&mut self, text: &str) {
        if self.top().hidden {
            return;
        }
        if text.chars().any(|c| !c.is_whitespace()) {
            self.breaks = 0;
        }
        let top = self.top();
        let span = Span {
            text: text.to_owned(),
            link: top.link.clone(),
            strong: top.strong,
            emphasis: top.emphasis,
            code: top.code,
            image: None,
        };
        self.push(span);
    }

    fn push(&mut self, span: Span) {
        match self.spans.last_mut() {
            Some(last) if last.is_like(&span) => last.text.push_str(&span.text),
            _ => self.spans.push(span),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let name = tag.name.to_ascii_lowercase();
        // Many forget to end the head; what can't stand in it ends it.
        if !stands_in_head(&name)
            && let Some(head) = self.open.iter().take(8).position(|e| e.name == "head")
        {
            self.open.truncate(head);
        }
        match name.as_str() {
            "br" => return self.line_break(),
            "hr" => {
                self.close();
                if !self.top().hidden {
                    self.rule();
                }
                return;
            }
            "img" => return self.image(tag),
            _ => {}
        }
        if is_block(&name) {
            self.close();
            self.kind = match name.as_bytes() {
                [b'h', level @ b'1'..=b'6'] => Some(Kind::Heading(level - b'0')),
                b"li" => {
                    let depth = self.open.iter().filter(|e| e.list.is_some()).count().clamp(1, 6);
                    let ordered = self.open.iter().rev().find_map(|e| e.list).unwrap_or(false);
                    Some(Kind::Item(u8::try_from(depth).unwrap_or(1), ordered))
                }
                b"blockquote" => Some(Kind::Quote),
                b"pre" => Some(Kind::Pre),
                // A paragraph inside a list item or quote stays what it lies in.
                _ => self.kind_around(),
            };
        }
        if is_void(&name) || self.open.len() >= MAX_OPEN {
            return;
        }
        let scoped = matches!(name.as_str(), "td" | "th" | "section" | "article" | "table" | "div");
        if scoped {
            self.scopes += 1;
        }
        let hint = hint(tag, &name);
        let scopes = self.scopes;
        let top = self.top();
        let style = tag.attr("style").unwrap_or_default().to_ascii_lowercase();
        let heavy = style.contains("font-weight:bold") || style.contains("font-weight: bold");
        let element = Element {
            hidden: top.hidden || is_hidden(tag, &style),
            hint: if hint == Hint::None { top.hint } else { hint },
            scope: if scoped { scopes } else { top.scope },
            link: if name == "a" { tag.attr("href") } else { top.link.clone() },
            strong: top.strong || heavy || matches!(name.as_str(), "b" | "strong"),
            emphasis: top.emphasis || matches!(name.as_str(), "i" | "em" | "cite"),
            code: top.code || matches!(name.as_str(), "code" | "kbd" | "samp" | "tt"),
            list: match name.as_str() {
                "ul" | "menu" | "dir" => Some(false),
                "ol" => Some(true),
                _ => None,
            },
            name,
        };
        self.open.push(element);
    }

    /// What a block without a kind of its own is, by the elements around it.
    fn kind_around(&self) -> Option<Kind> {
        let name = |e: &Element| match e.name.as_str() {
            "li" => Some(Kind::Item(
                u8::try_from(self.open.iter().filter(|e| e.list.is_some()).count().clamp(1, 6))
                    .unwrap_or(1),
                self.open.iter().rev().find_map(|e| e.list).unwrap_or(false),
            )),
            "blockquote" => Some(Kind::Quote),
            "pre" => Some(Kind::Pre),
            _ => None,
        };
        self.open.iter().rev().take(12).find_map(name)
    }

    fn end(&mut self, name: &str) {
        if is_block(name) {
            self.close();
        }
        let near = self.open.iter().rev().take(64).position(|e| e.name.eq_ignore_ascii_case(name));
        // A cell's end tag closes what was left open in it; an inline one reaches no further than its block.
        if let Some(up) = near.filter(|up| up + 1 < self.open.len()) {
            let crosses = !is_block(name)
                && self
                    .open
                    .iter()
                    .rev()
                    .take(up)
                    .any(|e| matches!(e.name.as_str(), "td" | "table"));
            if !crosses {
                self.open.truncate(self.open.len() - 1 - up);
            }
        }
        if is_block(name) {
            self.kind = self.kind_around();
        }
    }

    fn line_break(&mut self) {
        if self.kind == Some(Kind::Pre) {
            return self.text("\n");
        }
        self.breaks += 1;
        if self.breaks > 1 {
            let kind = self.kind;
            self.close();
            self.kind = kind;
        } else if !self.top().hidden {
            self.push(Span { text: " ".into(), ..Span::default() });
        }
    }

    fn image(&mut self, tag: &Tag<'_>) {
        let size = |name| {
            let value: String = tag.attr(name)?.chars().take_while(char::is_ascii_digit).collect();
            value.parse::<u32>().ok()
        };
        let style = tag.attr("style").unwrap_or_default().to_ascii_lowercase();
        let pixel = size("width").is_some_and(|w| w < 4) || size("height").is_some_and(|h| h < 4);
        if self.top().hidden || pixel || is_hidden(tag, &style) {
            return;
        }
        let link = self.top().link.clone();
        let text = collapse(&tag.attr("alt").unwrap_or_default());
        let image = tag.attr("src").filter(|src| src.starts_with("cid:"));
        if image.is_some() || !text.is_empty() {
            // Remote pictures are never fetched, by us or by who reads us: their words stand for them, if they say more
            // than a name.
            let says = image.is_some() || text.split_whitespace().count() > 3;
            let text = if says { text } else { String::new() };
            self.push(Span { text, link, image, ..Span::default() });
        }
    }

    fn rule(&mut self) {
        let (scope, hint) = (self.top().scope, self.top().hint);
        self.blocks.push(Block { kind: Kind::Rule, spans: Vec::new(), scope, hint });
    }

    /// Ends the block that is being gathered, if it says anything.
    fn close(&mut self) {
        self.breaks = 0;
        let spans = std::mem::take(&mut self.spans);
        let says = spans.iter().any(|s| s.image.is_some() || s.text.chars().any(is_word));
        if says {
            let kind = self.kind.unwrap_or(Kind::Paragraph);
            let (scope, hint) = (self.top().scope, self.top().hint);
            self.blocks.push(Block { kind, spans: tidy(spans, kind), scope, hint });
        }
    }
}

/// Zero-width characters that fill preheaders are no words.
fn is_word(c: char) -> bool {
    !c.is_whitespace()
        && !c.is_control()
        && !matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{200b}'
                ..='\u{200f}' | '\u{2007}' | '\u{2060}' | '\u{feff}' | '\u{a0}'
        )
}

/// White space collapsed over the borders of spans, none at either end.
fn tidy(spans: Vec<Span>, kind: Kind) -> Vec<Span> {
    if kind == Kind::Pre {
        return spans;
    }
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    let mut space = true;
    for mut span in spans {
        let mut text = String::with_capacity(span.text.len());
        let marked = !span.code && span.link.is_none();
        let words = if marked { leftovers::without(&span.text) } else { (&*span.text).into() };
        for c in words.chars() {
            if c.is_whitespace() {
                if !space {
                    text.push(' ');
                }
                space = true;
            } else if is_word(c) {
                text.push(c);
                space = false;
            }
        }
        span.text = text;
        if !span.text.is_empty() || span.image.is_some() {
            out.push(span);
        }
    }
    if let Some(last) = out.last_mut() {
        last.text.truncate(last.text.trim_end().len());
    }
    out.retain(|s| !s.text.is_empty() || s.image.is_some());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> Vec<(Kind, String)> {
        of_html(html).into_iter().map(|b| (b.kind, b.text())).collect()
    }

    #[test]
    fn layout_tables_fall_flat_and_structure_stays() {
        let html = "<table><tr><td><table><tr><td><h2>A <b>head</b></h2></td></tr></table></td>\
                    <td>One<br>line<br><br>Two</td></tr></table><ul><li>a<ol><li><p>b</p></ol><li>c</ul>\
                    <hr><blockquote><p>q</p></blockquote><pre>x\n  y</pre>";
        let paragraph = |t: &str| (Kind::Paragraph, t.to_owned());
        assert_eq!(
            shown(html),
            [
                (Kind::Heading(2), "A head".to_owned()),
                paragraph("One line"),
                paragraph("Two"),
                (Kind::Item(1, false), "a".to_owned()),
                (Kind::Item(2, true), "b".to_owned()),
                (Kind::Item(1, false), "c".to_owned()),
                (Kind::Rule, String::new()),
                (Kind::Quote, "q".to_owned()),
                (Kind::Pre, "x y".to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_hidden_falls_out() {
        let html = "<div style='display: none'>pre <b>head</b></div><p style=\"max-height:0;x:y\">no</p>\
                    <span style='font-size:0px'>no</span><img src=x width=1 alt='one two three four'>\
                    <p>yes &zwnj;&nbsp;<img alt='A chart of four things' src='https://x/y.png'></p>";
        let text: Vec<_> = shown(html).into_iter().map(|(_, t)| t).collect();
        assert_eq!(text, ["yes A chart of four things"]);
    }
}
