//! Conditional requests (RFC 9110 section 13) on a representation that exists. Pure but for reading headers.

use std::borrow::Cow;
use std::time::SystemTime;

use actix_web::http::header::{self, HeaderMap, HeaderName, HttpDate};

use crate::model::Timestamp;

/// What to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The representation.
    Send,
    /// 304.
    NotModified,
    /// 412.
    Failed,
}

/// Evaluates the preconditions of a GET or HEAD in the order of section 13.2.2. `etag` is strong, with its quotes.
pub fn evaluate(headers: &HeaderMap, etag: &str, modified: Option<Timestamp>) -> Outcome {
    if let Some(tags) = joined(headers, &header::IF_MATCH) {
        if !matches(&tags, etag, Strength::Strong) {
            return Outcome::Failed;
        }
    } else if let (Some(since), Some(modified)) =
        (date(headers, &header::IF_UNMODIFIED_SINCE), modified)
        && modified > since
    {
        return Outcome::Failed;
    }
    if let Some(tags) = joined(headers, &header::IF_NONE_MATCH) {
        // If-Modified-Since counts for nothing beside it (section 13.1.3).
        return match matches(&tags, etag, Strength::Weak) {
            true => Outcome::NotModified,
            false => Outcome::Send,
        };
    }
    match (date(headers, &header::IF_MODIFIED_SINCE), modified) {
        (Some(since), Some(modified)) if modified <= since => Outcome::NotModified,
        _ => Outcome::Send,
    }
}

/// All lines of a field as one list (section 5.3).
pub fn joined<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<Cow<'h, str>> {
    let mut lines = headers.get_all(name).map(|line| String::from_utf8_lossy(line.as_bytes()));
    let first = lines.next()?;
    Some(lines.fold(first, |all, line| format!("{all}, {line}").into()))
}

#[derive(Clone, Copy, PartialEq)]
enum Strength {
    Strong,
    Weak,
}

/// Whether the list names `etag`; what can't be read ends it. An opaque tag may hold commas (section 8.8.3).
fn matches(list: &str, etag: &str, strength: Strength) -> bool {
    if list.trim() == "*" {
        return true;
    }
    let mut rest = list;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (weak, tag) = match rest.strip_prefix("W/") {
            Some(tag) => (true, tag),
            None => (false, rest),
        };
        let Some(end) = tag.strip_prefix('"').and_then(|inner| inner.find('"')) else {
            return false;
        };
        let (tag, after) = tag.split_at(end + 2);
        if tag == etag && (strength == Strength::Weak || !weak) {
            return true;
        }
        rest = after;
    }
}

/// A field that holds one date in any of the three forms (section 5.6.7); anything else is ignored.
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<Timestamp> {
    let mut lines = headers.get_all(name);
    let (first, second) = (lines.next()?, lines.next());
    if second.is_some() {
        return None;
    }
    let at: SystemTime = first.to_str().ok()?.trim().parse::<HttpDate>().ok()?.into();
    let secs = match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_secs()).ok()?,
    };
    Some(Timestamp::from_secs(secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(fields: &[(HeaderName, &str)]) -> Outcome {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name.clone(), value.parse().unwrap());
        }
        evaluate(&headers, "\"abc-g\"", Some(Timestamp::from_secs(1_795_503_600)))
    }

    #[test]
    fn none_match_compares_weakly_over_lists() {
        for tags in ["\"abc-g\"", "W/\"abc-g\"", "\"x,y\", W/\"abc-g\"", "*", ",, \"abc-g\""] {
            assert_eq!(outcome(&[(header::IF_NONE_MATCH, tags)]), Outcome::NotModified, "{tags}");
        }
        for tags in ["\"abc\"", "abc-g", "\"x\", \"abc-g", "", "\"x, \"abc-g\"", "w/\"abc-g\""] {
            assert_eq!(outcome(&[(header::IF_NONE_MATCH, tags)]), Outcome::Send, "{tags}");
        }
        let lines = [(header::IF_NONE_MATCH, "\"x\""), (header::IF_NONE_MATCH, "\"abc-g\"")];
        assert_eq!(outcome(&lines), Outcome::NotModified);
    }

    #[test]
    fn dates_count_only_without_tags() {
        let since = |value| (header::IF_MODIFIED_SINCE, value);
        for same in [
            "Tue, 24 Nov 2026 07:00:00 GMT",
            "Tuesday, 24-Nov-26 07:00:00 GMT",
            "Tue Nov 24 07:00:00 2026",
            "Wed, 25 Nov 2026 07:00:00 GMT",
        ] {
            assert_eq!(outcome(&[since(same)]), Outcome::NotModified, "{same}");
            let both = [since(same), (header::IF_NONE_MATCH, "\"nope\"")];
            assert_eq!(outcome(&both), Outcome::Send);
        }
        assert_eq!(outcome(&[since("Tue, 24 Nov 2026 06:59:59 GMT")]), Outcome::Send);
        assert_eq!(outcome(&[since("yesterday")]), Outcome::Send);
        let twice = since("Wed, 25 Nov 2026 07:00:00 GMT");
        assert_eq!(outcome(&[twice.clone(), twice]), Outcome::Send);
    }

    #[test]
    fn match_compares_strongly_and_comes_first() {
        assert_eq!(outcome(&[(header::IF_MATCH, "W/\"abc-g\"")]), Outcome::Failed);
        assert_eq!(outcome(&[(header::IF_MATCH, "\"abc-g\"")]), Outcome::Send);
        let both = [(header::IF_MATCH, "\"other\""), (header::IF_NONE_MATCH, "\"abc-g\"")];
        assert_eq!(outcome(&both), Outcome::Failed);
        let since = (header::IF_UNMODIFIED_SINCE, "Mon, 23 Nov 2026 07:00:00 GMT");
        assert_eq!(outcome(&[since]), Outcome::Failed);
    }
}
