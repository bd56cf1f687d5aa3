//! The one way from async code to the store: each call runs on the blocking pool.

use std::sync::Arc;
use std::time::Duration;

use super::group::Group;
use super::{PollOutcome, Result, Store, StoreError};
use crate::model::{Source, SourceId};

/// How long a poll waits for others before it reads, and before it writes.
const MOMENTS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(5));

/// A handle that many tasks share.
#[derive(Clone)]
pub struct Door {
    store: Arc<dyn Store>,
    sources: Arc<Group<SourceId, Option<Source>>>,
    polls: Arc<Group<PollOutcome, Option<usize>>>,
}

impl Door {
    /// Around a backend.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let sources = Group::new(MOMENTS.0, |store, ids: Vec<SourceId>| {
            ids.iter().map(|id| store.source(id)).collect()
        });
        let polls = Group::new(MOMENTS.1, |store, outcomes: Vec<PollOutcome>| {
            match store.save_polls(outcomes.clone()) {
                Ok(new) => new.into_iter().map(Ok).collect(),
                // One of them may be to blame. What is known already is not new again.
                Err(_) => outcomes.into_iter().map(|one| alone(store, one)).collect(),
            }
        });
        Self { store, sources, polls }
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
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || call(&*store)).await {
            Ok(result) => result,
            Err(error) => Err(StoreError::Failed(format!("a store call panicked: {error}"))),
        }
    }

    /// A source that is to be polled, read with others of the same moment.
    ///
    /// # Errors
    /// As [`super::SourceStore::source`].
    pub async fn polled(&self, id: &SourceId) -> Result<Option<Source>> {
        self.sources.call(&self.store, id.clone()).await
    }

    /// Records a poll, with others of the same moment.
    ///
    /// # Errors
    /// As [`super::SourceStore::save_poll`].
    pub async fn save_poll(&self, outcome: PollOutcome) -> Result<usize> {
        let gone = StoreError::Gone(format!("source {}", outcome.source));
        self.polls.call(&self.store, outcome).await?.ok_or(gone)
    }

    /// For code that may block already (command-line verbs, tests, start-up).
    pub fn blocking(&self) -> &dyn Store {
        &*self.store
    }
}

fn alone(store: &dyn Store, outcome: PollOutcome) -> Result<Option<usize>> {
    Ok(store.save_polls(vec![outcome])?.pop().flatten())
}
