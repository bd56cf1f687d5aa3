//! When a feed is asked again, and why then. Pure: `now` is an argument, and the spread comes from the source's name, so that
//! a repetition decides the same.

use std::time::Duration;

use super::habit::{self, Habit};
use crate::model::{Rhythm, SourceId, Timestamp, Why};

/// The operator's bounds.
#[derive(Debug, Clone, Copy)]
pub struct Intervals {
    /// When neither the host nor the feed nor its past says anything.
    pub usual: Duration,
    /// Floor.
    pub min: Duration,
    /// Ceiling.
    pub max: Duration,
}

/// A feed that has just been read or was unchanged.
#[derive(Debug, Clone, Copy)]
pub struct Success<'a> {
    /// What the host wants (RFC 9111).
    pub host: Option<Duration>,
    /// What the feed wants.
    pub rhythm: Rhythm,
    /// When its items were published, newest first.
    pub recent: &'a [Timestamp],
    /// Whether a hub tells of news.
    pub hub: bool,
}

const HOUR: u64 = 3600;

/// The time to ask again, and why.
pub type Plan = (Timestamp, Why);

/// After a success: what host and feed wish at least, else as often as the source's past makes worth while, when something is
/// expected then; within the operator's bounds, and not in hours and on days that the feed excludes.
pub fn after_success(
    now: Timestamp,
    bounds: &Intervals,
    said: &Success<'_>,
    source: &SourceId,
) -> Plan {
    let (mut span, mut why) = match habit::of(said.recent, now) {
        _ if said.hub => (bounds.max, Why::Hub),
        None => (bounds.usual, Why::Usual),
        Some(habit) => from_habit(&habit, bounds, now),
    };
    // Something that is expected at a time is asked for then, not a tenth later.
    let lengthen = if why == Why::Expected { bounds.min.min(span) } else { span };
    span = span.saturating_add(spread(lengthen, source, now));
    let feed = said.rhythm.minutes.map(|m| Duration::from_secs(m.saturating_mul(60)));
    for (wish, from) in [(said.host, Why::Host), (feed, Why::Feed)] {
        if let Some(wish) = wish.filter(|wish| *wish > span) {
            (span, why) = (wish.saturating_add(spread(wish, source, now)), from);
        }
    }
    let next = now.after(span.clamp(bounds.min, bounds.max));
    match allowed(next, &said.rhythm) {
        later if later > next => (later.after(spread(bounds.min, source, now)), Why::Feed),
        _ => (next, why),
    }
}

fn from_habit(habit: &Habit, bounds: &Intervals, now: Timestamp) -> (Duration, Why) {
    // A fourteenth of the usual gap: a weekly show that surprises is seen within half a day, a daily one within two
    // hours. What publishes more often than it is asked is asked as often as that.
    let quiet = match habit.gap {
        gap if gap < bounds.usual => gap,
        gap => (gap / 14).max(bounds.usual),
    };
    let quiet = quiet.clamp(bounds.min, bounds.max);
    match habit.expected {
        Some(due) if due > now && due.since(now) <= quiet => (due.since(now), Why::Expected),
        // It is late: looked for often, as long as a twelfth of its gap.
        Some(due) if due <= now && now.since(due) < habit.gap / 12 => {
            ((bounds.usual / 4).clamp(bounds.min, bounds.max).min(quiet), Why::Expected)
        }
        _ => (quiet, Why::Habit),
    }
}

/// After `failures` in a row (1 or more): doubling from the usual interval's quarter, or what `Retry-After` asks if that
/// is longer, up to the ceiling.
pub fn after_failure(
    now: Timestamp,
    bounds: &Intervals,
    failures: u32,
    retry_after: Option<Duration>,
    source: &SourceId,
) -> Plan {
    let first = (bounds.usual / 4).clamp(bounds.min, bounds.max);
    let doubled =
        first.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    let own = doubled
        .saturating_add(spread(doubled.min(bounds.max), source, now))
        .clamp(bounds.min, bounds.max);
    match retry_after.filter(|asked| *asked > own) {
        // Not sooner than asked, and not all sources of the host at that very second.
        Some(asked) => {
            (now.after(asked.saturating_add(spread(bounds.min, source, now))), Why::RetryAfter)
        }
        None => (now.after(own), Why::BackOff),
    }
}

/// A host that is left alone until then: its sources are not asked all at once after it.
pub fn after_rest(until: Timestamp, bounds: &Intervals, source: &SourceId) -> Plan {
    (until.after(spread(bounds.min, source, until)), Why::HostRests)
}

/// What a start, or a clock that jumped, makes of a plan: `None` if it stands. A time beyond every bound was planned by a
/// clock that was wrong. What was missed for long (the machine slept, the program was off) is caught up over a while, so
/// that not all hosts are asked in the same second.
pub fn replanned(
    now: Timestamp,
    bounds: &Intervals,
    next: Timestamp,
    last: Option<Timestamp>,
    source: &SourceId,
) -> Option<Timestamp> {
    // A source that was never asked is waited for.
    let last = last?;
    // `skipDays` and `Retry-After` may go beyond the ceiling, by a week at most.
    let beyond = bounds.max.saturating_add(bounds.max).max(Duration::from_secs(8 * 24 * HOUR));
    let wrong = next > now.after(beyond) || last > now.after(bounds.max);
    let missed = now.since(next) > bounds.min;
    let while_ = (bounds.usual / 6).max(bounds.min);
    (wrong || missed).then(|| now.after(while_.mul_f64(fraction(source, now))))
}

/// The first moment from `at` on in an hour and on a day that the feed does not exclude. Where it excludes all, none is.
fn allowed(at: Timestamp, rhythm: &Rhythm) -> Timestamp {
    const ALL_HOURS: u32 = 0x00ff_ffff;
    const ALL_DAYS: u8 = 0x7f;
    let hours = rhythm.skip_hours & ALL_HOURS;
    let days = rhythm.skip_days & ALL_DAYS;
    if (hours == 0 && days == 0) || hours == ALL_HOURS || days == ALL_DAYS {
        return at;
    }
    let mut at = at;
    // A week and a day of hours is all there can be to skip.
    for _ in 0..8 * 24 {
        let hour = at.secs().div_euclid(3600);
        // 1970-01-01 was a Thursday.
        let (of_day, of_week) = (hour.rem_euclid(24), (hour.div_euclid(24) + 3).rem_euclid(7));
        if hours >> of_day & 1 == 0 && days >> of_week & 1 == 0 {
            break;
        }
        at = Timestamp::from_secs((hour + 1) * 3600);
    }
    at
}

/// Up to a tenth, so that sources added together do not stay together.
fn spread(span: Duration, source: &SourceId, now: Timestamp) -> Duration {
    (span / 10).mul_f64(fraction(source, now))
}

/// From 0 to 1, by source and time.
fn fraction(source: &SourceId, now: Timestamp) -> f64 {
    let turn = now.secs().to_le_bytes();
    let hash = source.as_str().bytes().chain(turn).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The low bits of this hash are its weakest.
    (hash >> 40) as f64 / (1_u64 << 24) as f64
}

#[cfg(test)]
mod tests;
