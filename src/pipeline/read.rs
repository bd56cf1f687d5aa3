//! Ask for a feed and read the answer; what keeps it from being read is one sentence and one hint.

use std::time::Duration;

use super::Context;
use crate::fetch::{Answer, FetchError, Fetched, Request};
use crate::model::{ParsedFeed, Timestamp, Validators};
use crate::parse::feed::{self, FeedError};

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
                      application/xml;q=0.9, text/xml;q=0.8, */*;q=0.5";
/// Asks for a feed.
pub(super) async fn fetch(
    ctx: &Context,
    url: &str,
    validators: Option<&Validators>,
    patient: bool,
    now: Timestamp,
) -> Result<Answer, FetchError> {
    let max_bytes = ctx.settings.max_feed;
    ctx.fetcher.get(Request { url, validators, accept: ACCEPT, max_bytes, patient, now }).await
}

/// What keeps a feed from being read.
pub(super) struct Trouble {
    pub what: String,
    pub hint: String,
    pub status: Option<u16>,
    pub retry_after: Option<Duration>,
    /// Feeds named by the page that was found instead.
    pub page_feeds: Vec<String>,
}

impl From<FetchError> for Trouble {
    fn from(error: FetchError) -> Self {
        let (status, retry_after) = match &error {
            FetchError::Status { status, retry_after } => (Some(*status), *retry_after),
            _ => (None, None),
        };
        Self {
            what: error.to_string(),
            hint: error.hint(),
            status,
            retry_after,
            page_feeds: Vec::new(),
        }
    }
}

impl From<FeedError> for Trouble {
    fn from(error: FeedError) -> Self {
        let (what, hint) = (error.to_string(), error.hint());
        let page_feeds = match error {
            FeedError::IsHtml { feeds } => feeds,
            _ => Vec::new(),
        };
        Self { what, hint, status: Some(200), retry_after: None, page_feeds }
    }
}

/// Parses off the async threads.
pub(super) async fn read(fetched: Fetched) -> Result<(Fetched, ParsedFeed), Trouble> {
    let parsed = tokio::task::spawn_blocking(move || {
        let base = fetched.url.to_string();
        let feed = feed::parse(&fetched.body, fetched.content_type.as_deref(), &base)?;
        Ok((fetched, feed))
    });
    match parsed.await {
        Ok(result) => result.map_err(|e: FeedError| Trouble::from(e)),
        Err(_) => Err(Trouble {
            what: "the feed made the parser fail".into(),
            hint: "Please report the feed's address as a bug.".into(),
            status: Some(200),
            retry_after: None,
            page_feeds: Vec::new(),
        }),
    }
}
