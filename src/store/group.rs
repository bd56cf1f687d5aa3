//! Calls to the store that come within moments of each other, made together: each costs a way to another thread and back,
//! and each write what the database takes for one. Whoever calls waits for the answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use super::{Result, Store, StoreError};

/// With so many waiting nobody waits longer.
const MOST: usize = 16;

type Waiting<I, O> = (I, oneshot::Sender<Result<O>>);

/// What waits to be called.
pub(super) struct Group<I, O> {
    /// How long the first waits for others.
    moment: Duration,
    /// Answers in the order of the calls.
    call: fn(&dyn Store, Vec<I>) -> Vec<Result<O>>,
    waiting: Mutex<Vec<Waiting<I, O>>>,
    full: Notify,
}

impl<I: Send + 'static, O: Send + 'static> Group<I, O> {
    pub fn new(moment: Duration, call: fn(&dyn Store, Vec<I>) -> Vec<Result<O>>) -> Arc<Self> {
        Arc::new(Self { moment, call, waiting: Mutex::default(), full: Notify::new() })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waiting<I, O>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call.
    pub async fn call(self: &Arc<Self>, store: &Arc<dyn Store>, with: I) -> Result<O> {
        let (tell, told) = oneshot::channel();
        let waiting = {
            let mut waiting = self.lock();
            waiting.push((with, tell));
            waiting.len()
        };
        if waiting == 1 {
            // In a task of its own: whoever is first may be made to end, and the others with it.
            tokio::spawn(Arc::clone(self).run(Arc::clone(store)));
        } else if waiting == MOST {
            self.full.notify_one();
        }
        told.await.unwrap_or_else(|_| Err(StoreError::Failed("a store call panicked".into())))
    }

    async fn run(self: Arc<Self>, store: Arc<dyn Store>) {
        // Only shortens the wait; a permit that is left over shortens another.
        let _ = tokio::time::timeout(self.moment, self.full.notified()).await;
        let (calls, tell): (Vec<_>, Vec<_>) = std::mem::take(&mut *self.lock()).into_iter().unzip();
        let call = self.call;
        // A panic drops those who would tell, which says it.
        if let Ok(answers) = tokio::task::spawn_blocking(move || call(&*store, calls)).await {
            for (tell, answer) in tell.into_iter().zip(answers) {
                // Who was made to end hears nothing.
                let _ = tell.send(answer);
            }
        }
    }
}
