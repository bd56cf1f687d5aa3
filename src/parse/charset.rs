//! Bytes to text. Order of belief for XML: byte order mark, then the HTTP header, then the declaration (RFC 7303 3.2),
//! except that bytes which prove to be UTF-8 where the declaration says so are not re-read as something else.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How much of a document may precede the end of its declaration.
const DECLARATION: usize = 1024;

/// A document's text, line ends as they were, without byte order mark. What can't be decoded is U+FFFD.
pub(crate) fn decode(bytes: &[u8], content_type: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return run(encoding, &bytes[mark..]);
    }
    if let Some(encoding) = wide(bytes) {
        return run(encoding, bytes);
    }
    let header = content_type.and_then(|value| label_after(value.as_bytes(), b"charset"));
    let declared = declaration(bytes);
    let proven = std::str::from_utf8(bytes).is_ok() && !bytes.is_ascii();
    if proven && (declared == Some(UTF_8) || header.is_none()) {
        return run(UTF_8, bytes);
    }
    match header.or(declared) {
        Some(encoding) if encoding != UTF_8 || declared.is_none_or(|d| d == UTF_8) => {
            run(if encoding == UTF_8 { utf_8_or_near(bytes) } else { encoding }, bytes)
        }
        // The header says UTF-8 and the bytes are not; the author's own word is the better guess.
        Some(_) if std::str::from_utf8(bytes).is_err() => run(declared.unwrap_or(UTF_8), bytes),
        _ => run(utf_8_or_near(bytes), bytes),
    }
}

/// Characters that no XML 1.0 document may hold (2.2), dropped.
pub(crate) fn legal_in_xml(text: String) -> String {
    let illegal = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(illegal) { text.replace(illegal, "") } else { text }
}

fn run(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Bytes that are no UTF-8 and hold not one of its sequences are Windows-1252, whatever they are said to be.
fn utf_8_or_near(bytes: &[u8]) -> &'static Encoding {
    let sequences = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    let whole = bytes.utf8_chunks().all(|chunk| chunk.invalid().is_empty());
    if whole || sequences { UTF_8 } else { WINDOWS_1252 }
}

/// UTF-16 without a mark, by where the zeros of its first `<` or `{` stand.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<' | b'{' | b'[' | b'W', 0, _, 0, ..] => Some(UTF_16LE),
        [0, b'<' | b'{' | b'[' | b'W', 0, _, ..] => Some(UTF_16BE),
        _ => None,
    }
}

fn declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(DECLARATION)];
    let start = head.windows(5).position(|w| w == b"<?xml")?;
    let end = head[start..].windows(2).position(|w| w == b"?>")?;
    // What could be read as ASCII so far is not UTF-16, whatever it claims (HTML 13.2.3.3 does the same).
    label_after(&head[start..start + end], b"encoding")
        .map(|e| if e == UTF_16BE || e == UTF_16LE { UTF_8 } else { e })
}

/// The encoding named after `key=`, quoted or not.
fn label_after(text: &[u8], key: &[u8]) -> Option<&'static Encoding> {
    let at = text.windows(key.len()).position(|w| w.eq_ignore_ascii_case(key))?;
    let value = text[at + key.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = match value {
        [quote @ (b'"' | b'\''), inner @ ..] => inner.split(|b| b == quote).next()?,
        _ => value.split(|b| matches!(b, b';' | b',' | b' ' | b'\t')).next()?,
    };
    Encoding::for_label(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latin(declared: &str) -> Vec<u8> {
        let mut bytes = format!("<?xml version='1.0'{declared}?><t>").into_bytes();
        bytes.extend([0xe9, b'<', b'/', b't', b'>']);
        bytes
    }

    #[test]
    fn mark_then_header_then_declaration() {
        assert_eq!(
            decode(b"\xef\xbb\xbf<t>\xc3\xa9", Some("text/xml; charset=iso-8859-1")),
            "<t>é"
        );
        assert_eq!(decode(b"\xff\xfe<\0t\0>\0\xe9\0", None), "<t>é");
        assert_eq!(decode(b"\0<\0t\0>\0\xe9", None), "<t>é");
        assert!(decode(&latin(" encoding='ISO-8859-1'"), None).contains('é'));
        assert!(decode(&latin(" encoding=\"koi8-r\""), None).contains('И'));
        let header = Some("application/rss+xml; Charset=\"iso-8859-1\"");
        assert!(decode(&latin(" encoding='koi8-r'"), header).contains('é'));
        assert!(decode(&latin(" encoding='utf-16'"), None).contains('é'));
    }

    #[test]
    fn false_claims_are_seen_through() {
        assert_eq!(
            decode("<?xml encoding='utf-8'?>é".as_bytes(), Some("text/xml;charset=latin1")),
            "<?xml encoding='utf-8'?>é"
        );
        assert!(decode(&latin(" encoding='UTF-8'"), None).contains('é'));
        assert!(
            decode(&latin(" encoding='iso-8859-2'"), Some("text/xml; charset=utf-8")).contains('é')
        );
        assert!(decode(&latin(" encoding='no-such'"), Some("x; charset=no-such")).contains('é'));
        assert_eq!(decode(b"\xc3\xa9 \xff", None), "é \u{fffd}");
    }

    #[test]
    fn control_characters_are_dropped() {
        assert_eq!(legal_in_xml("a\0\u{b}b\tc\r\n\u{ffff}".to_owned()), "ab\tc\r\n");
    }
}
