//! A newsletter in plain text as the same blocks as one in HTML: blank lines part paragraphs, and the marks that
//! people and Markdown use for headings, lists, rules and links are read.

use super::block::{Block, Kind, Span};
use super::look::Hint;

/// The blocks of a text.
pub(super) fn of_text(text: &str) -> Vec<Block> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let links = definitions(&text);
    let mut out = Vec::new();
    let mut gathered: Option<(Kind, String)> = None;
    let mut scope = 0;
    let mut lines = front_matter(&text).1.lines().chain([""]).peekable();
    while let Some(line) = lines.next() {
        let bare = line.trim();
        let underlined = lines.peek().is_some_and(|next| is_rule(next.trim()) && !bare.is_empty());
        if bare.is_empty() || is_definition(bare) || bare.starts_with("{%") {
            close(&mut gathered, &mut out, scope, &links);
        } else if is_rule(bare) {
            close(&mut gathered, &mut out, scope, &links);
            scope += 1;
            let rule = Block { kind: Kind::Rule, spans: Vec::new(), scope, hint: Hint::None };
            // An underline belongs to the heading above it.
            let heading = out.last().is_some_and(|b: &Block| matches!(b.kind, Kind::Heading(_)));
            if !heading {
                out.push(rule);
            }
        } else if let Some((kind, rest)) = begins(bare, line, underlined && gathered.is_none()) {
            close(&mut gathered, &mut out, scope, &links);
            gathered = Some((kind, rest.to_owned()));
            if matches!(kind, Kind::Heading(_)) {
                close(&mut gathered, &mut out, scope, &links);
            }
        } else {
            let (_, words) = gathered.get_or_insert((Kind::Paragraph, String::new()));
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(bare.trim_start_matches("> "));
        }
    }
    out
}

/// YAML between `---` lines at the very start, and what follows it.
fn front_matter(text: &str) -> (&str, &str) {
    let Some(rest) = text.strip_prefix("---\n") else { return ("", text) };
    match rest.find("\n---\n") {
        Some(end) if end < 20_000 => (&rest[..end], &rest[end + 5..]),
        _ => ("", text),
    }
}

/// The title in its front matter.
pub(super) fn title(text: &str) -> Option<&str> {
    let line = front_matter(text).0.lines().find_map(|line| line.strip_prefix("title:"))?;
    Some(line.trim().trim_matches(['"', '\'']).trim()).filter(|title| !title.is_empty())
}

/// Whether a text has the marks of an article: front matter, or more than one heading, point of a list or named link.
pub(super) fn is_marked_up(text: &str) -> bool {
    let (front, body) = front_matter(text);
    let marked = |line: &&str| {
        let bare = line.trim();
        let heading = bare.trim_start_matches('#').starts_with(' ') && bare.starts_with('#');
        heading || is_definition(bare) || ["* ", "- ", "• "].iter().any(|m| bare.starts_with(m))
    };
    !front.is_empty() || body.lines().filter(marked).nth(1).is_some()
}

fn is_rule(line: &str) -> bool {
    line.len() > 2
        && line.bytes().all(|b| matches!(b, b'-' | b'*' | b'_' | b'=' | b'~' | b'#' | b'+' | b' '))
}

/// One word that leads somewhere, behind a name in brackets; a place on a site that is not named is one, too.
fn is_definition(line: &str) -> bool {
    let target = line.starts_with('[').then(|| line.split_once("]: ")).flatten();
    target.is_some_and(|(_, url)| {
        url.starts_with("http")
            || (url.starts_with(['/', '#', '.']) && !url.contains(char::is_whitespace))
    })
}

/// `[name]: address` lines by lower-case name.
fn definitions(text: &str) -> std::collections::HashMap<String, String> {
    let of = |line: &str| {
        let (name, url) = line.trim().strip_prefix('[')?.split_once("]: ")?;
        let url = url.split_whitespace().next()?;
        url.starts_with("http").then(|| (name.to_lowercase(), url.to_owned()))
    };
    text.lines().filter_map(of).collect()
}

/// What a line that begins a block of its own is, and its words.
fn begins<'t>(bare: &'t str, line: &str, underlined: bool) -> Option<(Kind, &'t str)> {
    let indent = line.len() - line.trim_start().len();
    let depth = if indent >= 2 { 2 } else { 1 };
    let hashes = bare.len() - bare.trim_start_matches('#').len();
    if (1..=6).contains(&hashes) && bare[hashes..].starts_with(' ') {
        let level = u8::try_from(hashes).unwrap_or(6);
        return Some((Kind::Heading(level), bare[hashes..].trim()));
    }
    if let Some(rest) =
        ["* ", "- ", "• ", "– ", "· ", "+ "].iter().find_map(|m| bare.strip_prefix(m))
    {
        return Some((Kind::Item(depth, false), rest.trim()));
    }
    let digits = bare.len() - bare.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if (1..=2).contains(&digits)
        && let Some(rest) =
            bare[digits..].strip_prefix(". ").or_else(|| bare[digits..].strip_prefix(") "))
    {
        return Some((Kind::Item(depth, true), rest.trim()));
    }
    if let Some(rest) = bare.strip_prefix('>') {
        return Some((Kind::Quote, rest.trim_start_matches(['>', ' '])));
    }
    let letters = bare.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = letters > 3 && bare.len() < 80 && !bare.chars().any(char::is_lowercase);
    (underlined || capitals).then_some((Kind::Heading(2), bare))
}

fn close(
    gathered: &mut Option<(Kind, String)>,
    out: &mut Vec<Block>,
    scope: u32,
    links: &std::collections::HashMap<String, String>,
) {
    let Some((kind, words)) = gathered.take() else { return };
    let spans = inline(&words, links);
    if spans.iter().any(|s| !s.text.trim().is_empty()) {
        out.push(Block { kind, spans, scope, hint: Hint::None });
    }
}

/// Links and emphasis of a paragraph. Each search is short, so that brackets can't cost a square.
fn inline(text: &str, links: &std::collections::HashMap<String, String>) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['[', '*', '_', '`', 'h', '<', '{']) {
        plain.push_str(&rest[..at]);
        let mark = &rest[at..];
        let before = plain.chars().next_back();
        if let Some((label, url, after)) = labelled(mark, links) {
            flush(&mut plain, &mut spans);
            spans.push(Span { text: label, link: url, ..Span::default() });
            rest = after;
        } else if let Some((url, after)) = bare_url(mark, before) {
            flush(&mut plain, &mut spans);
            spans.push(Span { text: host(url), link: Some(url.to_owned()), ..Span::default() });
            rest = after;
        } else if let Some(after) =
            mark.strip_prefix("{%").and_then(|m| near(m, "%}", 300)).map(|(_, a)| a)
        {
            rest = after;
        } else {
            let run = mark.len() - mark.trim_start_matches(['*', '_', '`']).len();
            let step = run.max(mark.chars().next().map_or(1, char::len_utf8));
            let after = mark[step..].chars().next();
            let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let space = |c: Option<char>| c.is_none_or(char::is_whitespace);
            // `snake_case` and `5 * 3` keep their marks.
            if run == 0 || (word(before) && word(after)) || (space(before) && space(after)) {
                plain.push_str(&mark[..step]);
            }
            rest = &mark[step..];
        }
    }
    plain.push_str(rest);
    flush(&mut plain, &mut spans);
    spans
}

fn flush(plain: &mut String, spans: &mut Vec<Span>) {
    if !plain.is_empty() {
        spans.push(Span { text: std::mem::take(plain), ..Span::default() });
    }
}

fn near<'t>(text: &'t str, end: &str, most: usize) -> Option<(&'t str, &'t str)> {
    let at = text[..text.floor_char_boundary(most)].find(end)?;
    Some((&text[..at], &text[at + end.len()..]))
}

/// `[label](address)`, `[label][name]`, `[name][]`.
fn labelled<'t>(
    mark: &'t str,
    links: &std::collections::HashMap<String, String>,
) -> Option<(String, Option<String>, &'t str)> {
    let (label, after) = near(mark.strip_prefix('[')?, "]", 500)?;
    let (url, after) = if let Some(target) = after.strip_prefix('(') {
        let (url, after) = near(target, ")", 2_000)?;
        (url.split_whitespace().next().map(str::to_owned), after)
    } else if let Some(name) = after.strip_prefix('[') {
        let (name, after) = near(name, "]", 500)?;
        let name = if name.is_empty() { label } else { name };
        (links.get(&name.to_lowercase()).cloned(), after)
    } else {
        return None;
    };
    let label: String = label.chars().filter(|c| !matches!(c, '*' | '`')).collect();
    (!label.contains('[')).then_some((label, url, after))
}

/// An address in the text, with the brackets that people put around it.
fn bare_url(mark: &str, before: Option<char>) -> Option<(&str, &str)> {
    let inner = mark.strip_prefix(['<', '[']).unwrap_or(mark);
    let bracket = inner.len() < mark.len();
    if before.is_some_and(char::is_alphanumeric)
        || !(inner.starts_with("http://") || inner.starts_with("https://"))
    {
        return None;
    }
    let end = inner
        .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | ']' | ')'))
        .unwrap_or(inner.len());
    let url = inner[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
    let after = &inner[url.len()..];
    let after = if bracket { after.strip_prefix(['>', ']']).unwrap_or(after) } else { after };
    (url.len() > 10).then_some((url, after))
}

/// What stands for a bare address in the text.
fn host(url: &str) -> String {
    let host = url.split("//").nth(1).and_then(|r| r.split(['/', '?', '#', ':']).next());
    host.unwrap_or_default().trim_start_matches("www.").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_people_and_markdown_are_read() {
        let text = "NEWS OF THE WEEK\n\nOne line\nand *another* see https://www.x.example/a?b=1.\n\n- first [label](https://y.example) here\n  \
                    goes on\n- second [name][]\n\nTitle\n-----\nText snake_case {% cmd %}.\n\n[name]: https://z.example/n\n[old]: /2025/1#x\n";
        let blocks = of_text(text);
        let shown: Vec<_> = blocks.iter().map(|b| (b.kind, b.text())).collect();
        let of = |k, t: &str| (k, t.to_owned());
        assert_eq!(
            shown,
            [
                of(Kind::Heading(2), "NEWS OF THE WEEK"),
                of(Kind::Paragraph, "One line and another see x.example."),
                of(Kind::Item(1, false), "first label here goes on"),
                of(Kind::Item(1, false), "second name"),
                of(Kind::Heading(2), "Title"),
                of(Kind::Paragraph, "Text snake_case ."),
            ]
        );
        let links: Vec<_> =
            blocks.iter().flat_map(|b| &b.spans).filter_map(|s| s.link.clone()).collect();
        assert_eq!(
            links,
            ["https://www.x.example/a?b=1", "https://y.example", "https://z.example/n"]
        );
    }
}
