//! When a whole host is left alone: because it asked for it, or because it can't be reached. Pure.

use std::time::Duration;

use crate::model::Timestamp;

/// Failures to connect, in a row and by any of its sources, before a host counts as down.
const STRIKES: u32 = 3;
/// How long a host that is down is left alone at first; doubles with each further failure …
const FIRST: Duration = Duration::from_secs(60);
/// … up to this.
const LONGEST: Duration = Duration::from_secs(3600);
/// A host's own wish is kept up to this long.
const WISH: Duration = Duration::from_secs(24 * 3600);
/// What 429 without `Retry-After` asks for.
pub(super) const UNSAID: Duration = Duration::from_secs(300);

/// How a host does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rest {
    /// Until when it asked to be left alone.
    asked: Option<Timestamp>,
    /// Until when it counts as down.
    down: Option<Timestamp>,
    strikes: u32,
}

impl Rest {
    /// Until when it is left alone, if it is. A clock that went back ends the rest: none is longer than [`WISH`].
    pub(super) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let holds = |until: &Timestamp| *until > now && until.since(now) <= WISH;
        self.asked.filter(holds).max(self.down.filter(holds))
    }

    /// Nothing is known against it.
    pub(super) fn is_well(&self) -> bool {
        *self == Self::default()
    }

    /// It asked for it (`Retry-After`, 429).
    pub(super) fn asked_for(&mut self, now: Timestamp, span: Duration) {
        let until = now.after(span.min(WISH));
        self.asked = self.asked.filter(|old| old.since(now) <= WISH).max(Some(until));
    }

    /// No connection could be made.
    pub(super) fn unreachable(&mut self, now: Timestamp) {
        self.strikes = self.strikes.saturating_add(1);
        if let Some(beyond) = self.strikes.checked_sub(STRIKES) {
            let span = FIRST.saturating_mul(1_u32.checked_shl(beyond).unwrap_or(u32::MAX));
            self.down = Some(now.after(span.min(LONGEST)));
        }
    }

    /// It answered, whatever it said. What it asked for holds on: the answer may be to what was asked before.
    pub(super) fn answered(&mut self) {
        (self.down, self.strikes) = (None, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_down_is_asked_less_and_less_until_it_answers() {
        let mut rest = Rest::default();
        let mut now = Timestamp::from_secs(0);
        let mut spans = Vec::new();
        for _ in 0..11 {
            rest.unreachable(now);
            let until = rest.until(now).unwrap_or(now);
            spans.push(until.since(now).as_secs() / 60);
            now = until;
        }
        assert_eq!(spans, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        rest.answered();
        assert_eq!(rest.until(now), None);
    }

    #[test]
    fn a_longer_wish_is_not_shortened_and_none_outlives_a_clock_that_went_back() {
        let (mut rest, now) = (Rest::default(), Timestamp::from_secs(1_000_000));
        rest.asked_for(now, Duration::from_secs(900));
        rest.asked_for(now, Duration::from_secs(60));
        assert_eq!(rest.until(now), Some(now.after(Duration::from_secs(900))));
        assert_eq!(rest.until(Timestamp::from_secs(0)), None);
        rest.asked_for(now, Duration::MAX);
        rest.answered();
        assert_eq!(rest.until(now), Some(now.after(WISH)), "another answer does not end it");
    }
}
