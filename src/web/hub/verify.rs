//! Asks a callback whether it wants what was asked for in its name (WebSub 5.3), and tells it when a feed is gone (5.2).

use url::Url;

use crate::fetch::{Call, Fetcher};
use crate::model::{Listener, Timestamp, Wish};

use super::Hub;

/// What a callback said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It wants it.
    Yes,
    /// It answered, but not so.
    No,
    /// It did not answer.
    Nothing,
}

/// Asks, with `challenge` to be sent back.
pub async fn verify(
    hub: &Hub,
    fetcher: &Fetcher,
    listener: &Listener,
    wish: &Wish,
    challenge: &str,
    now: Timestamp,
) -> Said {
    let lease = wish.lease.to_string();
    let params = [
        ("hub.mode", wish.mode.as_str()),
        ("hub.topic", &listener.topic),
        ("hub.challenge", challenge),
        ("hub.lease_seconds", &lease),
    ];
    let Some(url) = with(&listener.callback, &params) else { return Said::No };
    match hub.call(fetcher, &url, Call::Get, now).await {
        Ok((200..=299, body)) if body == challenge.as_bytes() => Said::Yes,
        Ok((429 | 500..=599, _)) => Said::Nothing,
        Ok(_) => Said::No,
        Err(error) if error.is_temporary() => Said::Nothing,
        Err(_) => Said::No,
    }
}

/// Tells that there will be nothing more; whatever is answered.
pub async fn deny(hub: &Hub, fetcher: &Fetcher, listener: &Listener, now: Timestamp) {
    let reason = "there is no such feed any more";
    let params = [("hub.mode", "denied"), ("hub.topic", &listener.topic), ("hub.reason", reason)];
    if let Some(url) = with(&listener.callback, &params) {
        // It finds out by itself, if it can't be told.
        let _ = hub.call(fetcher, &url, Call::Get, now).await;
    }
}

/// The callback's address with more parameters; its own stay as they are.
fn with(callback: &str, params: &[(&str, &str)]) -> Option<String> {
    let mut url = Url::parse(callback).ok()?;
    url.query_pairs_mut().extend_pairs(params);
    Some(url.into())
}
