//! When a feed is asked again. Pure: `now` and a seed for the spread are arguments.

use std::time::Duration;

use crate::model::{SourceId, Timestamp};

/// The operator's bounds.
#[derive(Debug, Clone, Copy)]
pub struct Intervals {
    /// When the host says nothing.
    pub usual: Duration,
    /// Floor.
    pub min: Duration,
    /// Ceiling.
    pub max: Duration,
}

/// After a success: the host's wish (`max-age` of RFC 9111, `ttl` of RSS 2.0, the longer of both) within the
/// operator's bounds.
pub fn after_success(
    now: Timestamp,
    bounds: &Intervals,
    max_age: Option<Duration>,
    ttl: Option<Duration>,
    source: &SourceId,
) -> Timestamp {
    let wish = max_age.max(ttl).map_or(bounds.usual, |w| w.max(bounds.usual));
    now.after(spread(wish.clamp(bounds.min, bounds.max), bounds, source, 0))
}

/// After `failures` in a row (1 or more): doubling from the usual interval's quarter, or what `Retry-After` asks if that
/// is longer, up to the ceiling.
pub fn after_failure(
    now: Timestamp,
    bounds: &Intervals,
    failures: u32,
    retry_after: Option<Duration>,
    source: &SourceId,
) -> Timestamp {
    let first = (bounds.usual / 4).clamp(bounds.min, bounds.max);
    let doubled =
        first.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    let own = spread(doubled.clamp(bounds.min, bounds.max), bounds, source, failures);
    now.after(own.max(retry_after.unwrap_or_default()))
}

/// Lengthens a span by up to a tenth, so that sources added together do not stay together. The seed is the source's
/// name, so that a repetition decides the same.
fn spread(span: Duration, bounds: &Intervals, source: &SourceId, turn: u32) -> Duration {
    let seed = source.as_str().bytes().fold(u64::from(turn) + 1, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let tenth = span / 10;
    let extra = tenth.mul_f64((seed % 1000) as f64 / 1000.0);
    (span + extra).min(bounds.max.max(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60;

    fn bounds() -> Intervals {
        Intervals {
            usual: Duration::from_secs(60 * MINUTE),
            min: Duration::from_secs(5 * MINUTE),
            max: Duration::from_secs(24 * 60 * MINUTE),
        }
    }

    fn minutes(next: Timestamp) -> u64 {
        next.since(Timestamp::from_secs(0)).as_secs() / MINUTE
    }

    #[test]
    fn success_keeps_to_the_bounds() {
        let source = SourceId::for_feed("https://example.org/a");
        let zero = Timestamp::from_secs(0);
        let next = |max_age: Option<u64>, ttl: Option<u64>| {
            let span = |m: Option<u64>| m.map(|m| Duration::from_secs(m * MINUTE));
            minutes(after_success(zero, &bounds(), span(max_age), span(ttl), &source))
        };
        assert!((60..=66).contains(&next(None, None)));
        assert!(
            (60..=66).contains(&next(Some(1), None)),
            "a short max-age is no wish to be asked often"
        );
        assert!((180..=198).contains(&next(Some(180), Some(120))));
        assert_eq!(next(Some(99_999), None), 24 * 60);
    }

    #[test]
    fn failures_double_and_heed_retry_after() {
        let source = SourceId::for_feed("https://example.org/a");
        let zero = Timestamp::from_secs(0);
        let next =
            |failures, retry| minutes(after_failure(zero, &bounds(), failures, retry, &source));
        assert!((15..=17).contains(&next(1, None)));
        assert!((60..=66).contains(&next(3, None)));
        assert_eq!(next(40, None), 24 * 60);
        assert_eq!(next(u32::MAX, None), 24 * 60);
        assert_eq!(next(1, Some(Duration::from_secs(100 * MINUTE))), 100);
    }
}
