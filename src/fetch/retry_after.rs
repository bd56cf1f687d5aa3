//! `Retry-After` (RFC 9110 10.2.3) and `Cache-Control: max-age` (RFC 9111 5.2.2.1), as spans from now.

use std::time::Duration;

use crate::model::Timestamp;

/// A host's wish is kept up to this long.
const MOST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Seconds, or an HTTP date.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(MOST));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Timestamp::from_secs(date.as_second()).since(now).min(MOST))
}

/// The `max-age` of a `Cache-Control` field.
pub(super) fn max_age(value: &str) -> Option<Duration> {
    value
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
    fn max_age_among_others() {
        assert_eq!(max_age("public, Max-Age=\"300\""), Some(Duration::from_secs(300)));
        assert_eq!(max_age("no-store"), None);
    }
}
