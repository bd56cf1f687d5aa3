//! Single requests for what must be told to a host (W3C WebSub 5.1, 5.3 and 7). The same guard and gates as for reading.

use std::time::Duration;

use reqwest::{RequestBuilder, header};
use url::Url;

use super::FetchError;
use super::get::{Fetcher, is_redirect};
use super::politeness::name;
use super::watch::Watch;
use crate::model::Timestamp;

/// Bytes of an answer that are read, for its message.
const MAX_ANSWER: usize = 2000;
/// Hops after the first request.
const MAX_REDIRECTS: usize = 3;

/// What is sent to a callback.
#[derive(Debug, Clone, Copy)]
pub enum Call<'a> {
    /// A question.
    Get,
    /// News, with its fields.
    Post {
        /// Names and values.
        fields: &'a [(&'static str, String)],
        /// The body.
        body: &'a [u8],
    },
}

/// What came back.
struct Reply {
    status: u16,
    /// The beginning of its body.
    said: Vec<u8>,
    location: Option<String>,
}

impl Fetcher {
    /// Sends `form` (already encoded). Follows 307 and 308 only, which keep the method. Gives the status and the beginning
    /// of what was said with it.
    ///
    /// # Errors
    /// [`FetchError`], but not for statuses.
    pub async fn post(
        &self,
        url: &str,
        form: &str,
        now: Timestamp,
    ) -> Result<(u16, String), FetchError> {
        let mut url = Url::parse(url).map_err(|_| FetchError::BadUrl(url.to_owned()))?;
        let limit = self.limit();
        for _ in 0..=MAX_REDIRECTS {
            let kind = "application/x-www-form-urlencoded";
            let reply = self.exchange(&url, true, limit, now, |request| {
                request(reqwest::Method::POST)
                    .header(header::CONTENT_TYPE, kind)
                    .body(form.to_owned())
            });
            let reply = reply.await?;
            if matches!(reply.status, 307 | 308) {
                let to = reply.location.and_then(|target| url.join(&target).ok());
                url = to.ok_or_else(|| {
                    FetchError::Redirect(format!("{} redirects to nowhere", name(&url)))
                })?;
                continue;
            }
            return Ok((reply.status, String::from_utf8_lossy(&reply.said).into_owned()));
        }
        Err(FetchError::Redirect(format!("more than {MAX_REDIRECTS} redirects")))
    }

    /// One request to a callback, within `limit`. Redirects are not followed: to a hub they are failures (WebSub 5.3, 7).
    /// Gives the status and the beginning of the body.
    ///
    /// # Errors
    /// [`FetchError`], but not for statuses; [`FetchError::Busy`] if the host has no place now.
    pub async fn call(
        &self,
        url: &str,
        call: Call<'_>,
        limit: Duration,
        now: Timestamp,
    ) -> Result<(u16, Vec<u8>), FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::BadUrl(url.to_owned()))?;
        let reply = self.exchange(&url, false, limit, now, |request| match call {
            Call::Get => request(reqwest::Method::GET),
            Call::Post { fields, body } => {
                let request = request(reqwest::Method::POST).body(body.to_vec());
                fields.iter().fold(request, |request, (name, value)| request.header(*name, value))
            }
        });
        reply.await.map(|reply| (reply.status, reply.said))
    }

    /// Whether an address could be one to ask: http(s), and not private by its own words.
    ///
    /// # Errors
    /// [`FetchError::BadUrl`], [`FetchError::Private`].
    pub fn may_ask(&self, url: &Url) -> Result<(), FetchError> {
        self.judge(url).map(|_| ())
    }

    async fn exchange(
        &self,
        url: &Url,
        patient: bool,
        limit: Duration,
        now: Timestamp,
        build: impl FnOnce(&dyn Fn(reqwest::Method) -> RequestBuilder) -> RequestBuilder,
    ) -> Result<Reply, FetchError> {
        let watch = Watch::start(now);
        let mut place = self.place(url, patient, watch).await?;
        let late = || FetchError::Timeout { host: name(url), limit };
        let sent = self.send(url, false, watch, &mut place, |client, url| {
            build(&|method| client.request(method, url.clone()))
        });
        let mut response = tokio::time::timeout(limit, sent).await.map_err(|_| late())??;
        let status = response.status();
        let location = super::get::text(response.headers(), &header::LOCATION);
        let mut said = Vec::new();
        if !is_redirect(status) {
            let reading = async {
                // What can't be read of a message is not missed.
                while let Ok(Some(chunk)) = response.chunk().await {
                    said.extend_from_slice(&chunk);
                    if said.len() > MAX_ANSWER {
                        break;
                    }
                }
            };
            let _ = tokio::time::timeout(limit, reading).await;
        }
        said.truncate(MAX_ANSWER);
        Ok(Reply { status: status.as_u16(), said, location })
    }
}
