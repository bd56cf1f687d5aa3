//! One POST of a form, for what must be told to a host (W3C WebSub 5.1). The same guard and gates as for reading.

use reqwest::header;
use url::Url;

use super::FetchError;
use super::get::{Fetcher, is_redirect};
use super::politeness::name;
use crate::model::Timestamp;

/// Bytes of an answer that are read, for its message.
const MAX_ANSWER: usize = 2000;
/// Hops after the first request.
const MAX_REDIRECTS: usize = 3;

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
            let _place = self.place(&url, true, now).await?;
            let late = || FetchError::Timeout { host: name(&url), limit };
            let sent = self.send(&url, false, now, |client, url| {
                let kind = "application/x-www-form-urlencoded";
                client.post(url).header(header::CONTENT_TYPE, kind).body(form.to_owned())
            });
            let mut response = tokio::time::timeout(limit, sent).await.map_err(|_| late())??;
            let status = response.status();
            let target = super::get::text(response.headers(), &header::LOCATION);
            if is_redirect(status) && matches!(status.as_u16(), 307 | 308) {
                let to = target.and_then(|target| url.join(&target).ok());
                url = to.ok_or_else(|| {
                    FetchError::Redirect(format!("{} redirects to nowhere", name(&url)))
                })?;
                continue;
            }
            let mut said = Vec::new();
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
            said.truncate(MAX_ANSWER);
            return Ok((status.as_u16(), String::from_utf8_lossy(&said).into_owned()));
        }
        Err(FetchError::Redirect(format!("more than {MAX_REDIRECTS} redirects")))
    }
}
