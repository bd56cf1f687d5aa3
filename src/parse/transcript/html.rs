//! Transcripts on web pages: the podcast namespace's `cite`, `time`, `p`, or whatever the page's main text says.

use super::turn::{self, Paragraph};
use super::{clock, speaker};
use crate::model::Transcript;
use crate::parse::podcast::language;
use crate::text::html::scan::{Scanner, Token};
use crate::text::html::{Leave, collapse, entity, is_block, paragraphs_without};

/// What surrounds a page's text.
const AROUND: [&str; 16] = [
    "nav", "header", "footer", "aside", "form", "button", "select", "figure", "svg", "h1", "h2",
    "h3", "h4", "h5", "h6", "dialog",
];
/// Words without which a page is a notice, not a transcript.
const FEW: usize = 20;

/// Whether it is of the podcast namespace's kind: `cite` or `time` beside `p`; or the like in a list of `dt` and `dd`.
pub(super) fn is_namespaced(html: &str) -> bool {
    let (mut labels, mut paragraphs) = (0, 0);
    for token in Scanner::new(html) {
        if let Token::Start(tag) = token {
            labels += usize::from(["cite", "time", "dt"].iter().any(|name| tag.is(name)));
            paragraphs += usize::from(tag.is("p") || tag.is("dd"));
        }
    }
    // A date in a page's head and a source below a quotation are not turns.
    labels >= 2 && paragraphs >= 1 && labels * 3 >= paragraphs
}

pub(super) fn parse(html: &str) -> Transcript {
    let paragraphs = if is_namespaced(html) { labelled(html) } else { page(html) };
    Transcript { language: language_of(html), segments: turn::to_segments(paragraphs) }
}

fn language_of(html: &str) -> Option<String> {
    Scanner::new(html).take(20).find_map(|token| match token {
        Token::Start(tag) if tag.is("html") => tag.attr("lang").as_deref().and_then(language),
        _ => None,
    })
}

/// Text outside `cite`, `time`, `dt` and headings, each paragraph with the labels before it.
fn labelled(html: &str) -> Vec<Paragraph> {
    let mut done = Vec::new();
    let mut next = Paragraph::default();
    let mut label = String::new();
    let mut inside: Option<&str> = None;
    for token in Scanner::new(html) {
        match token {
            Token::Text(text) if inside.is_some() => label.push_str(&entity::decode(text)),
            Token::Text(text) => next.text.push_str(&entity::decode(text)),
            Token::Raw(_) => {}
            Token::Start(tag) => {
                let begins = ["cite", "time", "dt", "h1", "h2", "h3", "h4", "h5", "h6"]
                    .into_iter()
                    .find(|n| tag.is(n));
                if begins.is_some() || is_block(tag.name) || tag.is("br") {
                    flush(&mut next, &mut done);
                }
                if begins.is_some() {
                    inside = begins;
                    label.clear();
                }
            }
            Token::End(name) => {
                match inside.take_if(|open| name.eq_ignore_ascii_case(open)) {
                    Some("cite" | "dt") => {
                        let name = speaker::clean(label.trim().trim_end_matches([':', ' ']));
                        next.speaker = (!name.is_empty()).then(|| collapse(&name));
                    }
                    Some("time") => next.start_ms = clock::parse(&label).or(next.start_ms),
                    _ => {}
                }
                if is_block(name) {
                    flush(&mut next, &mut done);
                }
            }
        }
    }
    flush(&mut next, &mut done);
    done
}

/// Labels stay for the text that follows them.
fn flush(next: &mut Paragraph, done: &mut Vec<Paragraph>) {
    let text = collapse(&std::mem::take(&mut next.text));
    if !text.is_empty() {
        done.push(Paragraph { text, speaker: next.speaker.take(), start_ms: next.start_ms.take() });
    }
}

fn page(html: &str) -> Vec<Paragraph> {
    let whole = [main_part(html, "article"), main_part(html, "main")]
        .into_iter()
        .flatten()
        .next()
        .unwrap_or(html);
    let mut texts = paragraphs_without(whole, Leave { out: &AROUND });
    if texts.is_empty() {
        // One of the elements left out may never have been closed.
        texts = paragraphs_without(html, Leave::default());
    }
    if texts.iter().flat_map(|text| text.split_whitespace()).nth(FEW).is_none() {
        return Vec::new();
    }
    texts.into_iter().map(|text| Paragraph { text, ..Paragraph::default() }).collect()
}

/// Inside the first element of this name.
fn main_part<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let mut scanner = Scanner::new(html);
    let mut start = None;
    let mut depth = 0_u32;
    loop {
        let before = scanner.offset();
        match scanner.next() {
            Some(Token::Start(tag)) if tag.is(name) => {
                depth += 1;
                start.get_or_insert(scanner.offset());
            }
            Some(Token::End(end)) if depth > 0 && end.eq_ignore_ascii_case(name) => {
                depth -= 1;
                if depth == 0 {
                    return start.map(|start| &html[start..before]);
                }
            }
            Some(_) => {}
            None => return start.map(|start| &html[start..]),
        }
    }
}
