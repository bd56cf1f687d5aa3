//! The one way from async code to the store: each call runs on the blocking pool.

use std::sync::Arc;

use super::{Result, Store, StoreError};

/// A handle that many tasks share.
#[derive(Clone)]
pub struct Door(Arc<dyn Store>);

impl Door {
    /// Around a backend.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }

    /// Runs `call` where it may block.
    ///
    /// # Errors
    /// What the call gives; [`StoreError::Failed`] if it panicked.
    pub async fn call<T, F>(&self, call: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Store) -> Result<T> + Send + 'static,
    {
        let store = Arc::clone(&self.0);
        match tokio::task::spawn_blocking(move || call(&*store)).await {
            Ok(result) => result,
            Err(error) => Err(StoreError::Failed(format!("a store call panicked: {error}"))),
        }
    }

    /// Runs `call` here and now: for one row by its key, which is nearly always in memory, and for what hardly waits. Handing
    /// it to another thread and back costs a poll without news more than the reading does; at worst the disk is read once.
    ///
    /// # Errors
    /// What the call gives.
    pub fn glance<T>(&self, call: impl FnOnce(&dyn Store) -> Result<T>) -> Result<T> {
        call(&*self.0)
    }

    /// For code that may block already (command-line verbs, tests, start-up).
    pub fn blocking(&self) -> &dyn Store {
        &*self.0
    }
}
