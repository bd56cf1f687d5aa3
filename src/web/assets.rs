//! Files that ship inside the program: style sheet, icons, robots.txt.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use super::WebError;
use super::rendered::{Made, Rendered};
use super::respond::{begin, send};

const STYLE: &str = include_str!("../../data/static/style.css");
const ICON: &str = include_str!("../../data/static/favicon.svg");
const SMALL_ICON: &[u8] = include_bytes!("../../data/static/favicon.ico");
const ROBOTS: &str = "User-agent: *\nDisallow: /\n";

const DAY: u32 = 86_400;

static STYLE_PATH: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::digest(STYLE);
    let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("/static/{hash}/style.css")
});

static CODED_STYLE: LazyLock<Option<Rendered>> =
    LazyLock::new(|| coded(STYLE, "text/css; charset=utf-8"));

static CODED_ICON: LazyLock<Option<Rendered>> = LazyLock::new(|| coded(ICON, "image/svg+xml"));

fn coded(text: &str, media_type: &'static str) -> Option<Rendered> {
    let made = Made { bytes: text.into(), media_type, modified: None, max_age: DAY };
    Rendered::new(made).ok()
}

/// Where the style sheet is: it names its content, so it may be kept for ever.
pub fn style_path() -> &'static str {
    &STYLE_PATH
}

/// The style sheet.
pub async fn style(request: HttpRequest) -> Result<HttpResponse, WebError> {
    let Some(style) = CODED_STYLE.as_ref().filter(|_| request.path() == style_path()) else {
        return Err(WebError::NotFound);
    };
    let mut response = send(&request, style)?;
    let forever = header::HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, forever);
    Ok(response)
}

/// The icon.
pub async fn icon(request: HttpRequest) -> Result<HttpResponse, WebError> {
    send(&request, CODED_ICON.as_ref().ok_or(WebError::NotFound)?)
}

/// The icon for those who ask where icons used to be.
pub async fn small_icon() -> HttpResponse {
    begin(StatusCode::OK)
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={DAY}")))
        .content_type("image/x-icon")
        .body(SMALL_ICON)
}

/// Quotes belong to the shows: search engines are sent there, not here.
pub async fn robots() -> HttpResponse {
    begin(StatusCode::OK)
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={DAY}")))
        .content_type("text/plain; charset=utf-8")
        .body(ROBOTS)
}
