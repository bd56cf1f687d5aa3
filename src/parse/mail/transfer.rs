//! Content-Transfer-Encoding (RFC 2045 section 6) and charsets, read as far as they go: what is broken costs its own
//! characters and nothing else. Output is never longer than input, so nothing can blow up.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The bytes that an encoded body stands for.
pub(super) fn decode(body: &[u8], encoding: &str) -> Vec<u8> {
    match encoding {
        "base64" => base64(body, *b"+/"),
        "quoted-printable" => quoted_printable(body),
        "x-uuencode" | "uuencode" | "x-uue" | "uue" => uuencode(body),
        _ => body.to_vec(),
    }
}

/// Letters outside the alphabet are skipped (RFC 2045 6.8); padding ends a run, and another may follow.
fn base64(body: &[u8], [plus, slash]: [u8; 2]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            sign if *sign == plus => 62,
            sign if *sign == slash => 63,
            b'=' => {
                held = 0;
                continue;
            }
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from((bits >> held) & 0xff).unwrap_or_default());
        }
    }
    out
}

/// As base64 in a query or path, if all of it is that.
pub(crate) fn base64_text(text: &str) -> Option<String> {
    let body = text.trim_end_matches('=').as_bytes();
    let good = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
    if body.len() < 8 || !body.iter().all(good) {
        return None;
    }
    let signs = if text.contains(['-', '_']) { *b"-_" } else { *b"+/" };
    String::from_utf8(base64(body, signs)).ok()
}

/// A broken escape stays as written (RFC 2045 6.7 suggests so).
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|b| *b == b'\n') {
        let text = line.trim_ascii_end();
        let (text, soft) = match text {
            // `=` at the end of a line that has an end, or of the body.
            [inner @ .., b'='] => (inner, true),
            _ => (text, false),
        };
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            let pair = (*byte == b'=').then(|| text.get(at + 1..at + 3)).flatten();
            match pair.and_then(hex) {
                Some(value) => {
                    out.push(value);
                    at += 3;
                }
                None => {
                    out.push(*byte);
                    at += 1;
                }
            }
        }
        if !soft && line.ends_with(b"\n") {
            out.extend_from_slice(if line.ends_with(b"\r\n") { b"\r\n" } else { b"\n" });
        }
    }
    out
}

fn hex(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

fn uuencode(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let lines = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end);
    for line in lines.skip_while(|line| !line.starts_with(b"begin ")).skip(1) {
        if line == b"end" {
            break;
        }
        let Some((count, rest)) = line.split_first() else { continue };
        let count = usize::from(count.wrapping_sub(32) & 63);
        let end = out.len() + count;
        for four in rest.chunks(4) {
            let bits =
                four.iter().fold(0_u32, |bits, b| (bits << 6) | u32::from(b.wrapping_sub(32) & 63));
            let bits = bits << (6 * (4 - four.len()));
            out.extend_from_slice(&bits.to_be_bytes()[1..]);
        }
        out.truncate(end);
    }
    out
}

/// Text in the charset the part names; UTF-8 where the bytes prove it, Windows-1252 where nothing fits.
pub(super) fn text(bytes: &[u8], charset: Option<&str>) -> String {
    let utf_8 = std::str::from_utf8(bytes).is_ok();
    let named = charset.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => match named {
            // `us-ascii` is read as Windows-1252 on the web; bytes that prove to be UTF-8 are that.
            Some(encoding) if encoding == WINDOWS_1252 && utf_8 => UTF_8,
            Some(encoding) if encoding == UTF_8 && !utf_8 => near_utf_8(bytes),
            Some(encoding) => encoding,
            None if utf_8 => UTF_8,
            None => near_utf_8(bytes),
        },
    };
    encoding.decode(bytes).0.into_owned()
}

/// Bytes that hold not one sequence of UTF-8 are Windows-1252, whatever they are said to be.
fn near_utf_8(bytes: &[u8]) -> &'static Encoding {
    let sequences = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if sequences { UTF_8 } else { WINDOWS_1252 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_encodings_cost_their_own_characters_only() {
        assert_eq!(decode(b"SGVs\r\nbG8=\nIQ==", "base64"), b"Hello!");
        assert_eq!(decode(b"SGV*sbG8", "base64"), b"Hello");
        assert_eq!(
            decode(b"caf=C3=A9 =ZZ soft=\r\nbreak \r\nend=", "quoted-printable"),
            "café =ZZ softbreak\r\nend".as_bytes()
        );
        assert_eq!(decode(b"begin 644 x\n#0V%T\n`\nend\n", "x-uuencode"), b"Cat");
        assert_eq!(decode(b"as it is", "8bit"), b"as it is");
        assert_eq!(base64_text("aHR0cHM6Ly9hLmV4YW1wbGUv").as_deref(), Some("https://a.example/"));
    }

    #[test]
    fn charsets_are_believed_where_the_bytes_agree() {
        assert_eq!(text("é".as_bytes(), None), "é");
        assert_eq!(text(b"\xe9", None), "é");
        assert_eq!(text(b"\xe9", Some("utf-8")), "é");
        assert_eq!(text("é".as_bytes(), Some("us-ascii")), "é");
        assert_eq!(text(b"\x1b$B$3\x1b(B", Some("ISO-2022-JP")), "こ");
        assert_eq!(text(b"x", Some("no-such-charset")), "x");
    }
}
