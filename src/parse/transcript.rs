//! Transcripts in every form they are published in, to segments with what is known of time and speaker.
//! One file a format; this one decides which it is and holds all of them to the same promises (see [`parse`]).

mod clock;
mod cue;
mod finish;
mod html;
mod json;
mod rolling;
mod sniff;
mod speaker;
mod srt;
mod text;
mod turn;
mod vtt;

pub(crate) use self::sniff::format_of;
use self::sniff::sniff;
use super::charset;
use crate::model::{Transcript, TranscriptFormat};

/// Words that prose under a wrong label must have to be taken for a transcript; error messages have fewer.
const PROSE: usize = 100;

/// Why bytes gave no transcript; one sentence each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptError {
    /// Nothing, or white space only.
    #[error("the transcript is empty")]
    Empty,
    /// Something else under the name of a transcript.
    #[error("the transcript is said to be {} but is {found}", name(*declared))]
    WrongFormat {
        /// What it was said to be.
        declared: TranscriptFormat,
        /// What it is.
        found: &'static str,
    },
    /// Of the right kind, but not readable.
    #[error("the {} transcript can't be read: {detail}", name(*format))]
    Malformed {
        /// What it is.
        format: TranscriptFormat,
        /// The fault.
        detail: String,
    },
    /// Of the right kind, but without words.
    #[error("the {} transcript has no words in it", name(*format))]
    NoWords {
        /// What it is.
        format: TranscriptFormat,
    },
}

fn name(format: TranscriptFormat) -> &'static str {
    match format {
        TranscriptFormat::Vtt => "WebVTT",
        TranscriptFormat::Srt => "SubRip (SRT)",
        TranscriptFormat::Json => "JSON",
        TranscriptFormat::Html => "HTML",
        TranscriptFormat::Text => "plain text",
    }
}

/// `format` is what the feed says; where the bytes plainly are another format they are read as that, and an HTML page
/// under a captions' name is an error. `content_type` is the HTTP header, asked for its charset only.
///
/// Segments come sorted by time where they have any (others keep their order), at most 200,000, each with 1 to 20,000
/// characters of plain text without white space runs, and `end_ms >= start_ms`. Captions that repeat the line before
/// (live captions, YouTube's) are told once. A speaker is taken from markup, or from `Name:` where the whole
/// transcript shows that it is one, and then holds until the next.
pub fn parse(
    bytes: &[u8],
    format: TranscriptFormat,
    content_type: Option<&str>,
) -> Result<Transcript, TranscriptError> {
    let text = charset::decode(bytes, content_type);
    let signed = vtt::is_signed(text.trim_start_matches(['\u{feff}', '\0']));
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    if text.is_empty() {
        return Err(TranscriptError::Empty);
    }
    if sniff::is_binary(text) {
        return Err(TranscriptError::WrongFormat { declared: format, found: "binary data" });
    }
    let seen = sniff(text);
    if format == TranscriptFormat::Vtt && seen == Some(TranscriptFormat::Vtt) && !signed {
        let found = "something that does not begin with WEBVTT";
        return Err(TranscriptError::WrongFormat { declared: format, found });
    }
    let format = settle(text, format, seen)?;
    let transcript = match format {
        TranscriptFormat::Vtt => vtt::parse(text),
        TranscriptFormat::Srt => srt::parse(text),
        TranscriptFormat::Json => json::parse(text)?,
        TranscriptFormat::Html => html::parse(text),
        TranscriptFormat::Text => text::parse(text),
    };
    let transcript = finish::finish(transcript);
    if transcript.segments.is_empty() {
        return Err(TranscriptError::NoWords { format });
    }
    Ok(transcript)
}

/// What to read it as, given what it is said to be and what it looks like.
fn settle(
    text: &str,
    declared: TranscriptFormat,
    seen: Option<TranscriptFormat>,
) -> Result<TranscriptFormat, TranscriptError> {
    use TranscriptFormat::{Html, Text};
    match seen {
        Some(Html) if declared.is_timed() && !html::is_namespaced(text) => {
            Err(TranscriptError::WrongFormat { declared, found: "a web page" })
        }
        Some(seen) => Ok(seen),
        None if declared == Html && sniff::has_markup(text) => Ok(Html),
        None if matches!(declared, Html | Text) => Ok(Text),
        None if text.split_whitespace().nth(PROSE).is_some() => Ok(Text),
        None => Err(TranscriptError::WrongFormat { declared, found: "a few words of text" }),
    }
}

/// What it is by its bytes; where they don't tell, by the HTTP type, else by the end of its address or name; else text.
/// `None` if it is empty or not text at all.
pub fn guess_format(
    bytes: &[u8],
    content_type: Option<&str>,
    url_or_name: Option<&str>,
) -> Option<TranscriptFormat> {
    let text = charset::decode(bytes, content_type);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    if text.is_empty() || sniff::is_binary(text) {
        return None;
    }
    // Captions without one time line are captions in name only.
    let named = || format_of(content_type, url_or_name).filter(|format| !format.is_timed());
    sniff(text).or_else(named).or(Some(TranscriptFormat::Text))
}

#[cfg(test)]
mod tests;
