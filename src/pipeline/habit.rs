//! What a source's past says of its future: how far apart its items come, and when the next is expected. Pure.

use std::time::Duration;

use crate::model::Timestamp;

/// Fewer items show no habit.
const FEWEST: usize = 4;
/// Newest items that count.
pub(super) const MOST: usize = 16;
/// Items that came together (an import, a batch) are one publication.
const TOGETHER: Duration = Duration::from_secs(60);

/// A habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Habit {
    /// The usual time between two items; for a source that has fallen silent, the silence.
    pub gap: Duration,
    /// When the next one is due, if they come regularly enough to tell.
    pub expected: Option<Timestamp>,
}

/// The habit in publication times, newest first or in any order. Times to come are left out: they are plans or mistakes.
pub(super) fn of(recent: &[Timestamp], now: Timestamp) -> Option<Habit> {
    let mut times: Vec<Timestamp> = recent.iter().copied().filter(|at| *at <= now).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.truncate(MOST);
    times.dedup_by(|older, newer| newer.since(*older) < TOGETHER);
    if times.len() < FEWEST {
        return None;
    }
    let mut gaps: Vec<Duration> = times.windows(2).map(|pair| pair[0].since(pair[1])).collect();
    gaps.sort_unstable();
    let gap = gaps[gaps.len() / 2];
    // A quarter of the gaps may be odd ones (a holiday, an extra); the others must be near the usual one.
    let near = |other: &&Duration| other.abs_diff(gap) <= gap / 8;
    let regular = gaps.iter().filter(near).count() * 4 >= gaps.len() * 3;
    let silence = now.since(times[0]);
    let expected = (regular && silence < gap * 3).then(|| {
        // The next after the newest; where one was left out, the one after that.
        let missed = silence.as_secs().saturating_sub(gap.as_secs() / 6) / gap.as_secs().max(1);
        times[0].after(gap.saturating_mul(u32::try_from(missed + 1).unwrap_or(u32::MAX)))
    });
    Some(Habit { gap: gap.max(silence / 4), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    fn days(ago: &[u64]) -> Option<Habit> {
        let now = Timestamp::from_secs(2_000_000_000);
        let times: Vec<_> =
            ago.iter().map(|ago| now.before(Duration::from_secs(ago * DAY))).collect();
        of(&times, now)
    }

    fn due_in(habit: Option<Habit>) -> Option<u64> {
        let now = Timestamp::from_secs(2_000_000_000);
        habit?.expected.map(|at| at.since(now).as_secs() / DAY)
    }

    #[test]
    fn regular_ones_are_expected_and_others_are_not() {
        let weekly = days(&[3, 10, 17, 24, 31]);
        assert_eq!(weekly.unwrap().gap.as_secs(), 7 * DAY);
        assert_eq!(due_in(weekly), Some(4));
        assert_eq!(due_in(days(&[3, 10, 17, 31, 38, 45])), Some(4), "a holiday was left out");
        assert_eq!(due_in(days(&[9, 16, 23, 30, 37])), Some(5), "one was left out just now");
        let now_and_then = days(&[1, 2, 9, 30, 33, 60]).unwrap();
        assert_eq!(now_and_then.expected, None);
        assert_eq!(days(&[3, 10, 17]), None);
        assert_eq!(days(&[3, 3, 3, 3, 3, 3]), None, "all at once");
        let ended = days(&[400, 407, 414, 421]).unwrap();
        assert_eq!((ended.gap.as_secs() / DAY, ended.expected), (100, None));
    }
}
