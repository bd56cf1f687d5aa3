//! Our WebSub hub (W3C WebSub), for our own public feeds only: who asks for it at `/websub` is told of a feed's new
//! entries within seconds. What was told is kept with each listener, so nothing has to be queued, and a restart forgets
//! nothing. Feeds for one reader are no topics: a topic's address is kept and shown to the callback's host, and theirs
//! is a secret of which only a hash is kept.

mod ask;
mod deliver;
mod run;
#[cfg(test)]
mod tests;
mod topic;
mod verify;

use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use crate::fetch::{Call, FetchError, Fetcher};
use crate::model::{Listener, Timestamp};

pub use ask::ask;
pub use run::run;

/// Listeners where nothing else is said.
const MOST: usize = 1000;
/// Listeners of one callback's host.
const OF_ONE_HOST: usize = 100;
/// Different questions that are topics: each is asked anew whenever something is published.
const QUESTIONS: usize = 100;
/// Requests to callbacks that are under way at once.
const AT_ONCE: usize = 32;
/// A callback answers within this time.
const PATIENCE: Duration = Duration::from_secs(10);
/// Until a host that had no place is tried again.
const HELD: Duration = Duration::from_millis(300);

/// What the door and the distributor share.
pub struct Hub {
    most: usize,
    bell: Notify,
    places: Semaphore,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(MOST)
    }
}

impl Hub {
    /// For at most so many listeners; closed if 0.
    pub fn new(most: usize) -> Self {
        Self { most, bell: Notify::new(), places: Semaphore::new(AT_ONCE) }
    }

    /// Whether there is one.
    pub fn is_open(&self) -> bool {
        self.most > 0
    }

    /// One request to a callback, when there is room for it here and at its host.
    async fn call(
        &self,
        fetcher: &Fetcher,
        url: &str,
        call: Call<'_>,
        now: Timestamp,
    ) -> Result<(u16, Vec<u8>), FetchError> {
        loop {
            // The semaphore is never closed.
            let place = self.places.acquire().await;
            match fetcher.call(url, call, PATIENCE, now).await {
                Err(FetchError::Busy { .. }) => {
                    drop(place);
                    tokio::time::sleep(HELD).await;
                }
                other => return other,
            }
        }
    }
}

/// Host and port of a listener's callback.
fn host(listener: &Listener) -> String {
    url::Url::parse(&listener.callback).map(|url| url.authority().to_owned()).unwrap_or_default()
}
