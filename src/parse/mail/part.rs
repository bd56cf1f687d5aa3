//! MIME (RFC 2045, 2046) as a walk over one message: headers by mailparse, bodies cut at their boundaries here, in one
//! pass a level, so that one bad part never costs the others and no nesting costs stack.

use mailparse::{DispositionType, ParsedContentType};

use super::transfer;
use crate::text::html::escape;

/// Levels that are opened; what lies deeper is left out.
const MAX_DEPTH: usize = 20;
/// Parts looked at; those after it are left out.
const MAX_PARTS: usize = 1_000;
/// Bytes of header lines that are read of a part.
const MAX_HEADERS: usize = 256 * 1024;
/// Pictures kept, each of at most so many bytes.
const MAX_IMAGES: usize = 12;
const MAX_IMAGE: usize = 1024 * 1024;

/// A picture inside the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineImage {
    /// `Content-ID` without its brackets.
    pub cid: String,
    /// By its first bytes.
    pub media_type: &'static str,
    /// Decoded.
    pub bytes: Vec<u8>,
}

/// What the parts of a message hold.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The texts in order, HTML or plain.
    pub texts: Vec<(String, bool)>,
    /// Plain text that HTML was taken instead of.
    pub plain: Option<String>,
    pub images: Vec<InlineImage>,
    /// A report of delivery or reading (RFC 6522).
    pub is_report: bool,
    pub warnings: Vec<String>,
    parts: usize,
}

/// Headers and where the body begins. Lines that are none are passed over; where nothing but these stand before the end,
/// or before the first empty line of what no header describes, they are the text.
pub(super) fn headers(bytes: &[u8]) -> (Vec<Header>, usize) {
    let (end, ended) = head_end(bytes);
    let head = bytes.get(..end).unwrap_or(bytes);
    let (mended, behind) = mend(head);
    let list: Vec<Header> = match mailparse::parse_headers(&mended) {
        Ok((list, _)) => list.iter().map(|h| (h.get_key(), h.get_value())).collect(),
        Err(_) => Vec::new(),
    };
    // Who writes headers at all writes an empty line behind them, and one bad line more is no text.
    let a_head = list.is_empty() || DESCRIBING.iter().any(|name| first(&list, name).is_some());
    (list, if ended && a_head { end } else { behind })
}

/// Of a message that has one of these the head is what it seems to be.
const DESCRIBING: [&str; 4] = ["From", "Subject", "Date", "Content-Type"];

/// Name as written, value decoded (RFC 2047).
pub(super) type Header = (String, String);

pub(super) fn first<'h>(headers: &'h [Header], name: &str) -> Option<&'h str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Behind the first empty line, or behind as many headers as are read; and whether there was such a line.
fn head_end(bytes: &[u8]) -> (usize, bool) {
    let mut at = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        at += line.len();
        if line.trim_ascii().is_empty() || at > MAX_HEADERS {
            return (at, true);
        }
    }
    (at, false)
}

/// Only the lines that are headers or go on with one, in the form that mailparse reads; and where the lines begin behind
/// which there are no more of these.
fn mend(head: &[u8]) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(head.len());
    let (mut at, mut stray) = (0, None);
    for whole in head.split_inclusive(|b| *b == b'\n') {
        let line = whole.trim_ascii_end();
        let folded = line.first().is_some_and(|b| matches!(b, b' ' | b'\t')) && !out.is_empty();
        let name = line
            .iter()
            .position(|b| *b == b':')
            .map(|n| line[..n].trim_ascii_end())
            .filter(|n| !n.is_empty());
        let named = name.is_some_and(|name| {
            // Among other lines a word with a colon may be text.
            let sure = || name.contains(&b'-') || is_common(name);
            name.iter().all(|b| matches!(b, b'!'..=b'~')) && (stray.is_none() || sure())
        });
        if named || (folded && stray.is_none()) {
            out.extend(line.iter().map(|b| if *b == b'\r' { b' ' } else { *b }));
            out.extend_from_slice(b"\r\n");
            stray = None;
        } else if !line.is_empty() && stray.is_none() {
            stray = Some(at);
        }
        at += whole.len();
    }
    out.extend_from_slice(b"\r\n");
    (out, stray.unwrap_or(at))
}

fn is_common(name: &[u8]) -> bool {
    let known = ["From", "Subject", "Date", "To", "Cc", "Sender", "Received"];
    known.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// Reads a message or part into `content`.
pub(super) fn walk(bytes: &[u8], content: &mut Content) {
    let mut texts = Vec::new();
    open(bytes, 0, false, content, &mut texts);
    content.texts = texts;
}

fn open(
    bytes: &[u8],
    depth: usize,
    in_digest: bool,
    content: &mut Content,
    texts: &mut Vec<(String, bool)>,
) {
    content.parts += 1;
    if content.parts > MAX_PARTS || depth > MAX_DEPTH {
        let warning = "parts beyond 1000, or nested deeper than 20, were left out";
        if content.warnings.iter().all(|w| w != warning) {
            content.warnings.push(warning.into());
        }
        return;
    }
    let (headers, at) = headers(bytes);
    let body = bytes.get(at..).unwrap_or_default();
    let kind = match first(&headers, "Content-Type") {
        Some(value) => mailparse::parse_content_type(value),
        None if in_digest => mailparse::parse_content_type("message/rfc822"),
        None => mailparse::parse_content_type("text/plain"),
    };
    let kind_name = match kind.mimetype.to_ascii_lowercase() {
        // What is no media type says nothing (RFC 2045 5.2).
        name if !name.contains('/') => "text/plain".to_owned(),
        name => name,
    };
    if kind_name == "multipart/report" {
        content.is_report = true;
    }
    if kind_name.starts_with("multipart/") {
        // Without a boundary of its own it is guessed from the first line that looks like one.
        let boundary = kind.params.get("boundary").cloned().or_else(|| guess_boundary(body));
        let parts = boundary.map(|b| split(body, b.as_bytes(), MAX_PARTS)).unwrap_or_default();
        if parts.is_empty() && !body.trim_ascii().is_empty() {
            content.warnings.push("a part without boundaries was read as text".into());
            texts.extend(leaf_text(body, &headers, &kind, "text/plain"));
            return;
        }
        if kind_name == "multipart/alternative" {
            let mut choices = Vec::new();
            for part in parts {
                let mut one = Vec::new();
                open(part, depth + 1, false, content, &mut one);
                choices.push(one);
            }
            texts.extend(best(choices, &mut content.plain));
        } else {
            let digest = kind_name == "multipart/digest";
            for part in parts {
                open(part, depth + 1, digest, content, texts);
            }
        }
        return;
    }
    let attached = first(&headers, "Content-Disposition").is_some_and(|value| {
        mailparse::parse_content_disposition(value).disposition == DispositionType::Attachment
    });
    if kind_name == "message/rfc822" && !attached {
        return open(body, depth + 1, false, content, texts);
    }
    if kind_name.starts_with("image/") {
        content.images.extend(image(body, &headers).filter(|_| content.images.len() < MAX_IMAGES));
        return;
    }
    let text = matches!(
        kind_name.as_str(),
        "text/html" | "text/plain" | "text/markdown" | "text/enriched" | "application/xhtml+xml"
    );
    if text && !attached {
        texts.extend(leaf_text(body, &headers, &kind, &kind_name));
    }
}

/// The last alternative with HTML in it (RFC 2046 5.1.4: the last is the best), else the last with any text.
/// A plain one beside it is kept for the case that the HTML says nothing.
fn best(choices: Vec<Vec<(String, bool)>>, plain: &mut Option<String>) -> Vec<(String, bool)> {
    let html = choices.iter().rposition(|texts| texts.iter().any(|(_, html)| *html));
    let any = choices.iter().rposition(|texts| !texts.is_empty());
    let Some(at) = html.or(any) else { return Vec::new() };
    let mut chosen = Vec::new();
    for (n, texts) in choices.into_iter().enumerate() {
        if n == at {
            chosen = texts;
        } else if html.is_some() && plain.is_none() {
            *plain = texts.into_iter().find(|(_, html)| !html).map(|(text, _)| text);
        }
    }
    chosen
}

fn leaf_text(
    body: &[u8],
    headers: &[Header],
    kind: &ParsedContentType,
    name: &str,
) -> Option<(String, bool)> {
    let bytes = transfer::decode(body, &encoding(headers));
    let charset = kind.params.get("charset").map(String::as_str);
    let text = transfer::text(&bytes, charset);
    let html = matches!(name, "text/html" | "application/xhtml+xml");
    let says = text.chars().any(|c| !c.is_whitespace());
    // RFC 3676: a line that ends in a space goes on in the next.
    let flowed = kind.params.get("format").is_some_and(|f| f.eq_ignore_ascii_case("flowed"));
    let text = if flowed { text.replace(" \r\n", " ").replace(" \n", " ") } else { text };
    says.then_some((text, html))
}

fn encoding(headers: &[Header]) -> String {
    let value = first(headers, "Content-Transfer-Encoding").unwrap_or_default();
    // A comment or parameter behind it is no part of it.
    let word = value.split([';', '(', ' ']).find(|w| !w.is_empty()).unwrap_or_default();
    word.trim().to_ascii_lowercase()
}

fn image(body: &[u8], headers: &[Header]) -> Option<InlineImage> {
    let cid = first(headers, "Content-ID")?.trim().trim_start_matches('<').trim_end_matches('>');
    if body.len() > MAX_IMAGE * 2 {
        return None;
    }
    let bytes = transfer::decode(body, &encoding(headers));
    let media_type = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => return None,
    };
    // Smaller ones are spacers and tracking pixels.
    let kept = (200..=MAX_IMAGE).contains(&bytes.len()) && !cid.is_empty();
    kept.then(|| InlineImage { cid: cid.to_owned(), media_type, bytes })
}

/// The parts between lines that begin with `--boundary`, up to `most`; a missing end takes the rest.
fn split<'b>(body: &'b [u8], boundary: &[u8], most: usize) -> Vec<&'b [u8]> {
    let boundary = boundary.trim_ascii_end();
    if boundary.is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut start = None;
    let mut at = 0;
    for line in body.split_inclusive(|b| *b == b'\n') {
        let begin = at;
        at += line.len();
        let Some(rest) = line.strip_prefix(b"--").and_then(|l| l.strip_prefix(boundary)) else {
            continue;
        };
        let rest = rest.trim_ascii();
        // Another boundary may begin with the same letters.
        if !(rest.is_empty() || rest == b"--") {
            continue;
        }
        if let Some(start) = start {
            parts.push(without_line_end(&body[start..begin]));
        }
        start = (rest != b"--" && parts.len() < most).then_some(at);
        if start.is_none() {
            return parts;
        }
    }
    parts.extend(start.and_then(|start| body.get(start..)));
    parts
}

/// The line end before a boundary belongs to the boundary (RFC 2046 5.1.1).
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

fn guess_boundary(body: &[u8]) -> Option<String> {
    let line = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).find(|l| !l.is_empty())?;
    let name = line.strip_prefix(b"--")?;
    let good = (1..=70).contains(&name.len()) && name.iter().all(|b| matches!(b, b'!'..=b'~'));
    good.then(|| String::from_utf8_lossy(name).into_owned())
}

/// All texts as one: HTML if any of them is, else plain.
pub(super) fn join(texts: Vec<(String, bool)>) -> (String, bool) {
    let html = texts.iter().any(|(_, html)| *html);
    let texts = texts.into_iter().map(|(text, is_html)| match html && !is_html {
        true => {
            let lines: Vec<String> = text.lines().map(escape).collect();
            format!("<p>{}</p>", lines.join("<br>"))
        }
        false => text,
    });
    (texts.collect::<Vec<_>>().join("\n\n"), html)
}

/// Whether any of these headers says that it is mail.
pub(super) fn is_mail(headers: &[Header]) -> bool {
    const MARKS: [&str; 7] =
        ["Subject", "From", "Date", "Received", "Message-ID", "Content-Type", "To"];
    MARKS.iter().any(|name| first(headers, name).is_some())
}

/// All values of a header, in order.
pub(super) fn all<'h>(headers: &'h [Header], name: &'h str) -> impl Iterator<Item = &'h str> {
    headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}
