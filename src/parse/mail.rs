//! A mail message (RFC 5322, MIME) to its subject and its best text. The only place that speaks to mailparse.
//! Reads what is there; does not verify, deliver or follow anything.

use mailparse::body::Body;
use mailparse::{DispositionType, MailHeaderMap, MailParseError, ParsedMail};

use super::date;
use crate::model::Timestamp;
use crate::text::html::collapse;

/// Bytes of a message. Each level of nesting searches its part once more, so work is bounded by this times the 100
/// levels at which mailparse itself stops (its reading recurses; 100 levels fit in any thread's stack).
const MAX_MESSAGE: usize = 32 * 1024 * 1024;
/// Parts looked at.
const MAX_PARTS: usize = 1_000;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailText {
    /// Plain text, decoded (RFC 2047).
    pub subject: String,
    /// As printed, name and address.
    pub from: String,
    /// As dated by the sender.
    pub date: Option<Timestamp>,
    /// The text part: HTML if the message has any, else plain text.
    pub body: String,
    /// Whether `body` is HTML.
    pub is_html: bool,
}

/// Why a message gave no text.
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
    /// Malformed or hostile.
    #[error("the message can't be read: {0}")]
    Broken(String),
    /// Pictures and attachments only.
    #[error("the message has no text part, only attachments")]
    NoText,
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

/// The first HTML part that says anything, else the first plain one; attachments are left out.
pub fn to_html_or_text(bytes: &[u8]) -> Result<MailText, MailError> {
    if bytes.trim_ascii().is_empty() {
        return Err(MailError::Empty);
    }
    if bytes.len() > MAX_MESSAGE {
        return Err(MailError::TooLarge);
    }
    // An mbox file's separator is no header.
    let bytes = match bytes.strip_prefix(b"From ") {
        Some(rest) => rest.iter().position(|b| *b == b'\n').map_or(rest, |end| &rest[end + 1..]),
        None => bytes,
    };
    let mail = mailparse::parse_mail(bytes).map_err(broken)?;
    let header =
        |name| mail.headers.get_first_value(name).map(|v| collapse(&v)).unwrap_or_default();
    if ["Subject", "From", "Date", "Received", "Message-ID", "Content-Type"]
        .iter()
        .all(|h| header(h).is_empty())
    {
        return Err(MailError::NotMail);
    }
    let (body, is_html) = best_text(&mail).ok_or(MailError::NoText)?;
    Ok(MailText {
        subject: header("Subject"),
        from: header("From"),
        date: date::parse(&header("Date")),
        body,
        is_html,
    })
}

fn broken(error: MailParseError) -> MailError {
    MailError::Broken(error.to_string())
}

fn best_text(mail: &ParsedMail<'_>) -> Option<(String, bool)> {
    let mut plain = None;
    let mut open = vec![mail];
    let mut looked = 0;
    while let Some(part) = open.pop() {
        looked += 1;
        if looked > MAX_PARTS {
            break;
        }
        open.extend(part.subparts.iter().rev());
        let attached = part.headers.get_first_value("Content-Disposition").is_some()
            && part.get_content_disposition().disposition == DispositionType::Attachment;
        let kind = part.ctype.mimetype.as_str();
        if !part.subparts.is_empty() || attached || !matches!(kind, "text/html" | "text/plain") {
            continue;
        }
        let text = text_of(part);
        if text.trim().is_empty() {
            continue;
        }
        if kind == "text/html" {
            return Some((text, true));
        }
        plain = plain.or(Some(text));
    }
    plain.map(|text| (text, false))
}

/// In the part's charset. Of a quoted-printable part that can't be decoded the encoded text is still readable; of a
/// base64 part it is not.
fn text_of(part: &ParsedMail<'_>) -> String {
    part.get_body().unwrap_or_else(|_| match part.get_body_encoded() {
        Body::QuotedPrintable(body) => String::from_utf8_lossy(body.get_raw()).into_owned(),
        _ => String::new(),
    })
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
        let mail = to_html_or_text(SAMPLE).unwrap();
        assert_eq!(mail.subject, "Café & Co: the week’s letter");
        assert_eq!(mail.from, "Letters from Nowhere <letters@nowhere.example>");
        assert_eq!(mail.date.map(Timestamp::rfc3339).as_deref(), Some("2026-11-24T07:00:00Z"));
        assert!(
            mail.is_html && mail.body.contains("<p>Water boils at 100\u{a0}°C — usually.</p>"),
            "{}",
            mail.body
        );
    }

    #[test]
    fn plain_mail_and_no_mail() {
        let plain = to_html_or_text(b"From x\r\nSubject: hi\r\n\r\nJust text.\r\n").unwrap();
        assert_eq!((plain.body.trim(), plain.is_html), ("Just text.", false));
        assert_eq!(to_html_or_text(b" \r\n"), Err(MailError::Empty));
        assert_eq!(to_html_or_text(b"no mail\n\nat all"), Err(MailError::NotMail));
        let picture = b"Subject: x\r\nContent-Type: image/png\r\n\r\nxyz";
        assert_eq!(to_html_or_text(picture), Err(MailError::NoText));
    }

    #[test]
    fn endless_nesting_is_an_error() {
        let deep: String = (0..5_000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
            .collect();
        assert!(matches!(to_html_or_text(deep.as_bytes()), Err(MailError::Broken(_))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_mail_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = to_html_or_text(&bytes);
        }

        #[test]
        fn damaged_mail_too(at in 0..SAMPLE.len(), byte in any::<u8>(), cut in 0..SAMPLE.len()) {
            let mut bytes = SAMPLE.to_vec();
            bytes[at] = byte;
            let _ = to_html_or_text(&bytes);
            let _ = to_html_or_text(&bytes[..cut]);
        }
    }
}
