//! What time it is while something is asked, counted on from when the work began.

use std::time::{Duration, SystemTime};

use crate::model::Timestamp;

/// Times are whole seconds: a part of the one in which the work began was over, and so of the one in which it is now.
const PART: Duration = Duration::from_secs(1);

/// Waiting for a place, several hops, a machine that was asleep: what a host says counts from when it says it, and it may
/// say it long after the work began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch {
    began_at: Timestamp,
    /// Of the clock that goes on while the machine sleeps.
    began: SystemTime,
}

impl Watch {
    pub(super) fn start(now: Timestamp) -> Self {
        Self { began_at: now, began: SystemTime::now() }
    }

    /// Not after the true time.
    pub(super) fn now(self) -> Timestamp {
        self.began_at.after(self.passed())
    }

    /// Of what lasts from now on: the true time, or up to a second after it, when one that [`super::get::retry_asked`] adds
    /// is counted in.
    pub(super) fn hence(self) -> Timestamp {
        self.began_at.after(self.passed() + PART)
    }

    /// Nothing, if the clock went back.
    fn passed(self) -> Duration {
        self.began.elapsed().unwrap_or_default()
    }

    #[cfg(test)]
    pub(super) fn began_before(now: Timestamp, span: Duration) -> Self {
        Self { began_at: now, began: SystemTime::now() - span }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_from_when_the_work_began_and_never_back() {
        let now = Timestamp::from_secs(1000);
        let watch = Watch::began_before(now, Duration::from_millis(20_500));
        assert_eq!((watch.now().secs(), watch.hence().secs()), (1020, 1021));
        let ahead = Watch { began_at: now, began: SystemTime::now() + Duration::from_secs(99) };
        assert_eq!((ahead.now().secs(), ahead.hence().secs()), (1000, 1001));
    }
}
