//! A mail message (RFC 5322, MIME) to what it says. `parse/mail` is the only place that speaks to mailparse.
//! Reads what is there, broken or not; does not verify, deliver or follow anything.

mod part;
mod transfer;

use mailparse::MailAddr;

pub use part::InlineImage;
pub(crate) use transfer::base64_text;

use self::part::{Content, Header, all, first};
use super::date;
use crate::model::Timestamp;
use crate::text::html::collapse;

/// Bytes of a message. A walk looks at each byte once a level, so work is bounded by this times the levels opened.
const MAX_MESSAGE: usize = 32 * 1024 * 1024;

/// What a message says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Plain text, decoded (RFC 2047).
    pub subject: String,
    /// The name in `From`, else its address.
    pub from_name: String,
    /// The address in `From`, lower case; empty if there is none.
    pub from: String,
    /// As dated by the sender.
    pub date: Option<Timestamp>,
    /// `Message-ID` without its brackets.
    pub message_id: Option<String>,
    /// `List-Id` without its brackets (RFC 2919).
    pub list_id: Option<String>,
    /// Addresses in `List-Unsubscribe` (RFC 2369).
    pub unsubscribe: Vec<String>,
    /// `Archived-At` (RFC 5064): a page of it that everyone may see.
    pub archived_at: Option<String>,
    /// `Content-Language`.
    pub language: Option<String>,
    /// `Auto-Submitted` (RFC 3834), lower case, without parameters.
    pub auto_submitted: Option<String>,
    /// `Received`, newest first.
    pub received: Vec<String>,
    /// `Authentication-Results` (RFC 8601), newest first.
    pub authentication_results: Vec<String>,
    /// Whether it is a report of delivery or reading (RFC 6522).
    pub is_report: bool,
    /// Addresses it was sent to, lower case: never to be published.
    pub recipients: Vec<String>,
    /// The text: HTML if the message has any, else plain text; empty if there is none.
    pub body: String,
    /// Whether `body` is HTML.
    pub is_html: bool,
    /// The same in plain text, where the message has both.
    pub plain: Option<String>,
    /// Pictures inside it.
    pub images: Vec<InlineImage>,
    /// What was mended or left out, one sentence each.
    pub warnings: Vec<String>,
}

/// Why a message gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Nothing in it.
    #[error("the message is empty")]
    Empty,
    /// Not a message.
    #[error(
        "this is no mail message: it has no headers; save the message as .eml with its full source"
    )]
    NotMail,
    /// Over the size limit.
    #[error("the message is larger than 32 MiB; save it without its attachments")]
    TooLarge,
}

/// Whether the bytes begin as a message does: header fields only, with `From` and one more that every message has.
pub fn looks_like_mail(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(bytes.get(..16 * 1024).unwrap_or(bytes));
    let mut fields = Vec::new();
    // An mbox line may stand first.
    for line in head.lines().skip_while(|line| line.starts_with("From ")) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) && !fields.is_empty() {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        let token = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !token || name.is_empty() {
            return false;
        }
        fields.push(name.to_ascii_lowercase());
    }
    let has = |name: &str| fields.iter().any(|field| field == name);
    has("from") && ["message-id", "mime-version", "received", "date"].into_iter().any(has)
}

/// Reads a message as far as it goes. Of alternatives HTML is taken; attachments are left out.
///
/// # Errors
/// [`MailError`] if there is no message at all.
pub fn read(bytes: &[u8]) -> Result<Message, MailError> {
    if bytes.trim_ascii().is_empty() {
        return Err(MailError::Empty);
    }
    if bytes.len() > MAX_MESSAGE {
        return Err(MailError::TooLarge);
    }
    let bytes = without_envelope(bytes);
    let (headers, _) = part::headers(bytes);
    if !part::is_mail(&headers) {
        return Err(MailError::NotMail);
    }
    let mut content = Content::default();
    part::walk(bytes, &mut content);
    let (body, is_html) = part::join(std::mem::take(&mut content.texts));
    let line = |name| first(&headers, name).map(collapse).filter(|v| !v.is_empty());
    let (from_name, from) = sender(&headers);
    Ok(Message {
        subject: line("Subject").unwrap_or_default(),
        from_name,
        from,
        date: line("Date").and_then(|text| date::parse(&text)),
        message_id: line("Message-ID").map(|id| identifier(&id)),
        list_id: line("List-Id").map(|id| list_id(&id)),
        unsubscribe: angle_addresses(first(&headers, "List-Unsubscribe").unwrap_or_default()),
        archived_at: line("Archived-At").map(|url| bracketed(&url).to_owned()),
        language: line("Content-Language"),
        auto_submitted: line("Auto-Submitted")
            .map(|v| v.split([';', ' ']).next().unwrap_or_default().to_ascii_lowercase()),
        received: all(&headers, "Received").map(collapse).collect(),
        authentication_results: all(&headers, "Authentication-Results").map(collapse).collect(),
        is_report: content.is_report,
        recipients: recipients(&headers),
        body,
        is_html,
        plain: content.plain,
        images: content.images,
        warnings: content.warnings,
    })
}

/// What stands in the brackets of `List-Id` (RFC 2919 2), lower case; all of it if there are none.
pub fn list_id(header: &str) -> String {
    bracketed(header).to_lowercase()
}

/// Without an mbox file's separator, which is no header.
fn without_envelope(bytes: &[u8]) -> &[u8] {
    match bytes.strip_prefix(b"From ").or_else(|| bytes.strip_prefix(b">From ")) {
        Some(rest) => rest.iter().position(|b| *b == b'\n').map_or(rest, |end| &rest[end + 1..]),
        None => bytes,
    }
}

/// What stands in the last angle brackets, else all of it.
fn bracketed(text: &str) -> &str {
    let inner = text.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(id, _)| id);
    inner.unwrap_or(text).trim()
}

/// What stands in the first angle brackets, else all of it: what a broken header brings along comes behind.
fn identifier(text: &str) -> String {
    let inner = text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(id, _)| id);
    inner.unwrap_or(text).trim().to_owned()
}

fn angle_addresses(text: &str) -> Vec<String> {
    let inner = text.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
    inner.map(|(address, _)| address.split_whitespace().collect()).take(8).collect()
}

fn sender(headers: &[Header]) -> (String, String) {
    let value = ["From", "Sender", "Reply-To"].iter().find_map(|name| first(headers, name));
    let Some(value) = value else { return Default::default() };
    match addresses(value).into_iter().next() {
        Some((name, address)) => {
            let name = if name.is_empty() { address.clone() } else { collapse(&name) };
            (name, address)
        }
        None => (collapse(value), String::new()),
    }
}

/// (name, address in lower case) of each.
fn addresses(value: &str) -> Vec<(String, String)> {
    let Ok(list) = mailparse::addrparse(value) else {
        // Read as far as it goes: the first thing that looks like an address.
        let found = value.split([' ', ',', '<', '>', '"']).find(|w| w.contains('@'));
        return found.map(|w| (String::new(), w.to_lowercase())).into_iter().collect();
    };
    let mut found = Vec::new();
    for entry in list.iter().take(100) {
        let singles = match entry {
            MailAddr::Single(single) => std::slice::from_ref(single),
            MailAddr::Group(group) => group.addrs.as_slice(),
        };
        for single in singles {
            let name = single.display_name.clone().unwrap_or_default();
            found.push((name, single.addr.trim().to_lowercase()));
        }
    }
    found
}

fn recipients(headers: &[Header]) -> Vec<String> {
    const NAMES: [&str; 6] =
        ["To", "Cc", "Delivered-To", "X-Original-To", "X-Forwarded-To", "Envelope-To"];
    let values = NAMES.iter().flat_map(|name| all(headers, name));
    let mut found: Vec<String> =
        values.flat_map(addresses).map(|(_, a)| a).filter(|a| a.contains('@')).collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(50);
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLE: &[u8] = include_bytes!("../../tests/fixtures/parse/mail/letter.eml");

    #[test]
    fn a_message_is_told_by_its_head() {
        assert!(looks_like_mail(SAMPLE));
        let mbox = [b"From a@b Mon Jan  1 00:00:00 2026\n", SAMPLE].concat();
        assert!(looks_like_mail(&mbox));
        for other in
            ["Ada: Hi.\n\nFrom: here\nDate: now", "", "WEBVTT\n\n00:01.000 --> 00:02.000\nFrom: x"]
        {
            assert!(!looks_like_mail(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn html_goes_before_text_and_attachments_are_left_out() {
        let mail = read(SAMPLE).unwrap();
        assert_eq!(mail.subject, "Café & Co: the week’s letter");
        assert_eq!(
            (mail.from_name.as_str(), mail.from.as_str()),
            ("Letters from Nowhere", "letters@nowhere.example")
        );
        assert_eq!(mail.date.map(Timestamp::rfc3339).as_deref(), Some("2026-11-24T07:00:00Z"));
        assert!(
            mail.is_html && mail.body.contains("<p>Water boils at 100\u{a0}°C — usually.</p>"),
            "{}",
            mail.body
        );
    }

    #[test]
    fn plain_mail_and_no_mail() {
        let plain = read(b"From x\r\nSubject: hi\r\n\r\nJust text.\r\n").unwrap();
        assert_eq!((plain.body.trim(), plain.is_html), ("Just text.", false));
        assert_eq!(read(b" \r\n"), Err(MailError::Empty));
        assert_eq!(read(b"no mail\n\nat all"), Err(MailError::NotMail));
        let picture = read(b"Subject: x\r\nContent-Type: image/png\r\n\r\nxyz").unwrap();
        assert_eq!((picture.subject.as_str(), picture.body.as_str()), ("x", ""));
    }

    #[test]
    fn text_without_an_empty_line_before_it_is_text() {
        let body = |bytes: &[u8]| read(bytes).unwrap().body;
        assert_eq!(
            body(b"Subject: x\nHello all.\nNote: it rains.\n"),
            "Hello all.\nNote: it rains.\n"
        );
        assert_eq!(body(b"Received: by x\nHello all.\n\nBye.\n"), "Hello all.\n\nBye.\n");
        let kept = read(b"Subject: x\nHello all\nX-Mailer: y\nDate: z\n\nBye.\n").unwrap();
        assert_eq!(kept.body, "Bye.\n");
    }

    #[test]
    fn bad_parts_do_not_cost_the_good_ones() {
        let mail = read(
            b"Subject: a\r\n folded\r\n stray\r\nnot a header\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n\
              --b\r\n bad header\r\n\r\nfirst\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
              Content-Transfer-Encoding: BASE64 (of course)\r\n\r\nc2Vjb25k\r\n--b\r\n\r\nthird, --bb\r\n--bb\r\ncut of",
        )
        .unwrap();
        assert_eq!(mail.body.replace("\r\n", " "), "first\n\nsecond\n\nthird, --bb --bb cut of");
    }

    #[test]
    fn many_parts_and_endless_nesting_are_read_as_far_as_the_limits() {
        let deep: String = (0..1_000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
            .collect();
        assert!(!read(deep.as_bytes()).unwrap().warnings.is_empty());
        let wide = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
            "--b\r\n\r\nword\r\n".repeat(10_000)
        );
        let mail = read(wide.as_bytes()).unwrap();
        assert!(mail.body.contains("word") && mail.body.len() < 100_000);
    }

    #[test]
    fn headers_tell_list_recipients_and_trace() {
        let mail = read(
            b"From: =?utf-8?q?J=C3=B6rg?= <J@X.example>\nTo: \"A, B\" <a@b.example>, c@d.example\nList-Id: News <news.x.example>\n\
              List-Unsubscribe: <mailto:u@x.example>, <https://x.example/u?t=1>\nMessage-ID: <1@x>\n and <2@x>\n\
              Auto-Submitted: auto-replied; x\nReceived: by one\nReceived: by two\n\nhi",
        )
        .unwrap();
        assert_eq!((mail.from_name.as_str(), mail.from.as_str()), ("Jörg", "j@x.example"));
        assert_eq!(mail.recipients, ["a@b.example", "c@d.example"]);
        assert_eq!(mail.list_id.as_deref(), Some("news.x.example"));
        assert_eq!(mail.unsubscribe, ["mailto:u@x.example", "https://x.example/u?t=1"]);
        assert_eq!(mail.message_id.as_deref(), Some("1@x"));
        assert_eq!(mail.auto_submitted.as_deref(), Some("auto-replied"));
        assert_eq!(mail.received, ["by one", "by two"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_mail_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }

        #[test]
        fn damaged_mail_too(at in 0..SAMPLE.len(), byte in any::<u8>(), cut in 0..SAMPLE.len()) {
            let mut bytes = SAMPLE.to_vec();
            bytes[at] = byte;
            let _ = read(&bytes);
            let _ = read(&bytes[..cut]);
        }
    }
}
