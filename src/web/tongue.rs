//! Which language a request is answered in: `?lang=`, else what was chosen before, else what its browser likes.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};

use crate::text::phrases::Phrases;

use super::conditional::joined;

const CHOICE: &str = "lang";

/// The language to answer in.
pub fn of(request: &HttpRequest) -> &'static Phrases {
    if let Some(chosen) = asked(request) {
        return chosen;
    }
    if let Some(chosen) = chosen(request) {
        return chosen;
    }
    joined(request.headers(), &header::ACCEPT_LANGUAGE)
        .map_or_else(Phrases::first, |field| Phrases::accepted(&field))
}

/// What the address asks for.
fn asked(request: &HttpRequest) -> Option<&'static Phrases> {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    let (_, tag) = pairs.find(|(name, _)| name == CHOICE)?;
    Phrases::of(&tag)
}

/// What was asked for on an earlier page (RFC 6265 section 4.2).
fn chosen(request: &HttpRequest) -> Option<&'static Phrases> {
    Phrases::of(cookie(request, CHOICE)?)
}

/// The value of a cookie.
pub fn cookie<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let fields = request.headers().get_all(header::COOKIE).filter_map(|field| field.to_str().ok());
    let mut pairs = fields.flat_map(|field| field.split(';')).filter_map(|p| p.split_once('='));
    pairs.find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim())
}

/// `Set-Cookie` that keeps a choice made in the address for the pages after it: the only cookie there is,
/// and it says nothing but the language.
pub fn choice(request: &HttpRequest) -> Option<HeaderValue> {
    let tag = asked(request)?.tag();
    let cookie = format!("{CHOICE}={tag}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    HeaderValue::from_str(&cookie).ok()
}
