//! HTML as a flat run of tags and text, in one pass and without a tree, so that no nesting can cost memory, stack or time.
//! Follows the tokeniser of HTML 13.2.5 where it matters for text; repairs nothing.

use super::entity;

/// Elements whose content is text up to their own end tag (HTML 13.2.5.2 to 13.2.5.4): none of it is prose.
const RAW: [&str; 9] =
    ["script", "style", "title", "textarea", "noscript", "iframe", "noembed", "noframes", "xmp"];

/// One piece of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text as written, references not decoded.
    Text(&'a str),
    /// A start tag.
    Start(Tag<'a>),
    /// The content of `script`, `style`, `title` and the like, after its start tag.
    Raw(&'a str),
    /// The name of an end tag, as written.
    End(&'a str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// As written.
    pub name: &'a str,
    /// Between the name and `>`.
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// Whether it has this name, in any letter case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The first attribute of this name, references decoded; empty if it has no value.
    pub fn attr(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            // An attribute name may begin with `=` (HTML 13.2.5.32), which keeps this loop moving.
            let end = rest
                .char_indices()
                .skip(1)
                .find(|(_, c)| c.is_ascii_whitespace() || matches!(c, '=' | '/'))
                .map_or(rest.len(), |(at, _)| at);
            let (key, after) = rest.split_at(end);
            let after = after.trim_start();
            let (value, after) = match after.strip_prefix('=') {
                Some(value) => cut_value(value.trim_start()),
                None => ("", after),
            };
            if key.eq_ignore_ascii_case(name) {
                return Some(entity::decode(value).into_owned());
            }
            rest = after;
        }
    }
}

fn cut_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    text.split_at(text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len()))
}

/// The tokens of a document.
#[derive(Debug, Clone)]
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
    raw: Option<&'a str>,
}

impl<'a> Scanner<'a> {
    /// At the start of `html`.
    pub fn new(html: &'a str) -> Self {
        Self { text: html, at: 0, raw: None }
    }

    /// Where the next token begins, in bytes.
    pub fn offset(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// What is not prose: a comment, doctype or processing instruction. Whether there was one.
    fn skip_markup(&mut self) -> bool {
        let rest = self.rest();
        let length = if let Some(comment) = rest.strip_prefix("<!--") {
            // `<!-->` and `<!--->` are whole comments (HTML 13.2.5.43).
            let short = ["-->", "->", ">"].iter().find(|end| comment.starts_with(**end));
            short.map(|end| 4 + end.len()).or_else(|| comment.find("-->").map(|end| end + 7))
        } else if rest.starts_with("<![CDATA[") {
            rest.find("]]>").map(|end| end + 3)
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            rest.find('>').map(|end| end + 1)
        } else {
            return false;
        };
        self.at += length.unwrap_or(rest.len());
        true
    }

    fn raw_text(&mut self, name: &str) -> Option<Token<'a>> {
        let rest = self.rest();
        let end = find_end_tag(rest, name).unwrap_or(rest.len());
        self.at += end;
        (end > 0).then_some(Token::Raw(&rest[..end]))
    }

    fn tag(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        let (inner, closing) = match rest.strip_prefix("</") {
            Some(inner) => (inner, true),
            None => (rest.strip_prefix('<')?, false),
        };
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let name_end = inner
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
            .unwrap_or(inner.len());
        let (name, after) = inner.split_at(name_end);
        let Some(end) = tag_end(after) else {
            // A tag that never ends takes the rest of the document with it, as in browsers.
            self.at = self.text.len();
            return None;
        };
        self.at += rest.len() - after.len() + end + 1;
        if closing {
            return Some(Token::End(name));
        }
        let attributes = &after[..end];
        // Browsers take `<iframe/>` for an open tag; feeds written as XML mean an empty element.
        self.raw = RAW
            .into_iter()
            .find(|raw| name.eq_ignore_ascii_case(raw) && !attributes.ends_with('/'));
        Some(Token::Start(Tag { name, attributes }))
    }
}

/// The place of the `>` that ends a tag, past quoted values.
fn tag_end(after_name: &str) -> Option<usize> {
    let bytes = after_name.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return Some(at),
            // A quote opens a value only after `=`; elsewhere it is a letter like any other.
            b'"' | b'\'' if after_name[..at].trim_end().ends_with('=') => {
                let close = bytes[at + 1..].iter().position(|b| *b == byte)?;
                at += close + 2;
            }
            _ => at += 1,
        }
    }
    None
}

fn find_end_tag(text: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find("</") {
        let at = from + found;
        let after = &text.as_bytes()[at + 2..];
        let named =
            after.get(..name.len()).is_some_and(|s| s.eq_ignore_ascii_case(name.as_bytes()));
        let bounded = after
            .get(name.len())
            .is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'));
        if named && bounded {
            return Some(at);
        }
        from = at + 2;
    }
    None
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw.take()
            && let Some(raw) = self.raw_text(name)
        {
            return Some(raw);
        }
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return None;
            }
            if self.skip_markup() {
                continue;
            }
            if rest.starts_with('<') {
                if let Some(tag) = self.tag() {
                    return Some(tag);
                }
                if self.at == self.text.len() {
                    return None;
                }
            }
            // Text runs to the next `<`; a `<` that opened nothing is text itself.
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let end = rest[first..].find('<').map_or(rest.len(), |end| end + first);
            self.at += end;
            return Some(Token::Text(&rest[..end]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(html: &str) -> Vec<String> {
        Scanner::new(html)
            .map(|token| match token {
                Token::Text(text) => text.to_owned(),
                Token::Start(tag) => format!("<{}>", tag.name),
                Token::Raw(text) => format!("[{text}]"),
                Token::End(name) => format!("</{name}>"),
            })
            .collect()
    }

    #[test]
    fn tags_text_and_what_is_hidden() {
        let html = "<!doctype html><P CLASS=x>é < b<br/><!-- <i> --><script>if (a</b) '</p>'</SCRIPT >z</p>";
        assert_eq!(
            shape(html),
            [
                "<P>",
                "é ",
                "< b",
                "<br>",
                "<script>",
                "[if (a</b) '</p>']",
                "</SCRIPT>",
                "z",
                "</p>"
            ]
        );
        assert_eq!(shape("a<!-->b<!--->c<![CDATA[x]]>d<!-- open"), ["a", "b", "c", "d"]);
        assert_eq!(shape("a <b href='"), ["a "]);
    }

    #[test]
    fn attributes_as_browsers_read_them() {
        let html =
            r#"<a HREF="x?a=1&amp;b=2>" title='it"s' rel = alternate =odd data-x disabled/>"#;
        let Some(Token::Start(tag)) = Scanner::new(html).next() else { panic!("no tag") };
        assert_eq!(tag.attr("href").as_deref(), Some("x?a=1&b=2>"));
        assert_eq!(tag.attr("TITLE").as_deref(), Some("it\"s"));
        assert_eq!(tag.attr("rel").as_deref(), Some("alternate"));
        assert_eq!(tag.attr("disabled").as_deref(), Some(""));
        assert_eq!(tag.attr("class"), None);
    }
}
