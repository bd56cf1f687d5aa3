//! From a document to an answer: coding, preconditions, validators.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::accept::{Coding, choose};
use super::conditional::{Outcome, evaluate, joined};
use super::rendered::Rendered;
use super::{WebError, tongue};

const VARY: HeaderValue = HeaderValue::from_static("Accept-Encoding");
const VARY_PAGE: HeaderValue = HeaderValue::from_static("Accept-Encoding, Accept-Language, Cookie");

/// As [`send`], for one reader: no cache between us keeps it.
///
/// # Errors
/// As [`send`].
pub fn send_private(request: &HttpRequest, document: &Rendered) -> Result<HttpResponse, WebError> {
    let mut response = send(request, document)?;
    let policy = format!("private, max-age={}", document.max_age);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CACHE_CONTROL, policy);
    }
    Ok(response)
}

/// The document in the coding the client likes best, or that it has it already.
///
/// # Errors
/// [`WebError::NotAcceptable`] if the client takes no coding we have, [`WebError::Precondition`] for 412.
pub fn send(request: &HttpRequest, document: &Rendered) -> Result<HttpResponse, WebError> {
    let wanted = joined(request.headers(), &header::ACCEPT_ENCODING);
    let coding = match document.has_codings() {
        true => choose(wanted.as_deref()).ok_or(WebError::NotAcceptable)?,
        false => Coding::Identity,
    };
    let etag = document.etag(coding);
    let outcome = evaluate(request.headers(), etag.to_str().unwrap_or_default(), document.modified);
    let mut response = match outcome {
        Outcome::Send => HttpResponse::new(StatusCode::OK),
        Outcome::NotModified => HttpResponse::new(StatusCode::NOT_MODIFIED),
        Outcome::Failed => return Err(WebError::Precondition),
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag.clone());
    headers.insert(header::CACHE_CONTROL, document.cache_control.clone());
    if let Some(language) = document.language {
        headers.insert(header::VARY, VARY_PAGE);
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language));
        if let Some(choice) = tongue::choice(request) {
            headers.insert(header::SET_COOKIE, choice);
        }
    } else {
        headers.insert(header::VARY, VARY);
    }
    if let Some(modified) = &document.last_modified {
        headers.insert(header::LAST_MODIFIED, modified.clone());
    }
    if let Some(links) = &document.links {
        headers.insert(header::LINK, links.clone());
    }
    if outcome == Outcome::NotModified {
        return Ok(response);
    }
    if let Some(token) = coding.token() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(token));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(document.media_type));
    Ok(response.set_body(document.body(coding)).map_into_boxed_body())
}
