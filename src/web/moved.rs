//! 301 to where something is now (RFC 9110 15.4.2): the same format, the same page of it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::publish::{Format, Site};

/// Parameters that mean the same at the new address.
const KEPT: [&str; 3] = ["before", "archive", "lang"];
/// Seconds that it may be remembered.
const MAX_AGE: &str = "public, max-age=86400";

/// `to` is a path below our address, without a feed's suffix.
pub fn answer(request: &HttpRequest, site: &Site, to: &str) -> HttpResponse {
    let location = target(request.path(), request.query_string(), to);
    HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, format!("{}{location}", site.root())))
        .insert_header((header::CACHE_CONTROL, MAX_AGE))
        .finish()
}

fn target(path: &str, params: &str, to: &str) -> String {
    let suffix = path.rsplit_once('.').map(|(_, suffix)| suffix);
    let suffix = suffix.filter(|suffix| Format::from_suffix(suffix).is_some());
    let (to, own) = to.split_once('?').unwrap_or((to, ""));
    let mut kept = url::form_urlencoded::Serializer::new(own.to_owned());
    let pairs = url::form_urlencoded::parse(params.as_bytes());
    kept.extend_pairs(pairs.filter(|(name, _)| KEPT.contains(&name.as_ref())));
    let params = kept.finish();
    let (dot, mark) = (suffix.map_or("", |_| "."), if params.is_empty() { "" } else { "?" });
    format!("{to}{dot}{}{mark}{params}", suffix.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_and_page_go_along() {
        for (path, params, to, want) in [
            ("/topics/old", "", "/topics/new", "/topics/new"),
            ("/topics/old.atom", "before=5&utm=x", "/topics/new", "/topics/new.atom?before=5"),
            ("/feed.json", "q=a&topic=old", "/feed?q=a&topic=new", "/feed.json?q=a&topic=new"),
            ("/feed", "topic=old&lang=de", "/topics/new", "/topics/new?lang=de"),
            (
                "/sources/a.rss",
                "archive=2026-11-1",
                "/sources/b",
                "/sources/b.rss?archive=2026-11-1",
            ),
        ] {
            assert_eq!(target(path, params, to), want);
        }
    }
}
