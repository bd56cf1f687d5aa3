//! Group commit: whoever waits first flushes for all who wait by then.
//!
//! sled 0.34's `flush` ends in `sync_file_range`, which a power cut undoes; so its file is opened here
//! once more and `fdatasync`ed after each flush. After an error the kernel may have dropped the dirty
//! pages, so no later success can be trusted: the store fails closed until it is opened again.

use std::fs::File;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::store::{Result, StoreError};

pub(super) struct Committer {
    db: ::sled::Db,
    file: File,
    state: Mutex<State>,
    turn: Condvar,
}

#[derive(Default)]
struct State {
    asked: u64,
    done: u64,
    running: bool,
    failed: Option<String>,
}

impl Committer {
    pub(super) fn open(db: ::sled::Db, path: &Path) -> Result<Self> {
        let io = |what: String| move |error| StoreError::Io { what, error };
        let name = path.join("db");
        let file =
            File::open(&name).map_err(io(format!("can't open {} for syncing", name.display())))?;
        // The file's own name must survive a power cut as well.
        for dir in [Some(path), path.parent()].into_iter().flatten() {
            File::open(dir)
                .and_then(|d| d.sync_all())
                .map_err(io(format!("can't sync the folder {}", dir.display())))?;
        }
        Ok(Self { db, file, state: Mutex::default(), turn: Condvar::new() })
    }

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

    /// Returns when all that was applied before the call is durable.
    pub(super) fn commit(&self) -> Result<()> {
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
            drop(state);
            let result = self.sync();
            state = self.state();
            state.running = false;
            match result {
                Ok(()) => state.done = covers,
                Err(why) => state.failed = Some(why),
            }
            self.turn.notify_all();
        }
    }

    fn sync(&self) -> std::result::Result<(), String> {
        self.db.flush().map_err(|error| format!("flush failed: {error}"))?;
        self.file.sync_data().map_err(|error| format!("fdatasync failed: {error}"))
    }
}
