//! Plain text and Markdown transcripts, as people keep them: turns, times, headings, links.

use super::turn::{self, Paragraph};
use super::{clock, speaker};
use crate::model::Transcript;
use crate::parse::podcast::language;

/// A line this long is a paragraph of its own, blank lines or not.
const LONG_LINE: usize = 200;

/// Headings, front matter and templates' commands are left out; what stands before a heading "Transcript" too.
pub(super) fn parse(text: &str) -> Transcript {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (front, body) = front_matter(&text);
    let tag = front.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        matches!(key.trim(), "lang" | "language")
            .then(|| language(value.trim().trim_matches(['"', '\''])))
            .flatten()
    });
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut gathered = String::new();
    let mut lines = body.lines().chain([""]).map(str::trim).peekable();
    while let Some(line) = lines.next() {
        if let Some(heading) = heading(line) {
            close(&mut gathered, &mut paragraphs);
            let word = heading.to_lowercase();
            if word.contains("transcript") || word.contains("transkript") {
                paragraphs.clear();
            }
        } else if line.is_empty() || is_command(line) {
            close(&mut gathered, &mut paragraphs);
        } else {
            if begins_turn(line) || gathered.len() > LONG_LINE || line.len() > LONG_LINE {
                close(&mut gathered, &mut paragraphs);
            }
            if !gathered.is_empty() {
                gathered.push(' ');
            }
            gathered.push_str(line);
            if turn::name_and_time(line).is_some() {
                close(&mut gathered, &mut paragraphs);
            } else if lines.peek().is_some_and(|next| !next.is_empty())
                && let Some((time, name)) = time_and_name(&gathered)
            {
                gathered.clear();
                let text = String::new();
                paragraphs.push(Paragraph { text, speaker: Some(name), start_ms: Some(time) });
            }
        }
    }
    Transcript { language: tag, segments: turn::to_segments(paragraphs) }
}

/// YAML between `---` lines at the very start, and what follows it.
fn front_matter(text: &str) -> (&str, &str) {
    let Some(rest) = text.strip_prefix("---\n") else { return ("", text) };
    match rest.find("\n---\n").or_else(|| rest.find("\n...\n")) {
        Some(end) if end < 20_000 => (&rest[..end], &rest[end + 5..]),
        _ => ("", text),
    }
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ')).then(|| text.trim())
}

/// Rules, templates' commands and attributes, comments, pictures, and definitions of links.
fn is_command(line: &str) -> bool {
    let rule =
        line.len() > 2 && line.bytes().all(|b| matches!(b, b'-' | b'*' | b'_' | b'=' | b' '));
    let template = (line.starts_with("{%") && line.ends_with("%}"))
        || (line.starts_with("{:") && line.ends_with('}'));
    let comment = line.starts_with("<!--") && line.ends_with("-->");
    let picture = line.starts_with("![") && line.ends_with(')');
    let definition = line.starts_with('[')
        && line.split_once("]: ").is_some_and(|(_, url)| url.starts_with("http"));
    rule || template || comment || picture || definition
}

/// Whether a line within a block begins somebody's turn, as far as one line can tell.
fn begins_turn(line: &str) -> bool {
    let bare = unescape(line);
    let bare = turn::after_time(&bare);
    bold_name(bare).is_some()
        || speaker::prefix(bare).is_some()
        || turn::name_and_time(bare).is_some()
        || bare.len() < line.len().saturating_sub(3)
}

/// Lines over a text that say when, and who by a full name: `0:12 Ann Lee`. One word could be what is said.
fn time_and_name(head: &str) -> Option<(u64, String)> {
    let (time, rest) = clock::leading(head)?;
    let name = speaker::clean(rest.trim_matches([' ', '-', '–', '—', '|', ':']));
    let full = name.contains(' ') && !name.ends_with(['.', '?', '!', ',']);
    (full && speaker::plausible(&name)).then_some((time, name))
}

/// Ends the paragraph gathered so far.
fn close(gathered: &mut String, paragraphs: &mut Vec<Paragraph>) {
    let block = std::mem::take(gathered);
    if block.is_empty() || is_section_title(&block) {
        return;
    }
    let plain = unescape(&block);
    let (time, rest) = match clock::leading(&plain) {
        Some((time, rest)) => (Some(time), rest.trim_start()),
        None => (None, plain.as_str()),
    };
    let paragraph = match bold_name(rest) {
        Some((name, said)) => {
            Paragraph { text: plain_inline(said), speaker: Some(name), start_ms: time }
        }
        None => Paragraph { text: plain_inline(rest), speaker: None, start_ms: time },
    };
    // A time that stands alone is the next paragraph's.
    paragraphs.push(paragraph);
}

/// A paragraph set whole in emphasis that is no sentence: a section's title.
fn is_section_title(block: &str) -> bool {
    let inner =
        ["**", "__", "_", "*"].iter().find_map(|mark| block.strip_prefix(mark)?.strip_suffix(mark));
    inner.is_some_and(|title| {
        !title.contains("**")
            && title.len() < 200
            && !title.ends_with(['.', '!', '?', ':', '…', '"', '”'])
    })
}

/// `**Name:** said` or `**Name**: said`.
fn bold_name(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix("**").or_else(|| text.strip_prefix("__"))?;
    let (label, after) = inner.split_once(&text[..2])?;
    let (label, said) =
        match (label.trim_end().strip_suffix(':'), after.trim_start().strip_prefix(':')) {
            (Some(label), _) => (label, after),
            (None, Some(said)) => (label, said),
            (None, None) => return None,
        };
    let name = speaker::clean(label);
    speaker::plausible(&name).then(|| (name, said.trim_start()))
}

/// Markdown's `\[04:11\]` is `[04:11]`.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = c == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation);
        match chars.next_if(|_| escaped) {
            Some(mark) => out.push(mark),
            None => out.push(c),
        }
    }
    out
}

/// Without the marks of links and emphasis. What is no whole mark stays as written.
fn plain_inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '*', '_', '`']) {
        out.push_str(&rest[..at]);
        let mark = &rest[at..];
        let before = out.chars().next_back();
        if let Some((label, after)) = link(mark) {
            out.push_str(label);
            rest = after;
            continue;
        }
        let run = mark.len() - mark.trim_start_matches(['*', '_', '`']).len();
        if run == 0 {
            out.push('[');
            rest = &mark[1..];
            continue;
        }
        let after = mark[run..].chars().next();
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        // `snake_case` and `5 * 3` keep their marks.
        if (word(before) && word(after)) || (space(before) && space(after)) {
            out.push_str(&mark[..run]);
        }
        rest = &mark[run..];
    }
    out.push_str(rest);
    out
}

/// `[label](address)` or `[label][name]`. The search for each part is short, so that brackets can't cost a square.
fn link(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('[')?;
    let near =
        |text: &str, end: char, most: usize| text[..text.floor_char_boundary(most)].find(end);
    let end = near(inner, ']', 500)?;
    let (label, after) = (&inner[..end], &inner[end + 1..]);
    let (open, close) =
        [('(', ')'), ('[', ']')].into_iter().find(|(open, _)| after.starts_with(*open))?;
    let target = after.strip_prefix(open)?;
    let end = near(target, close, 1_000)?;
    (!label.contains('[')).then_some((label, &target[end + 1..]))
}
