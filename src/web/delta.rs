//! Only what is new in a feed: `A-IM: feed` (RFC 3229, with the instance manipulation that feed readers ask for). What a
//! reader has is read from the entity tag it sends, so the answer is the same after a restart. Pure but for headers.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::WebError;
use super::conditional::joined;
use super::rendered::{Rendered, Span};
use super::respond::send;

/// `A-IM`: asks for it.
pub const A_IM: HeaderName = HeaderName::from_static("a-im");
const IM: HeaderName = HeaderName::from_static("im");
const DELTA_BASE: HeaderName = HeaderName::from_static("delta-base");
/// The instance manipulation.
const FEED: &str = "feed";

/// What the reader has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// As it was sent.
    etag: String,
    /// All up to this one.
    pub newest: u64,
}

/// What the reader has, if it wants what is new only, and the page of `span` holds all of that. None where nothing is
/// new: then something else has changed, and the whole page says what.
pub fn base(headers: &HeaderMap, span: Span) -> Option<Base> {
    let wants = joined(headers, &A_IM)?.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(FEED));
        let refused = parts.any(|part| {
            let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            weight.is_some_and(|q| q.trim().parse() == Ok(0.0))
        });
        named && !refused
    });
    let tags = joined(headers, &header::IF_NONE_MATCH).filter(|_| wants)?;
    let bases = tags.split(',').filter_map(|tag| {
        let etag = tag.trim();
        // A weak tag names no bytes that something could be added to.
        let inner = etag.strip_prefix('"')?.strip_suffix('"')?;
        let inner = inner.strip_suffix("-g").or_else(|| inner.strip_suffix("-b")).unwrap_or(inner);
        let (hash, newest) = inner.split_once('.')?;
        let known = hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        let newest = newest.parse().ok().filter(|_| known)?;
        Some(Base { etag: etag.to_owned(), newest })
    });
    let best = bases.filter(|base| base.newest < span.newest).max_by_key(|base| base.newest);
    best.filter(|base| base.newest >= span.after)
}

/// 226 with what is new, of `whole`, which has the tag to ask with next.
///
/// # Errors
/// As [`send`].
pub fn answer(
    request: &HttpRequest,
    whole: &Rendered,
    new: &Rendered,
    base: &Base,
) -> Result<HttpResponse, WebError> {
    let mut response = send(request, new)?;
    if response.status() != StatusCode::OK {
        return Ok(response);
    }
    *response.status_mut() = StatusCode::IM_USED;
    let headers = response.headers_mut();
    let coding = headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let etag = whole.etag(super::accept::Coding::of_token(coding));
    headers.insert(header::ETAG, etag.clone());
    let values = [
        (IM, FEED),
        (DELTA_BASE, base.etag.as_str()),
        // Only a cache that knows instance manipulations may keep it (RFC 3229 section 10.8.1).
        (header::CACHE_CONTROL, "no-store, im"),
    ];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef";

    fn newest(im: &str, tags: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(A_IM, im.parse().unwrap());
        headers.insert(header::IF_NONE_MATCH, tags.replace('H', HASH).parse().unwrap());
        base(&headers, Span { newest: 90, after: 40 }).map(|base| base.newest)
    }

    #[test]
    fn what_a_reader_has_is_in_its_tag() {
        for (im, tags, want) in [
            ("feed", "\"H.60\"", Some(60)),
            ("gzip, Feed ;q=0.5", "\"H.60-g\"", Some(60)),
            ("feed", "\"H.60-b\", \"H.70\", \"x\"", Some(70)),
            ("feed", "\"H.40\"", Some(40)),
            ("feed", "\"H.39\"", None),
            ("feed", "\"H.90\"", None),
            ("feed", "\"H.91\"", None),
            ("feed", "W/\"H.60\"", None),
            ("feed", "\"H\"", None),
            ("feed", "\"abc.60\"", None),
            ("feed", "*", None),
            ("feed;q=0", "\"H.60\"", None),
            ("vcdiff, diffe", "\"H.60\"", None),
        ] {
            assert_eq!(newest(im, tags), want, "{im} {tags}");
        }
    }
}
