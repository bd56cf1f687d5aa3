//! A recogniser that fails is left alone for a while, by all recordings together: none is fetched for it meanwhile.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::trouble::Trouble;
use crate::model::Timestamp;

/// How the recogniser does.
#[derive(Default)]
pub struct Rest(Mutex<State>);

#[derive(Default)]
struct State {
    /// In a row.
    failures: u32,
    until: Timestamp,
    what: String,
    hint: String,
}

impl Rest {
    /// Refuses while it rests.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), Trouble> {
        let state = self.lock();
        if now >= state.until {
            return Ok(());
        }
        let (what, hint) = (state.what.clone(), state.hint.clone());
        Err(Trouble::Retry { what, hint, after: Some(state.until.since(now)), progress: false })
    }

    pub(super) fn well(&self) {
        *self.lock() = State::default();
    }

    pub(super) fn failed(&self, trouble: &Trouble, now: Timestamp) {
        let Trouble::Retry { what, hint, after, .. } = trouble else { return };
        let mut state = self.lock();
        // Until shortly before the recording that met it is tried again, so that this one is the first.
        let wait = Trouble::wait(state.failures, *after).saturating_sub(Duration::from_secs(5));
        state.failures = state.failures.saturating_add(1);
        state.until = now.after(wait);
        (state.what, state.hint) = (what.clone(), hint.clone());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_longer_each_time_until_it_is_well() {
        let rest = Rest::default();
        let at = Timestamp::from_secs;
        assert!(rest.check(at(1000)).is_ok());
        rest.failed(&Trouble::retry("down", "wait"), at(1000));
        assert!(rest.check(at(1054)).is_err());
        assert!(rest.check(at(1055)).is_ok());
        rest.failed(&Trouble::retry("down", "wait"), at(1060));
        assert!(matches!(rest.check(at(1100)), Err(Trouble::Retry { what, .. }) if what == "down"));
        rest.well();
        assert!(rest.check(at(1100)).is_ok());
    }
}
