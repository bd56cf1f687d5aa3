//! Files that ship inside the program: style sheet, icons, robots.txt.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use super::WebError;
use super::rendered::{Made, Rendered};
use super::respond::send;

const STYLE: &str = include_str!("../../data/static/style.css");
const SCRIPT: &str = include_str!("../../data/static/script.js");
const ICON: &str = include_str!("../../data/static/favicon.svg");
const SMALL_ICON: &[u8] = include_bytes!("../../data/static/favicon.ico");
const ROBOTS: &str = "User-agent: *\nDisallow: /\n";

const DAY: u32 = 86_400;

/// A file whose address names its content, so that it may be kept for ever.
struct Pinned {
    path: String,
    coded: Option<Rendered>,
}

static STYLE_FILE: LazyLock<Pinned> =
    LazyLock::new(|| pinned(STYLE, "style.css", "text/css; charset=utf-8"));

static SCRIPT_FILE: LazyLock<Pinned> =
    LazyLock::new(|| pinned(SCRIPT, "script.js", "text/javascript; charset=utf-8"));

static CODED_ICON: LazyLock<Option<Rendered>> = LazyLock::new(|| coded(ICON, "image/svg+xml"));

fn coded(text: &str, media_type: &'static str) -> Option<Rendered> {
    let bytes = text.into();
    let made = Made {
        bytes,
        media_type,
        language: None,
        modified: None,
        max_age: DAY,
        span: None,
        links: None,
    };
    Rendered::new(made).ok()
}

fn pinned(text: &str, name: &str, media_type: &'static str) -> Pinned {
    let digest = Sha256::digest(text);
    let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Pinned { path: format!("/static/{hash}/{name}"), coded: coded(text, media_type) }
}

/// Where the style sheet is.
pub fn style_path() -> &'static str {
    &STYLE_FILE.path
}

/// Where the script is.
pub fn script_path() -> &'static str {
    &SCRIPT_FILE.path
}

/// The style sheet or the script.
pub async fn pinned_file(request: HttpRequest) -> Result<HttpResponse, WebError> {
    let files: [&Pinned; 2] = [&STYLE_FILE, &SCRIPT_FILE];
    let file = files.into_iter().find(|file| file.path == request.path());
    let Some(coded) = file.and_then(|file| file.coded.as_ref()) else {
        return Err(WebError::NotFound);
    };
    let mut response = send(&request, coded)?;
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
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={DAY}")))
        .content_type("image/x-icon")
        .body(SMALL_ICON)
}

/// Quotes belong to the shows: search engines are sent there, not here.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={DAY}")))
        .content_type("text/plain; charset=utf-8")
        .body(ROBOTS)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::STYLE;

    /// WCAG 2.2, relative luminance.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn everything_can_be_read_on_what_it_stands_on() {
        let schemes: Vec<_> = STYLE.split(":root {").skip(1).collect();
        assert_eq!(schemes.len(), 2, "light and dark");
        for scheme in schemes {
            let lines = scheme.split('}').next().unwrap().lines();
            let colours: HashMap<_, _> = lines
                .filter_map(|line| {
                    line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #")
                })
                .map(|(name, colour)| (name, format!("#{colour}")))
                .collect();
            for (ink, grounds, least) in [
                ("ink", &["ground", "raised", "tint", "good", "warn", "bad"][..], 7.0),
                ("soft", &["ground", "raised", "tint", "good", "warn", "bad"], 4.5),
                ("accent", &["ground", "raised", "tint", "good", "warn", "bad"], 4.5),
                ("bad-ink", &["ground", "raised", "bad"], 4.5),
                ("on-accent", &["accent", "accent-strong"], 4.5),
                ("edge", &["ground", "raised"], 3.0),
            ] {
                for ground in grounds {
                    let ratio = contrast(&colours[ink], &colours[ground]);
                    assert!(ratio >= least, "{ink} on {ground}: {ratio:.2}");
                }
            }
        }
    }
}
