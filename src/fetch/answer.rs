//! What is asked and what comes back, as plain types.

use std::time::Duration;

use url::Url;

use crate::model::{Timestamp, Validators};

/// What to ask for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Where.
    pub url: &'a str,
    /// To be answered 304 if nothing changed.
    pub validators: Option<&'a Validators>,
    /// The `Accept` field.
    pub accept: &'static str,
    /// Decoded bytes at most.
    pub max_bytes: usize,
    /// Whether to wait for a place at a busy host; else the answer is [`super::FetchError::Busy`] at once.
    pub patient: bool,
    /// For dates in answers, and for hosts that rest.
    pub now: Timestamp,
}

/// A success.
#[derive(Debug, Clone)]
pub enum Answer {
    /// 304: as before.
    NotModified {
        /// As [`Fetched::moved`].
        moved: Option<Url>,
        /// Those the host gave with it (RFC 9110 15.4.5), if any.
        validators: Validators,
        /// As [`Fetched::wish`].
        wish: Option<Duration>,
    },
    /// 200 with its body.
    Body(Box<Fetched>),
}

/// A body.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where it came from in the end.
    pub url: Url,
    /// Where every hop from the asked address was permanent (301, 308): the last one's target.
    pub moved: Option<Url>,
    /// To send next time.
    pub validators: Validators,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Link` fields (RFC 8288), as written.
    pub links: Vec<String>,
    /// How long the host wants it not to be asked again.
    pub wish: Option<Duration>,
    /// Decoded.
    pub body: Vec<u8>,
}
