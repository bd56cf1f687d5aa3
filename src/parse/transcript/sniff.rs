//! Which format a transcript is in: by its own first lines, or by what it is called.

use super::cue;
use crate::model::TranscriptFormat;
use crate::parse::link;
use crate::text::html::scan::{Scanner, Token};

/// Lines in which a captions file must show its first time.
const LINES: usize = 60;

/// Only what is certain.
pub(super) fn sniff(text: &str) -> Option<TranscriptFormat> {
    if text.starts_with("WEBVTT") {
        return Some(TranscriptFormat::Vtt);
    }
    if is_json(text) {
        return Some(TranscriptFormat::Json);
    }
    if let Some(seen) = cue::lines(text).take(LINES).find_map(captions) {
        return Some(seen);
    }
    // A page has a tag of its own close to the start; prose may mention one later.
    let opening = Scanner::new(text).take(3).any(is_html);
    let doctype = text.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
    ((opening && text.starts_with('<')) || doctype).then_some(TranscriptFormat::Html)
}

/// Whether there is a tag of HTML anywhere: a page's part may begin with words.
pub(super) fn has_markup(text: &str) -> bool {
    Scanner::new(text).any(is_html)
}

fn is_html(token: Token<'_>) -> bool {
    const ELEMENTS: [&str; 35] = [
        "html",
        "head",
        "body",
        "meta",
        "title",
        "link",
        "style",
        "script",
        "header",
        "nav",
        "main",
        "article",
        "section",
        "div",
        "p",
        "br",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "dl",
        "table",
        "blockquote",
        "figure",
        "cite",
        "time",
        "span",
        "strong",
        "b",
        "em",
        "a",
    ];
    matches!(token, Token::Start(tag) if ELEMENTS.iter().any(|name| tag.is(name)))
}

/// `[Music]` and `[00:12] Hello` are text.
fn is_json(text: &str) -> bool {
    match text.as_bytes() {
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start(), [b'"' | b'}', ..] | []),
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [b'{' | b']', ..]),
        _ => false,
    }
}

fn captions(line: &str) -> Option<TranscriptFormat> {
    cue::timing(line)?;
    let comma = line.split("-->").next().is_some_and(|start| start.contains(','));
    Some(if comma { TranscriptFormat::Srt } else { TranscriptFormat::Vtt })
}

/// Text has next to no control characters and no run of undecodable bytes.
pub(super) fn is_binary(text: &str) -> bool {
    let head = text.chars().take(4_000);
    let odd =
        |c: char| c == '\u{fffd}' || (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}'));
    let (mut all, mut bad) = (0_usize, 0_usize);
    for c in head {
        all += 1;
        bad += usize::from(odd(c));
    }
    bad * 10 > all
}

/// By media type and address. A type that only says `text/plain` or `octet-stream` gives way to a telling ending.
/// `None` for what can't hold words we can read.
pub(crate) fn format_of(
    media_type: Option<&str>,
    url_or_name: Option<&str>,
) -> Option<TranscriptFormat> {
    let media_type =
        media_type.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let by_name = match url_or_name.map(link::extension).unwrap_or_default().as_str() {
        "vtt" | "webvtt" => Some(TranscriptFormat::Vtt),
        "srt" => Some(TranscriptFormat::Srt),
        "json" => Some(TranscriptFormat::Json),
        "html" | "htm" | "xhtml" => Some(TranscriptFormat::Html),
        "txt" | "md" | "text" => Some(TranscriptFormat::Text),
        _ => None,
    };
    match media_type.as_str() {
        "text/vtt" | "text/webvtt" | "application/vtt" | "vtt" => Some(TranscriptFormat::Vtt),
        "application/x-subrip"
        | "application/srt"
        | "application/x-srt"
        | "text/srt"
        | "text/x-srt"
        | "application/x-subtitle"
        | "srt" => Some(TranscriptFormat::Srt),
        "application/json" | "text/json" | "json" => Some(TranscriptFormat::Json),
        "text/html" | "application/xhtml+xml" | "html" => {
            Some(by_name.filter(|f| f.is_timed()).unwrap_or(TranscriptFormat::Html))
        }
        ""
        | "text/plain"
        | "text/markdown"
        | "application/octet-stream"
        | "binary/octet-stream" => by_name.or(Some(TranscriptFormat::Text)),
        other if other.starts_with("text/") => by_name.or(Some(TranscriptFormat::Text)),
        _ => by_name,
    }
}
