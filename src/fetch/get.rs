//! One GET with its redirects followed by hand, every hop judged, everything bounded.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{self, HeaderMap};
use reqwest::{Certificate, Client, Response, StatusCode, redirect};
use url::Url;

use super::FetchError;
use super::guard::{self, AllowPrivate, PrivateName, PublicOnly, Unresolved};
use super::politeness::{Gates, name};
use super::retry_after::{max_age, retry_after};
use crate::model::{Timestamp, Validators};

/// Hops after the first request.
const MAX_REDIRECTS: usize = 5;
/// Longer validators are not kept: they are the host's to send back, not ours to store without bound.
const MAX_VALIDATOR: usize = 1024;

/// Bounds on every request.
#[derive(Debug, Clone)]
pub struct Limits {
    /// From the first hop to the last byte.
    pub timeout: Duration,
    /// At once to one host.
    pub per_host: usize,
    /// Private hosts that may be asked.
    pub allow_private: Vec<AllowPrivate>,
}

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
    /// For dates in answers.
    pub now: Timestamp,
}

/// A success.
#[derive(Debug, Clone)]
pub enum Answer {
    /// 304: as before.
    NotModified {
        /// How long the host wants it not to be asked again.
        max_age: Option<Duration>,
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
    /// How long the host wants it not to be asked again.
    pub max_age: Option<Duration>,
    /// Decoded.
    pub body: Vec<u8>,
}

/// Asks hosts. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

/// What one request led to.
enum Step {
    Done(Answer),
    /// A redirect; `moved` if it is a permanent one.
    On {
        to: Url,
        moved: bool,
    },
}

struct Inner {
    guarded: Client,
    /// For hosts named in `allow_private` only.
    private: Client,
    limits: Limits,
    gates: Gates,
}

impl Fetcher {
    /// `user_agent` says who asks and where its operator can be found.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn new(limits: Limits, user_agent: &str) -> Result<Self, FetchError> {
        // A second call finds it installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let build = |guarded: bool| {
            let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
                .iter()
                .filter_map(|der| Certificate::from_der(der).ok());
            let builder = Client::builder()
                .user_agent(user_agent)
                .tls_certs_only(roots)
                .no_proxy()
                .referer(false)
                .redirect(redirect::Policy::none())
                .connect_timeout(limits.timeout.min(Duration::from_secs(10)))
                .timeout(limits.timeout)
                .pool_idle_timeout(Duration::from_secs(30))
                .pool_max_idle_per_host(limits.per_host);
            let builder =
                if guarded { builder.dns_resolver(Arc::new(PublicOnly)) } else { builder };
            builder.build().map_err(|e| FetchError::Connect {
                host: "any host".into(),
                detail: format!("TLS can't be set up: {e}"),
            })
        };
        let (guarded, private) = (build(true)?, build(false)?);
        let gates = Gates::new(limits.per_host);
        Ok(Self(Arc::new(Inner { guarded, private, limits, gates })))
    }

    /// Gets a body, or learns that it has not changed.
    ///
    /// # Errors
    /// See [`FetchError`]; each is one clear sentence.
    pub async fn get(&self, request: Request<'_>) -> Result<Answer, FetchError> {
        let bad = || FetchError::BadUrl(request.url.to_owned());
        let mut url = Url::parse(request.url).map_err(|_| bad())?;
        let limit = self.0.limits.timeout;
        // One bound for all hops, so that a chain of slow ones can't add theirs up.
        let mut left = limit;
        let mut permanent = true;
        for hop in 0..=MAX_REDIRECTS {
            // The wait for a place is not the host's fault: it does not count.
            let _place = self.0.gates.enter(&url).await;
            let start = Instant::now();
            let late = FetchError::Timeout { host: name(&url), limit };
            let step = self.step(&url, &request, hop, permanent);
            match tokio::time::timeout(left, step).await.map_err(|_| late)?? {
                Step::Done(answer) => return Ok(answer),
                Step::On { to, moved } => {
                    // An encrypted feed is not given up for a plain one.
                    permanent &= moved && !(url.scheme() == "https" && to.scheme() == "http");
                    url = to;
                }
            }
            left = left.saturating_sub(start.elapsed());
        }
        Err(FetchError::Redirect(format!("more than {MAX_REDIRECTS} redirects")))
    }

    async fn step(
        &self,
        url: &Url,
        request: &Request<'_>,
        hop: usize,
        permanent: bool,
    ) -> Result<Step, FetchError> {
        let response = self.ask(url, request, hop == 0).await?;
        let status = response.status();
        if !is_redirect(status) {
            let moved = (hop > 0 && permanent).then(|| url.clone());
            return self.finish(url.clone(), moved, response, request).await.map(Step::Done);
        }
        let target = text(response.headers(), header::LOCATION).unwrap_or_default();
        let to = url.join(&target).ok().filter(|_| !target.is_empty());
        let nowhere = || format!("{} redirects to nowhere ({target:?})", name(url));
        let to = to.ok_or_else(|| FetchError::Redirect(nowhere()))?;
        Ok(Step::On { to, moved: matches!(status.as_u16(), 301 | 308) })
    }

    async fn ask(
        &self,
        url: &Url,
        request: &Request<'_>,
        first: bool,
    ) -> Result<Response, FetchError> {
        let allowed = guard::is_allowed(url, &self.0.limits.allow_private);
        if !allowed {
            guard::check_url(url)?;
        }
        let client = if allowed { &self.0.private } else { &self.0.guarded };
        // Names and passwords in an address are not sent on: feeds that need one carry a token instead.
        let mut bare = url.clone();
        if !first {
            // `set_*` fails only for addresses without a host, which were refused above.
            let _ = bare.set_username("");
            let _ = bare.set_password(None);
        }
        bare.set_fragment(None);
        let mut builder = client.get(bare).header(header::ACCEPT, request.accept);
        if let Some(validators) = request.validators {
            if let Some(etag) = &validators.etag {
                builder = builder.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(date) = &validators.last_modified {
                builder = builder.header(header::IF_MODIFIED_SINCE, date);
            }
        }
        let sent = builder.send().await;
        let response = sent.map_err(|e| explain(&e, url, self.0.limits.timeout))?;
        match response.remote_addr() {
            Some(address) if !allowed => guard::check_address(address.ip(), &name(url))?,
            _ => {}
        }
        Ok(response)
    }

    async fn finish(
        &self,
        url: Url,
        moved: Option<Url>,
        mut response: Response,
        request: &Request<'_>,
    ) -> Result<Answer, FetchError> {
        let headers = response.headers();
        let max_age = text(headers, header::CACHE_CONTROL).as_deref().and_then(max_age);
        match response.status() {
            StatusCode::NOT_MODIFIED if request.validators.is_some() => {
                return Ok(Answer::NotModified { max_age });
            }
            StatusCode::OK => {}
            status => {
                let wait = text(headers, header::RETRY_AFTER);
                return Err(FetchError::Status {
                    status: status.as_u16(),
                    retry_after: wait.and_then(|w| retry_after(&w, request.now)),
                });
            }
        }
        let short = |value: Option<String>| value.filter(|v| v.len() <= MAX_VALIDATOR);
        let validators = Validators {
            etag: short(text(headers, header::ETAG)),
            last_modified: short(text(headers, header::LAST_MODIFIED)),
        };
        let content_type = text(headers, header::CONTENT_TYPE);
        let too_large = FetchError::TooLarge { limit: request.max_bytes };
        if response.content_length().is_some_and(|n| n > request.max_bytes as u64) {
            return Err(too_large);
        }
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > request.max_bytes => {
                    return Err(too_large);
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(e) => return Err(explain(&e, &url, self.0.limits.timeout)),
            }
        }
        let fetched = Fetched { url, moved, validators, content_type, max_age, body };
        Ok(Answer::Body(Box::new(fetched)))
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned)
}

/// Turns reqwest's error, whose cause hides in its chain, into ours.
fn explain(error: &reqwest::Error, url: &Url, limit: Duration) -> FetchError {
    let host = name(url);
    let mut root = error.source();
    let mut last = None;
    while let Some(cause) = root {
        if let Some(PrivateName(ip)) = cause.downcast_ref() {
            return FetchError::Private { host, address: ip.to_string() };
        }
        if cause.downcast_ref::<Unresolved>().is_some() {
            return FetchError::Dns(host);
        }
        last = Some(cause);
        root = cause.source();
    }
    if error.is_timeout() {
        return FetchError::Timeout { host, limit };
    }
    let detail = last.map_or_else(|| error.to_string(), ToString::to_string);
    if error.is_body() || error.is_decode() {
        return FetchError::Body(detail);
    }
    FetchError::Connect { host, detail }
}
