//! A large file to disk: streamed, bounded, and gone on with where it broke off (RFC 9110 14.2), if the host vouches that it
//! is the same file still (13.1.5). Every hop is judged as in [`super::get`].

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{self, HeaderMap};
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::fs::{self, OpenOptions};
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::FetchError;
use super::get::{Fetcher, explain, is_redirect, retry_asked, text};
use super::politeness::{Place, name};
use super::watch::Watch;
use crate::model::Timestamp;

/// Hops after the first request: episodes are often behind several counters.
const MAX_REDIRECTS: usize = 10;
/// For one request with all its bytes.
const LONGEST: Duration = Duration::from_secs(2 * 3600);
/// Times that what broke off is gone on with at once, if each brought something.
const AGAIN: usize = 8;
/// Bytes that are looked at before the rest is wanted.
const BEGINNING: usize = 512;

/// What to fetch.
#[derive(Clone, Copy)]
pub struct Download<'a> {
    /// From where.
    pub url: &'a str,
    /// Into which file. Beside it lies what is known of it, with the ending `.state`.
    pub to: &'a Path,
    /// At most.
    pub max_bytes: u64,
    /// Says what the file is instead of what is wanted, by its first bytes.
    pub refused: fn(&[u8]) -> Option<&'static str>,
    /// For hosts that rest.
    pub now: Timestamp,
}

/// What is known of a file that lies here in part or whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    /// As asked.
    url: String,
    /// A strong entity tag or a date, to go on with the same file only.
    validator: Option<String>,
    whole: bool,
}

impl Fetcher {
    /// Fetches it, or what is missing of it. Gives its length.
    ///
    /// # Errors
    /// [`FetchError`]; what came is kept for the next time, except where the file is refused.
    pub async fn download(&self, file: Download<'_>) -> Result<u64, FetchError> {
        let watch = Watch::start(file.now);
        for _ in 0..AGAIN {
            let before = length(file.to).await;
            match self.once(file, watch).await {
                Ok(()) => return Ok(length(file.to).await),
                Err(error) => {
                    let broke = matches!(error, FetchError::Body(_) | FetchError::Timeout { .. });
                    if !broke || length(file.to).await <= before {
                        return Err(error);
                    }
                    tracing::debug!(url = file.url, %error, "a recording is gone on with where it broke off");
                }
            }
        }
        Err(FetchError::Body(format!("it broke off {AGAIN} times")))
    }

    async fn once(&self, file: Download<'_>, watch: Watch) -> Result<(), FetchError> {
        let state = state_of(file.to);
        let known = fs::read(&state).await.ok();
        let known: State =
            known.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let same = known.url == file.url;
        if same && known.whole {
            return Ok(());
        }
        let from = if same && known.validator.is_some() { length(file.to).await } else { 0 };
        let validator = known.validator.filter(|_| from > 0);
        let (url, response, _place) = self.open(file, from, validator.as_deref(), watch).await?;
        let goes_on = response.status() == StatusCode::PARTIAL_CONTENT;
        let from = if goes_on { from } else { 0 };
        let rest = response.content_length().unwrap_or(0);
        let too_large = || FetchError::TooLarge {
            limit: usize::try_from(file.max_bytes).unwrap_or(usize::MAX),
        };
        if from.saturating_add(rest) > file.max_bytes {
            return Err(too_large());
        }
        let mut kept = State {
            url: file.url.to_owned(),
            validator: if goes_on { validator } else { strong(response.headers()) },
            whole: false,
        };
        let out = OpenOptions::new().create(true).append(true).open(file.to).await.map_err(disk)?;
        if !goes_on {
            out.set_len(0).await.map_err(disk)?;
            write_state(&state, &kept).await?;
        }
        let stopped = self.stream(file, &url, response, out, from, &too_large).await;
        match stopped {
            Err(error @ (FetchError::TooLarge { .. } | FetchError::Unwanted(_))) => {
                let _ = fs::remove_file(file.to).await;
                Err(error)
            }
            Err(error) => Err(error),
            Ok(()) => {
                kept.whole = true;
                write_state(&state, &kept).await
            }
        }
    }

    /// The answer that has the bytes, behind all redirects, with the place at its host.
    async fn open(
        &self,
        file: Download<'_>,
        from: u64,
        validator: Option<&str>,
        watch: Watch,
    ) -> Result<(Url, Response, Place), FetchError> {
        let mut url = Url::parse(file.url).map_err(|_| FetchError::BadUrl(file.url.to_owned()))?;
        for hop in 0..=MAX_REDIRECTS {
            let mut place = self.place(&url, hop > 0, watch).await?;
            let late = FetchError::Timeout { host: name(&url), limit: self.limit() };
            let sent = self.send(&url, hop == 0, watch, &mut place, |client, url| {
                let request = client
                    .get(url)
                    .timeout(LONGEST)
                    .header(header::ACCEPT, "audio/*, video/*;q=0.8, */*;q=0.5")
                    // Ranges count bytes of what is sent.
                    .header(header::ACCEPT_ENCODING, "identity");
                match validator.filter(|_| from > 0) {
                    Some(validator) => request
                        .header(header::RANGE, format!("bytes={from}-"))
                        .header(header::IF_RANGE, validator),
                    None => request,
                }
            });
            let response = timeout(self.limit(), sent).await.map_err(|_| late)??;
            let status = response.status();
            if is_redirect(status) {
                let target = text(response.headers(), &header::LOCATION).unwrap_or_default();
                let to = url.join(&target).ok().filter(|_| !target.is_empty());
                let nowhere = || format!("{} redirects to nowhere ({target:?})", name(&url));
                url = to.ok_or_else(|| FetchError::Redirect(nowhere()))?;
                continue;
            }
            match status {
                StatusCode::OK => return Ok((url, response, place)),
                StatusCode::PARTIAL_CONTENT if starts_at(response.headers(), from) => {
                    return Ok((url, response, place));
                }
                // What is here is longer than what is there, or another part came: begun anew the next time.
                StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::PARTIAL_CONTENT => {
                    let _ = fs::remove_file(file.to).await;
                    return Err(FetchError::Body(
                        "the host sent another part than it was asked for".into(),
                    ));
                }
                status => {
                    return Err(FetchError::Status {
                        status: status.as_u16(),
                        retry_after: retry_asked(response.headers(), watch.now()),
                    });
                }
            }
        }
        Err(FetchError::Redirect(format!("more than {MAX_REDIRECTS} redirects")))
    }

    async fn stream(
        &self,
        file: Download<'_>,
        url: &Url,
        mut response: Response,
        out: fs::File,
        from: u64,
        too_large: &impl Fn() -> FetchError,
    ) -> Result<(), FetchError> {
        let until = Instant::now() + LONGEST;
        let mut out = BufWriter::with_capacity(256 * 1024, out);
        let mut have = from;
        let mut beginning: Vec<u8> = Vec::new();
        let late = || FetchError::Timeout { host: name(url), limit: self.limit() };
        let read = loop {
            // A host may be slow, but not silent.
            let chunk = timeout_at(until, timeout(self.limit(), response.chunk())).await;
            let chunk = match chunk {
                Ok(Ok(Ok(Some(chunk)))) => chunk,
                Ok(Ok(Ok(None))) => break Ok(()),
                Ok(Ok(Err(error))) => break Err(explain(&error, url, self.limit())),
                Ok(Err(_)) | Err(_) => break Err(late()),
            };
            have = have.saturating_add(chunk.len() as u64);
            if have > file.max_bytes {
                break Err(too_large());
            }
            if from == 0 && beginning.len() < BEGINNING {
                beginning.extend(chunk.iter().take(BEGINNING - beginning.len()));
                if let Some(what) = (file.refused)(&beginning) {
                    break Err(FetchError::Unwanted(what));
                }
            }
            out.write_all(&chunk).await.map_err(disk)?;
        };
        // What came is kept, however it ended.
        out.flush().await.map_err(disk)?;
        read?;
        out.get_ref().sync_all().await.map_err(disk)
    }
}

fn disk(error: io::Error) -> FetchError {
    FetchError::Disk(error.to_string())
}

fn state_of(file: &Path) -> PathBuf {
    file.with_extension("state")
}

async fn length(file: &Path) -> u64 {
    fs::metadata(file).await.map_or(0, |facts| facts.len())
}

async fn write_state(path: &Path, state: &State) -> Result<(), FetchError> {
    let bytes = serde_json::to_vec(state).map_err(|e| FetchError::Disk(e.to_string()))?;
    let fresh = path.with_extension("state-new");
    fs::write(&fresh, bytes).await.map_err(disk)?;
    fs::rename(&fresh, path).await.map_err(disk)
}

/// What `If-Range` may carry (RFC 9110 13.1.5): a strong entity tag, else a date.
fn strong(headers: &HeaderMap) -> Option<String> {
    let tag = text(headers, &header::ETAG).filter(|tag| tag.starts_with('"'));
    tag.or_else(|| text(headers, &header::LAST_MODIFIED)).filter(|value| value.len() <= 1024)
}

/// Whether `Content-Range: bytes 500-999/1000` begins at `from`.
fn starts_at(headers: &HeaderMap, from: u64) -> bool {
    let range = text(headers, &header::CONTENT_RANGE).unwrap_or_default();
    let start = range.trim().strip_prefix("bytes").and_then(|rest| rest.trim().split('-').next());
    start.and_then(|start| start.trim().parse().ok()) == Some(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_taken_only_where_it_belongs() {
        let mut headers = HeaderMap::new();
        assert!(!starts_at(&headers, 0));
        headers.insert(header::CONTENT_RANGE, "bytes 500-999/1000".parse().unwrap());
        assert!(starts_at(&headers, 500) && !starts_at(&headers, 0) && !starts_at(&headers, 50));
        headers.insert(header::ETAG, "W/\"weak\"".parse().unwrap());
        assert_eq!(strong(&headers), None);
        headers.insert(header::LAST_MODIFIED, "Tue, 24 Nov 2026 07:00:00 GMT".parse().unwrap());
        assert_eq!(strong(&headers).as_deref(), Some("Tue, 24 Nov 2026 07:00:00 GMT"));
        headers.insert(header::ETAG, "\"strong\"".parse().unwrap());
        assert_eq!(strong(&headers).as_deref(), Some("\"strong\""));
    }
}
