//! What every answer carries whoever made it: the headers that keep browsers safe, and error pages in the
//! reader's language. The one place for both.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::{WebError, WebState, moved, ready, tongue};
use crate::pipeline::Count;

/// Our own style sheet, scripts, pictures and forms; sound and film from the shows' hosts; nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; media-src https: http:; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Addresses of ours may be secrets, and what someone reads is nobody's business.
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// Puts the headers on, where the answer has none of its own.
fn dress(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// Around every request.
///
/// # Errors
/// As the handler; our own errors become pages.
pub async fn around<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = request.app_data::<Data<WebState>>().cloned();
    let ready = state.as_ref().and_then(|state| ready::answer(request.request(), state));
    let is_ready = ready.is_some();
    let mut response = match ready {
        Some(ready) => request.into_response(ready),
        None => routed(request, next, state.as_ref()).await?,
    };
    if let Some(operator) = state.as_ref().and_then(|state| state.operator.as_ref()) {
        let meter = &operator.admin.ctx.meter;
        meter.add(Count::Requests, 1);
        meter.add(Count::RequestErrors, usize::from(response.status().is_server_error()));
    }
    // Whoever has the document has these with it (RFC 9110 15.4.5).
    if !is_ready || response.status() != StatusCode::NOT_MODIFIED {
        dress(response.headers_mut());
    }
    Ok(response)
}

async fn routed<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    state: Option<&Data<WebState>>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let ours = response.response().error().and_then(|error| error.as_error::<WebError>());
    let (Some(error), Some(state)) = (ours, state) else { return Ok(response) };
    let page = match error {
        WebError::Moved(to) => moved::answer(response.request(), &state.site, to),
        _ => error.page(&state.site, tongue::of(response.request())),
    };
    Ok(response.into_response(page))
}
