//! How long a failed job waits, and when it is set aside. Pure.

use std::time::Duration;

use crate::model::JobKind;

/// After so many failures that are nobody's but our own, an item is set aside.
pub(super) const POISON: u32 = 5;

/// After so many failures an item is set aside, so that a poisonous one can't hold up the queue. A host may be down
/// for hours: the stage that asks one gives up by itself (`pipeline/transcribe`), before this many.
pub(super) fn most_attempts(kind: &JobKind) -> u32 {
    match kind {
        JobKind::Transcribe(_) | JobKind::Recognise(_) => 12,
        JobKind::Poll(_)
        | JobKind::Extract(_)
        | JobKind::Write(_)
        | JobKind::Relate(_)
        | JobKind::Compose(_)
        | JobKind::Embed => POISON,
    }
}

/// One minute, doubling, at most six hours; longer if the other side asked for it.
pub(super) fn wait(attempts: u32, asked: Option<Duration>) -> Duration {
    let doubled = 60_u64.saturating_mul(1 << attempts.min(10));
    Duration::from_secs(doubled.min(6 * 3600)).max(asked.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_within_bounds() {
        assert_eq!(wait(0, None).as_secs(), 60);
        assert_eq!(wait(3, None).as_secs(), 480);
        assert_eq!(wait(u32::MAX, None).as_secs(), 6 * 3600);
        assert_eq!(wait(0, Some(Duration::from_secs(99_999))).as_secs(), 99_999);
    }
}
