//! At most so many requests at once to one host and port.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

/// One gate a host.
pub(super) struct Gates {
    at_once: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Gates {
    pub(super) fn new(at_once: usize) -> Self {
        Self { at_once: at_once.max(1), hosts: Mutex::default() }
    }

    /// Waits for a place; it is free again when the permit is dropped.
    pub(super) async fn enter(&self, url: &Url) -> Option<OwnedSemaphorePermit> {
        let host = name(url);
        let gate = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            // Hosts without a request under way are forgotten, so the map stays as small as the load.
            if hosts.len() > 64 {
                hosts.retain(|_, gate| Arc::strong_count(gate) > 1);
            }
            let fresh = || Arc::new(Semaphore::new(self.at_once));
            Arc::clone(hosts.entry(host).or_insert_with(fresh))
        };
        // The semaphore is never closed; `None` can't come, and would mean "no limit" only.
        gate.acquire_owned().await.ok()
    }
}

/// Host and port, for messages as well.
pub(super) fn name(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.to_string(),
    }
}
