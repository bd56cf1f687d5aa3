//! Which methods an address takes (RFC 9110, sections 9 and 15.5.6): HEAD wherever GET, and a 405 that names what is
//! taken to all else. Knows no pages.

use actix_web::dev::Handler;
use actix_web::guard::{Any, Get, Head};
use actix_web::{FromRequest, HttpResponse, Resource, Responder, Route, web};

use super::WebError;

/// What is only read.
pub const READ: &str = "GET, HEAD";
/// A page with a form that is sent to the page's own address.
pub const FORM: &str = "GET, HEAD, POST";

/// A route for GET and HEAD; the body of an answer to HEAD is left out by the server.
pub fn reads() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

/// A resource that answers GET and HEAD, and 405 to all else.
pub fn at<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    only(READ, web::resource(path).route(reads().to(handler)))
}

/// With an answer to all methods but those its routes have, which `allowed` lists.
pub fn only(allowed: &'static str, resource: Resource) -> Resource {
    resource.default_service(web::to(move || async move {
        Err::<HttpResponse, WebError>(WebError::Method(allowed))
    }))
}
