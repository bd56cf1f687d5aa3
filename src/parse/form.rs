//! A form with files (RFC 7578) to its fields. Reads what is there.

use mailparse::parse_mail;

/// Fields read.
const MOST: usize = 100;

/// Name and bytes of each field; nothing if it is no such form. `content_type` is the request's, with its boundary.
pub fn multipart(content_type: &str, body: &[u8]) -> Vec<(String, Vec<u8>)> {
    let plain = content_type.trim();
    if !plain.to_ascii_lowercase().starts_with("multipart/form-data")
        || plain.contains(['\r', '\n'])
    {
        return Vec::new();
    }
    // Such a form is a message of several parts; only its head is elsewhere.
    let mut message = format!("Content-Type: {plain}\r\n\r\n").into_bytes();
    message.extend_from_slice(body);
    let Ok(message) = parse_mail(&message) else { return Vec::new() };
    let parts = message.subparts.iter().take(MOST);
    let field = |part: &mailparse::ParsedMail<'_>| {
        let name = part.get_content_disposition().params.get("name")?.clone();
        Some((name, part.get_body_raw().ok()?))
    };
    parts.filter_map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files_are_read() {
        let body = b"--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nabc\r\n--X\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"a.opml\"\r\nContent-Type: text/xml\r\n\r\n\
            <opml>\xc3\xa9\r\n</opml>\r\n--X--\r\n";
        let fields = multipart("multipart/form-data; boundary=X", body);
        let text = |n: usize| String::from_utf8(fields[n].1.clone()).unwrap();
        assert_eq!((fields[0].0.as_str(), text(0).trim_end()), ("token", "abc"));
        assert_eq!((fields[1].0.as_str(), text(1).trim_end()), ("file", "<opml>é\r\n</opml>"));
        assert!(multipart("text/plain", body).is_empty());
        for bad in [&b""[..], b"--X", b"--X\r\n\r\n--X--", b"\xff\xff"] {
            assert!(
                multipart("multipart/form-data; boundary=X", bad).iter().all(|(n, _)| n.is_empty())
            );
        }
    }
}
