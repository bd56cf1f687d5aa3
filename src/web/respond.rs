//! From a document to an answer: coding, preconditions, and the headers every answer carries.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::WebError;
use super::accept::choose;
use super::conditional::{Outcome, evaluate, joined};
use super::rendered::Rendered;

/// Nothing but our own style sheet and icons, and audio from the shows' hosts.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src *; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// An answer with the headers that all answers have.
pub fn begin(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex"));
    response
}

/// The document in the coding the client likes best, or that it has it already.
///
/// # Errors
/// [`WebError::NotAcceptable`] if the client takes no coding we have, [`WebError::Precondition`] for 412.
pub fn send(request: &HttpRequest, document: &Rendered) -> Result<HttpResponse, WebError> {
    let wanted = joined(request.headers(), &header::ACCEPT_ENCODING);
    let coding = choose(wanted.as_deref()).ok_or(WebError::NotAcceptable)?;
    let etag = document.etag(coding);
    let outcome = evaluate(request.headers(), &etag, document.modified);
    let status = match outcome {
        Outcome::Send => StatusCode::OK,
        Outcome::NotModified => StatusCode::NOT_MODIFIED,
        Outcome::Failed => return Err(WebError::Precondition),
    };
    let mut response = begin(status);
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={}", document.max_age)));
    if let Some(modified) = document.modified {
        response.insert_header((header::LAST_MODIFIED, modified.rfc822()));
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
