//! Sends a listener what is new (WebSub 7).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::fetch::{Call, FetchError, Fetcher};
use crate::model::{Grant, Listener, Timestamp};

use super::super::accept::Coding;
use super::super::rendered::Rendered;
use super::Hub;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It was taken.
    Taken,
    /// Nobody listens there any more.
    Gone,
    /// It is to be tried again; not before the host's own time, if it named one.
    Failed(String, Option<Timestamp>),
}

/// Sends it.
pub async fn deliver(
    hub: &Hub,
    fetcher: &Fetcher,
    listener: &Listener,
    grant: &Grant,
    news: &Rendered,
    now: Timestamp,
) -> Sent {
    let body = news.body(Coding::Identity);
    let mut fields = vec![("content-type", news.media_type.to_owned())];
    let links = news.links.as_ref().and_then(|links| links.to_str().ok());
    fields.extend(links.map(|links| ("link", links.to_owned())));
    let signature = grant.secret.as_deref().and_then(|secret| signature(secret, &body));
    fields.extend(signature.map(|by| ("x-hub-signature", by)));
    let call = Call::Post { fields: &fields, body: &body };
    match hub.call(fetcher, &listener.callback, call, now).await {
        Ok((200..=299, _)) => Sent::Taken,
        Ok((410, _)) => Sent::Gone,
        Ok((status, _)) => Sent::Failed(format!("it answered {status}"), None),
        Err(FetchError::Resting { host, until }) => {
            Sent::Failed(format!("{host} is left alone"), Some(until))
        }
        Err(error) => Sent::Failed(error.to_string(), None),
    }
}

/// `X-Hub-Signature`.
fn signature(secret: &str, body: &[u8]) -> Option<String> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    let digest = mac.chain_update(body).finalize().into_bytes();
    let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    Some(format!("sha256={hex}"))
}
