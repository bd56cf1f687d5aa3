//! From a document to an answer: coding, preconditions, validators.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use super::accept::{Coding, choose};
use super::conditional::{Outcome, evaluate, joined};
use super::rendered::Rendered;
use super::{WebError, tongue};

/// As [`send`], for one reader: no cache between us keeps it.
///
/// # Errors
/// As [`send`].
pub fn send_private(request: &HttpRequest, document: &Rendered) -> Result<HttpResponse, WebError> {
    let mut response = send(request, document)?;
    let policy = format!("private, max-age={}", document.max_age);
    if let Ok(policy) = header::HeaderValue::from_str(&policy) {
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
    let outcome = evaluate(request.headers(), &etag, document.modified);
    let status = match outcome {
        Outcome::Send => StatusCode::OK,
        Outcome::NotModified => StatusCode::NOT_MODIFIED,
        Outcome::Failed => return Err(WebError::Precondition),
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={}", document.max_age)));
    if let Some(language) = document.language {
        response
            .insert_header((header::VARY, "Accept-Encoding, Accept-Language, Cookie"))
            .insert_header((header::CONTENT_LANGUAGE, language));
        if let Some(choice) = tongue::choice(request) {
            response.insert_header((header::SET_COOKIE, choice));
        }
    } else {
        response.insert_header((header::VARY, "Accept-Encoding"));
    }
    if let Some(modified) = document.modified {
        response.insert_header((header::LAST_MODIFIED, modified.rfc822()));
    }
    let links = document.links.as_deref().map(header::HeaderValue::from_str);
    if let Some(Ok(links)) = links {
        response.insert_header((header::LINK, links));
    }
    if outcome == Outcome::NotModified {
        return Ok(response.finish());
    }
    if let Some(token) = coding.token() {
        response.insert_header((header::CONTENT_ENCODING, token));
    }
    response.insert_header((header::CONTENT_TYPE, document.media_type));
    Ok(response.body(document.body(coding)))
}
