//! When an endpoint is left alone: it asked for it, or failed several times in a row. Pure.

use std::time::Duration;

use crate::model::Timestamp;

/// So many failures in a row are no accident.
const PATIENCE: u32 = 3;
/// The first rest after them, which doubles.
const REST: Duration = Duration::from_secs(30);
/// The longest.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Nobody's wish to be left alone is heeded for longer.
const WISH: Duration = Duration::from_secs(6 * 3600);

/// How an endpoint has done.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    until: Option<Timestamp>,
}

impl Breaker {
    /// Until when it is left alone.
    pub(super) fn resting(&self, now: Timestamp) -> Option<Timestamp> {
        // A clock that went back must not make the rest endless.
        self.until.filter(|until| *until > now && until.since(now) <= WISH)
    }

    pub(super) fn worked(&mut self) {
        *self = Self::default();
    }

    pub(super) fn failed(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        if let Some(over) = self.failures.checked_sub(PATIENCE) {
            let rest = REST.saturating_mul(1 << over.min(10)).min(LONGEST);
            self.until = Some(now.after(rest));
        }
    }

    /// It asked to be left alone.
    pub(super) fn asked_for(&mut self, wait: Duration, now: Timestamp) {
        self.until = Some(now.after(wait.clamp(Duration::from_secs(1), WISH)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_after_failures_in_a_row_and_tries_again() {
        let at = Timestamp::from_secs;
        let mut breaker = Breaker::default();
        breaker.failed(at(100));
        breaker.failed(at(100));
        assert_eq!(breaker.resting(at(100)), None);
        breaker.failed(at(100));
        assert_eq!(breaker.resting(at(129)), Some(at(130)));
        assert_eq!(breaker.resting(at(130)), None);
        breaker.failed(at(130));
        assert_eq!(breaker.resting(at(130)), Some(at(190)));
        for _ in 0..50 {
            breaker.failed(at(200));
        }
        assert_eq!(breaker.resting(at(200)), Some(at(1100)));
        breaker.worked();
        assert_eq!(breaker.resting(at(200)), None);
    }

    #[test]
    fn its_wish_is_heeded_within_bounds() {
        let at = Timestamp::from_secs;
        let mut breaker = Breaker::default();
        breaker.asked_for(Duration::from_secs(40), at(100));
        assert_eq!(breaker.resting(at(100)), Some(at(140)));
        breaker.asked_for(Duration::MAX, at(100));
        assert_eq!(breaker.resting(at(100)), Some(at(100 + 6 * 3600)));
        assert_eq!(breaker.resting(at(-9_000_000)), None, "the clock went back");
    }
}
