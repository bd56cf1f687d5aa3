//! One GET with its redirects followed by hand, every hop judged, everything bounded.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, RequestBuilder, Response, StatusCode, redirect};
use url::Url;

use super::freshness::{retry_after, wish};
use super::guard::{self, AllowPrivate, PrivateName, PublicOnly, Unresolved};
use super::politeness::{Gates, Place, name};
use super::rest::UNSAID;
use super::watch::Watch;
use super::{Answer, FetchError, Fetched, Request};
use crate::model::{Timestamp, Validators};

/// Hops after the first request.
const MAX_REDIRECTS: usize = 5;
/// Longer validators are not kept: they are the host's to send back, not ours to store without bound.
const MAX_VALIDATOR: usize = 1024;
/// `Link` fields kept, and bytes of each.
const MAX_LINKS: (usize, usize) = (16, 4096);

/// Bounds on every request.
#[derive(Debug, Clone)]
pub struct Limits {
    /// From the first hop to the last byte.
    pub timeout: Duration,
    /// At once to one host: one without an answer yet, others whose answers are being read.
    pub per_host: usize,
    /// From the beginning of an answer to the next request to the same host.
    pub gap: Duration,
    /// Private hosts that may be asked.
    pub allow_private: Vec<AllowPrivate>,
}

/// Asks hosts. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    inner: Arc<Inner>,
    /// Private hosts that may be asked.
    allowed: Arc<Vec<AllowPrivate>>,
}

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
    /// Product and contact, for `User-Agent`.
    agent: (String, String),
    subscribers: AtomicUsize,
}

impl Fetcher {
    /// `product` says who asks, `contact` where its operator can be found.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn new(mut limits: Limits, product: &str, contact: &str) -> Result<Self, FetchError> {
        // A second call finds it installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let build = |guarded: bool| {
            let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
                .iter()
                .filter_map(|der| Certificate::from_der(der).ok());
            let builder = Client::builder()
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
        let gates = Gates::new(limits.per_host, limits.gap);
        let agent = (product.to_owned(), contact.to_owned());
        let subscribers = AtomicUsize::new(0);
        let allowed = Arc::new(std::mem::take(&mut limits.allow_private));
        let inner = Inner { guarded, private, limits, gates, agent, subscribers };
        Ok(Self { inner: Arc::new(inner), allowed })
    }

    /// The same, with the same places at each host, that may ask other private hosts: for addresses that strangers name.
    pub fn allowing(&self, allowed: Vec<AllowPrivate>) -> Self {
        Self { inner: Arc::clone(&self.inner), allowed: Arc::new(allowed) }
    }

    /// How many readers stand behind a request, for hosts that count.
    pub fn set_subscribers(&self, count: usize) {
        self.inner.subscribers.store(count, Ordering::Relaxed);
    }

    fn user_agent(&self) -> String {
        let (product, contact) = &self.inner.agent;
        match self.inner.subscribers.load(Ordering::Relaxed) {
            0 => format!("{product} (+{contact})"),
            1 => format!("{product} (+{contact}; 1 subscriber)"),
            many => format!("{product} (+{contact}; {many} subscribers)"),
        }
    }

    /// Leaves the host of `url` alone until then, because it asked for it before the program was started.
    pub fn rest(&self, url: &str, now: Timestamp, until: Timestamp) {
        if let Ok(url) = Url::parse(url) {
            self.inner.gates.note(&url, |rest| rest.asked_for(now, until.since(now)));
        }
    }

    pub(super) fn limit(&self) -> Duration {
        self.inner.limits.timeout
    }

    /// A place at the host of `url`, if it is not left alone now.
    pub(super) async fn place(
        &self,
        url: &Url,
        patient: bool,
        watch: Watch,
    ) -> Result<Place, FetchError> {
        let host = || name(url);
        let resting = || match self.inner.gates.resting(url, watch.now()) {
            Some(until) => Err(FetchError::Resting { host: host(), until }),
            None => Ok(()),
        };
        resting()?;
        let place = self.inner.gates.enter(url, patient).await;
        let place = place.ok_or_else(|| FetchError::Busy { host: host() })?;
        // It may have asked for it while its place was waited for.
        resting()?;
        Ok(place)
    }

    /// Gets a body, or learns that it has not changed.
    ///
    /// # Errors
    /// See [`FetchError`]; each is one clear sentence.
    pub async fn get(&self, request: Request<'_>) -> Result<Answer, FetchError> {
        let bad = || FetchError::BadUrl(request.url.to_owned());
        let mut url = Url::parse(request.url).map_err(|_| bad())?;
        let watch = Watch::start(request.now);
        let limit = self.inner.limits.timeout;
        // One bound for all hops, so that a chain of slow ones can't add theirs up.
        let mut left = limit;
        let mut permanent = true;
        for hop in 0..=MAX_REDIRECTS {
            // The wait for a place is not the host's fault: it does not count.
            let mut place = self.place(&url, request.patient || hop > 0, watch).await?;
            let start = Instant::now();
            let late = FetchError::Timeout { host: name(&url), limit };
            let step = self.step(&url, &request, hop, permanent, watch, &mut place);
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
        watch: Watch,
        place: &mut Place,
    ) -> Result<Step, FetchError> {
        let response = self.send(url, hop == 0, watch, place, |client, url| {
            let builder = client.get(url).header(header::ACCEPT, request.accept);
            request.validators.into_iter().fold(builder, conditional)
        });
        let response = response.await?;
        let status = response.status();
        if !is_redirect(status) {
            let moved = (hop > 0 && permanent).then(|| url.clone());
            return self.finish(url.clone(), moved, response, request, watch).await.map(Step::Done);
        }
        let target = text(response.headers(), &header::LOCATION).unwrap_or_default();
        let to = url.join(&target).ok().filter(|_| !target.is_empty());
        let nowhere = || format!("{} redirects to nowhere ({target:?})", name(url));
        let to = to.ok_or_else(|| FetchError::Redirect(nowhere()))?;
        Ok(Step::On { to, moved: matches!(status.as_u16(), 301 | 308) })
    }

    /// Refuses what the guard can refuse by the address alone; gives whether it is allowed by name.
    pub(super) fn judge(&self, url: &Url) -> Result<bool, FetchError> {
        guard::check_scheme(url)?;
        let allowed = guard::is_allowed(url, &self.allowed);
        if !allowed {
            guard::check_url(url)?;
        }
        Ok(allowed)
    }

    /// Sends what `build` makes, past the guard, and notes how the host does.
    pub(super) async fn send(
        &self,
        url: &Url,
        first: bool,
        watch: Watch,
        place: &mut Place,
        build: impl FnOnce(&Client, Url) -> RequestBuilder,
    ) -> Result<Response, FetchError> {
        let allowed = self.judge(url)?;
        let client = if allowed { &self.inner.private } else { &self.inner.guarded };
        // Names and passwords in an address are not sent on: feeds that need one carry a token instead.
        let mut bare = url.clone();
        if !first {
            // `set_*` fails only for addresses without a host, which were refused above.
            let _ = bare.set_username("");
            let _ = bare.set_password(None);
        }
        bare.set_fragment(None);
        let sent = build(client, bare).header(header::USER_AGENT, self.user_agent()).send().await;
        let now = watch.hence();
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                let down = error.is_connect();
                let error = explain(&error, url, self.inner.limits.timeout);
                // An address that the guard refuses says nothing of the host.
                if down && !matches!(error, FetchError::Private { .. }) {
                    self.inner.gates.note(url, |rest| rest.unreachable(now));
                }
                return Err(error);
            }
        };
        match response.remote_addr() {
            Some(address) if !allowed => guard::check_address(address.ip(), &name(url))?,
            _ => {}
        }
        let asked = retry_asked(response.headers(), watch.now());
        self.inner.gates.note(url, |rest| {
            rest.answered();
            match (response.status().as_u16(), asked) {
                (429 | 503, Some(wait)) => rest.asked_for(now, wait),
                (429, None) => rest.asked_for(now, UNSAID),
                _ => {}
            }
        });
        // Not before what it asked for is known: who has the next turn must see it.
        place.sent();
        Ok(response)
    }

    async fn finish(
        &self,
        url: Url,
        moved: Option<Url>,
        mut response: Response,
        request: &Request<'_>,
        watch: Watch,
    ) -> Result<Answer, FetchError> {
        let headers = response.headers();
        let wish = wish(headers, watch.now());
        let short = |name| opaque(headers, &name).filter(|v| v.len() <= MAX_VALIDATOR);
        let validators =
            Validators { etag: short(header::ETAG), last_modified: short(header::LAST_MODIFIED) };
        match response.status() {
            StatusCode::NOT_MODIFIED if request.validators.is_some() => {
                return Ok(Answer::NotModified { moved, validators, wish });
            }
            StatusCode::OK => {}
            status => {
                return Err(FetchError::Status {
                    status: status.as_u16(),
                    retry_after: retry_asked(headers, watch.now()),
                });
            }
        }
        let content_type = text(headers, &header::CONTENT_TYPE);
        let links = headers.get_all(header::LINK).iter().filter_map(|v| v.to_str().ok());
        let links = links.filter(|v| v.len() <= MAX_LINKS.1).take(MAX_LINKS.0);
        let links = links.map(str::to_owned).collect();
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
                Err(e) => return Err(explain(&e, &url, self.inner.limits.timeout)),
            }
        }
        let fetched = Fetched { url, moved, validators, content_type, links, wish, body };
        Ok(Answer::Body(Box::new(fetched)))
    }
}

/// Asks for 304 if nothing changed (RFC 9110 13.1). Both validators go along: which one counts is the host's to know.
fn conditional(builder: RequestBuilder, validators: &Validators) -> RequestBuilder {
    let fields = [
        (header::IF_NONE_MATCH, &validators.etag),
        (header::IF_MODIFIED_SINCE, &validators.last_modified),
    ];
    fields.into_iter().fold(builder, |builder, (name, value)| {
        match value.as_deref().and_then(field_value) {
            Some(value) => builder.header(name, value),
            None => builder,
        }
    })
}

/// `Retry-After`, and a second more: our clock shows whole ones.
pub(super) fn retry_asked(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let wait = text(headers, &header::RETRY_AFTER)?;
    Some(retry_after(&wait, now)? + Duration::from_secs(1))
}

pub(super) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

pub(super) fn text(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned)
}

/// A field's bytes, each as the character of that number, so that whatever a host wrote goes back as it was.
fn opaque(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    let value = headers.get(name)?.as_bytes();
    (!value.is_empty()).then(|| value.iter().map(|byte| char::from(*byte)).collect())
}

/// The way back of [`opaque`].
fn field_value(text: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    HeaderValue::from_bytes(&bytes?).ok()
}

/// Turns reqwest's error, whose cause hides in its chain, into ours.
pub(super) fn explain(error: &reqwest::Error, url: &Url, limit: Duration) -> FetchError {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_turn_learns_that_the_host_wants_rest() {
        let limits = Limits {
            timeout: Duration::from_secs(30),
            per_host: 2,
            gap: Duration::from_millis(250),
            allow_private: Vec::new(),
        };
        let fetcher = Fetcher::new(limits, "test", "https://test.example/").unwrap();
        let url = Url::parse("https://a.example/feed").unwrap();
        let watch = Watch::start(Timestamp::from_secs(1_795_503_600));
        let first = fetcher.place(&url, false, watch).await.unwrap();
        let mut second = std::pin::pin!(fetcher.place(&url, false, watch));
        let waits = tokio::time::timeout(Duration::from_secs(9), &mut second).await;
        assert!(waits.is_err(), "the first one's answer is not here yet");
        fetcher.rest("https://a.example/", watch.now(), watch.now().after(Duration::from_secs(60)));
        drop(first);
        assert!(matches!(second.await, Err(FetchError::Resting { .. })));
    }

    #[test]
    fn validators_go_back_as_they_came() {
        for bytes in [&b"W/\"a b\""[..], b"\"\xe4\xff\"", b"unquoted", b"\"a\", \"b\""] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ETAG, HeaderValue::from_bytes(bytes).unwrap());
            let kept = opaque(&headers, &header::ETAG).unwrap();
            assert_eq!(field_value(&kept).unwrap().as_bytes(), bytes);
        }
        assert!(field_value("\u{100}").is_none() && field_value("a\nb").is_none());
    }
}
