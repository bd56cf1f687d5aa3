//! HTML to words and words to HTML. Everything that comes out of HTML is plain text; nothing is kept of its markup.
//! All of it is one flat pass ([`scan`]): time and memory grow with the length, whatever the nesting.

pub mod entity;
pub mod scan;

use scan::{Scanner, Token};

/// Elements that begin and end a paragraph (HTML 15.3.3 and table parts).
const BLOCKS: [&str; 51] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "search",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "ul",
    "video",
];

/// What to leave out besides `script`, `style`, `head` and `template`, which never are prose.
#[derive(Debug, Clone, Copy, Default)]
pub struct Leave<'a> {
    /// Elements to drop with all they hold.
    pub out: &'a [&'a str],
}

/// The paragraphs of a document or fragment, in order: plain text, references decoded, white space collapsed, none
/// empty. Two `<br>` end a paragraph; one is a space. Text without any block markup is split at blank lines instead.
pub fn to_paragraphs(html: &str) -> Vec<String> {
    paragraphs_without(html, Leave::default())
}

/// As [`to_paragraphs`], without the elements of `leave`.
pub fn paragraphs_without(html: &str, leave: Leave<'_>) -> Vec<String> {
    let blocky = Scanner::new(html).any(|token| match token {
        Token::Start(tag) => tag.is("br") || is_block(tag.name),
        _ => false,
    });
    let mut builder = Builder { split_blank_lines: !blocky, ..Builder::default() };
    // Depth inside an element to leave out; the elements nested in it are counted only if they have its name.
    let mut hidden: Option<(&str, u32)> = None;
    for token in Scanner::new(html) {
        if let Some((name, depth)) = hidden {
            let depth = match token {
                Token::Start(tag) if tag.is(name) => depth + 1,
                Token::End(end) if end.eq_ignore_ascii_case(name) => depth - 1,
                _ => depth,
            };
            hidden = (depth > 0).then_some((name, depth));
            continue;
        }
        match token {
            Token::Text(text) => builder.text(&entity::decode(text)),
            Token::Raw(_) => {}
            Token::Start(tag) => {
                if is_block(tag.name) {
                    builder.end();
                }
                if tag.is("br") {
                    builder.line_break();
                } else if let Some(name) = leave.hides(tag.name) {
                    builder.end();
                    hidden = Some((name, 1));
                }
            }
            Token::End(name) if is_block(name) => builder.end(),
            Token::End(_) => {}
        }
    }
    builder.end();
    builder.done
}

impl<'a> Leave<'a> {
    fn hides(&self, name: &str) -> Option<&'a str> {
        self.out.iter().copied().chain(["template"]).find(|out| out.eq_ignore_ascii_case(name))
    }
}

/// Whether an element of this name begins a paragraph.
pub fn is_block(name: &str) -> bool {
    // The list is sorted; names are short, so the lower-case copy is cheap and bounded.
    name.len() <= 10 && BLOCKS.binary_search(&name.to_ascii_lowercase().as_str()).is_ok()
}

#[derive(Default)]
struct Builder {
    done: Vec<String>,
    current: String,
    breaks: u32,
    split_blank_lines: bool,
}

impl Builder {
    fn text(&mut self, text: &str) {
        if !self.split_blank_lines {
            return self.words(text);
        }
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.line_break();
            }
            self.words(line);
        }
    }

    fn words(&mut self, text: &str) {
        push_collapsed(&mut self.current, text);
        if text.chars().any(|c| !c.is_whitespace()) {
            self.breaks = 0;
        }
    }

    fn line_break(&mut self) {
        self.breaks += 1;
        if self.breaks > 1 {
            self.end();
        } else {
            push_collapsed(&mut self.current, " ");
        }
    }

    fn end(&mut self) {
        self.current.truncate(self.current.trim_end().len());
        if !self.current.is_empty() {
            self.done.push(std::mem::take(&mut self.current));
        }
        self.breaks = 0;
    }
}

/// Characters that take no place and would break a word in two for a reader of its letters.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
        || (c.is_control() && !c.is_whitespace())
}

/// Appends with runs of white space as one space, none at the start.
fn push_collapsed(out: &mut String, text: &str) {
    let mut rest = text;
    loop {
        // Most of most texts.
        let plain = rest.bytes().take_while(u8::is_ascii_graphic).count();
        let (word, after) = rest.split_at(plain);
        out.push_str(word);
        let mut chars = after.chars();
        let Some(c) = chars.next() else { return };
        rest = chars.as_str();
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_invisible(c) {
            out.push(c);
        }
    }
}

/// Text with white space collapsed and trimmed, and without control and invisible characters. Markup is not looked at.
pub fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_collapsed(&mut out, text);
    out.truncate(out.trim_end().len());
    out
}

/// All words as one paragraph of plain text.
pub fn to_plain(html: &str) -> String {
    to_paragraphs(html).join(" ")
}

/// For HTML and XML text and for attribute values in either kind of quote.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::text::spent::Spent;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blocks_are_sorted_for_the_search() {
        assert!(BLOCKS.is_sorted());
        assert!(is_block("P") && is_block("blockquote") && !is_block("span"));
    }

    #[test]
    fn blocks_breaks_items_and_cells_are_paragraphs() {
        let html = "<head><title>No</title><style>p{}</style></head><h1>Head\n line</h1><p>One <b>bo</b>ld&nbsp;&amp; \
                    fine<br>still<br><br />new</p><ul><li>a<li>b <i>c</i></ul><table><tr><td>x<td>y</table>\
                    <template><p>no</template><noscript>no</noscript>end &lt;p&gt;<script>no()</script>";
        assert_eq!(
            to_paragraphs(html),
            ["Head line", "One bold & fine still", "new", "a", "b c", "x", "y", "end <p>"]
        );
    }

    #[test]
    fn text_without_blocks_is_split_at_blank_lines() {
        assert_eq!(to_paragraphs("one\ntwo\n \r\nthree <b>four</b>"), ["one two", "three four"]);
        assert_eq!(to_plain("<p>one</p>\n<p>two</p>"), "one two");
        assert_eq!(to_plain("\u{200b} zero\u{ad}width \u{feff}"), "zerowidth");
    }

    #[test]
    fn elements_can_be_left_out_even_nested_or_unclosed() {
        let leave = Leave { out: &["nav"] };
        let html = "a<nav>b<nav>c</nav>d</nav>e<p>f<nav>g";
        assert_eq!(paragraphs_without(html, leave), ["a", "e", "f"]);
    }

    #[test]
    fn hostile_nesting_and_size_stay_cheap() {
        let begun = Spent::begin();
        let deep = format!("{}word{}", "<div><p><b>".repeat(100_000), "</div>".repeat(100_000));
        assert_eq!(to_paragraphs(&deep), ["word"]);
        for piece in [
            "<",
            "<a ",
            "<a '",
            "<a x=\"",
            "<!--",
            "&",
            "</",
            "<script>",
            "<template>",
            "<br>",
            "a=\"",
        ] {
            to_paragraphs(&piece.repeat(2_000_000 / piece.len()));
        }
        let tag = format!("<a {}>", "=\" ".repeat(600_000));
        to_paragraphs(&tag);
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    }

    proptest! {
        #[test]
        fn any_text_gives_clean_paragraphs(html in "(<[/!]?[a-z]{0,6}[ =\"'a-z]{0,8}>?|&[a-z#0-9]{0,6};?|.|\n){0,40}") {
            for paragraph in to_paragraphs(&html) {
                prop_assert!(!paragraph.is_empty());
                prop_assert_eq!(&collapse(&paragraph), &paragraph);
            }
        }

        #[test]
        fn escaped_text_comes_back(text in "[ -~éß’]{0,40}") {
            prop_assert_eq!(to_plain(&escape(&text)), collapse(&text));
        }
    }
}
