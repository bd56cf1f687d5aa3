//! How long an answer wants to be kept: `Cache-Control: max-age` (RFC 9111 5.2.2.1) less `Age` (5.1), else `Expires` (5.3) less
//! `Date`; and `Retry-After` (RFC 9110 10.2.3). As spans from now.

use std::time::Duration;

use reqwest::header::{self, HeaderMap};

use super::get::text;
use crate::model::Timestamp;

/// A host's wish is kept up to this long.
const MOST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Seconds, or an HTTP date.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(MOST));
    }
    Some(date(value)?.since(now).min(MOST))
}

/// How long the host wants not to be asked again, if it says so.
pub(super) fn wish(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let said: Vec<&str> =
        headers.get_all(header::CACHE_CONTROL).iter().filter_map(|v| v.to_str().ok()).collect();
    let said = said.join(",");
    if says(&said, "no-store") || says(&said, "no-cache") {
        return None;
    }
    if let Some(age) = max_age(&said) {
        let spent = text(headers, &header::AGE).and_then(|v| v.trim().parse().ok()).unwrap_or(0);
        return Some(age.saturating_sub(Duration::from_secs(spent)));
    }
    let expires = date(&text(headers, &header::EXPIRES)?)?;
    // By the host's own clock, so that one that is wrong does no harm.
    let begin = text(headers, &header::DATE).and_then(|v| date(&v)).unwrap_or(now);
    Some(expires.since(begin).min(MOST))
}

fn date(value: &str) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()?;
    Some(Timestamp::from_secs(date.as_second()))
}

fn says(control: &str, word: &str) -> bool {
    control.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
}

fn max_age(control: &str) -> Option<Duration> {
    control
        .split(',')
        .filter_map(|part| part.trim().split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("max-age"))
        .and_then(|(_, seconds)| seconds.trim().trim_matches('"').parse().ok())
        .map(|seconds| Duration::from_secs(seconds).min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let now = Timestamp::from_secs(1_795_503_600);
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(
            retry_after("Tue, 24 Nov 2026 07:01:00 GMT", now),
            Some(Duration::from_secs(60))
        );
        assert_eq!(retry_after("Mon, 23 Nov 2026 07:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("99999999999999999999", now), None);
    }

    #[test]
    fn wishes_in_every_form() {
        let now = Timestamp::from_secs(1_795_503_600);
        let wish = |fields: &[(&str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                let name: header::HeaderName = name.parse().unwrap();
                headers.append(name, value.parse().unwrap());
            }
            wish(&headers, now).map(|span| span.as_secs())
        };
        assert_eq!(wish(&[("cache-control", "public, Max-Age=\"300\"")]), Some(300));
        assert_eq!(wish(&[("cache-control", "public"), ("cache-control", "max-age=9")]), Some(9));
        assert_eq!(wish(&[("cache-control", "max-age=300"), ("age", "100")]), Some(200));
        assert_eq!(wish(&[("cache-control", "no-store")]), None);
        assert_eq!(wish(&[("cache-control", "no-cache, max-age=300")]), None);
        let expires = ("expires", "Tue, 24 Nov 2026 08:00:00 GMT");
        assert_eq!(wish(&[expires]), Some(3600));
        let wrong = ("date", "Tue, 24 Nov 2026 07:30:00 GMT");
        assert_eq!(wish(&[expires, wrong]), Some(1800), "by its own clock");
        assert_eq!(wish(&[expires, ("cache-control", "max-age=60")]), Some(60));
        assert_eq!(wish(&[("expires", "0")]), None);
        assert_eq!(wish(&[("cache-control", "max-age=99999999999")]), Some(MOST.as_secs()));
    }
}
