//! Group commit: whoever waits first flushes for all who wait by then.
//!
//! sled 0.34's `flush` ends in `sync_file_range`, which a power cut undoes; so its file is opened
//! once more (`live`) and `fdatasync`ed after each flush. After an error the kernel may have dropped the dirty
//! pages, so no later success can be trusted: the store fails closed until it is opened again. Who waited for
//! the failed commit has had its error by then, so opening again begins with nothing owed.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::live::Live;
use crate::store::{Result, StoreError};

/// What nobody waits for is durable with what came this much later, or with what somebody does wait for.
const SOON: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Committer {
    state: Mutex<State>,
    turn: Condvar,
}

#[derive(Default)]
struct State {
    asked: u64,
    done: u64,
    running: bool,
    /// Since when something waits to be committed with something else.
    owed: Option<Instant>,
    failed: Option<String>,
}

impl Committer {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses once a commit has failed.
    pub(super) fn check(&self) -> Result<()> {
        match &self.state().failed {
            Some(why) => Err(StoreError::Failed(why.clone())),
            None => Ok(()),
        }
    }

    /// Nothing more is written after this, until [`Committer::begin_anew`].
    pub(super) fn fail(&self, why: String) -> StoreError {
        let mut state = self.state();
        let why = state.failed.get_or_insert(why).clone();
        self.turn.notify_all();
        StoreError::Failed(why)
    }

    /// The database was opened anew: what is in it now is on the disk.
    pub(super) fn begin_anew(&self) {
        let mut state = self.state();
        state.failed = None;
        state.owed = None;
        state.done = state.asked;
    }

    /// Whether [`Committer::owe`] would say that the moment is over.
    pub(super) fn owes_long(&self) -> bool {
        self.state().owed.is_some_and(|since| since.elapsed() >= SOON)
    }

    /// Something was written that may be lost in a crash, if it is of the last moment. Says whether that moment is over.
    pub(super) fn owe(&self) -> bool {
        self.state().owed.get_or_insert_with(Instant::now).elapsed() >= SOON
    }

    /// Nothing comes any more.
    pub(super) fn settle(&self, live: &Live) -> Result<()> {
        let owes = self.state().owed.is_some();
        if owes { self.commit(live) } else { Ok(()) }
    }

    /// Returns when all that was applied before the call is durable.
    pub(super) fn commit(&self, live: &Live) -> Result<()> {
        let mut state = self.state();
        state.asked += 1;
        let ticket = state.asked;
        loop {
            if let Some(why) = &state.failed {
                return Err(StoreError::Failed(why.clone()));
            }
            if state.done >= ticket {
                return Ok(());
            }
            if state.running {
                state = self.turn.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.running = true;
            let covers = state.asked;
            state.owed = None;
            drop(state);
            let result = live.sync();
            state = self.state();
            state.running = false;
            match result {
                Ok(()) => state.done = covers,
                Err(why) => state.failed = Some(why),
            }
            self.turn.notify_all();
        }
    }
}
