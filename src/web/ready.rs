//! What lies ready at an address: a document that is the same for everyone, was asked for before, and is answered before
//! its route is looked for. Makes nothing and counts nothing.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse};

use super::respond::send;
use super::state::held;
use super::{WebState, delta};

/// The answer, if there is nothing to think about.
pub fn answer(request: &HttpRequest, state: &WebState) -> Option<HttpResponse> {
    let plain = request.uri().query().is_none() && !request.headers().contains_key(delta::A_IM);
    let reads = *request.method() == Method::GET || *request.method() == Method::HEAD;
    if !plain || !reads {
        return None;
    }
    let document = held(state, request.path())?;
    // What can't be sent so has its own words where it is routed.
    send(request, &document).ok()
}
