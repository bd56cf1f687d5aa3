//! At most so many requests at once to one host and port, never two closer than a gap, none while the host rests.
//! Knows hosts by name only; what a failure means is [`super::rest`]'s to say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

use super::rest::Rest;
use crate::model::Timestamp;

/// Hosts remembered at once, beside those with a request under way.
const MOST: usize = 4096;

/// One gate a host.
pub(super) struct Gates {
    at_once: usize,
    gap: Duration,
    hosts: Mutex<HashMap<String, Host>>,
}

struct Host {
    gate: Arc<Semaphore>,
    /// Before this, no further request begins.
    next: Instant,
    rest: Rest,
}

impl Gates {
    pub(super) fn new(at_once: usize, gap: Duration) -> Self {
        Self { at_once: at_once.max(1), gap, hosts: Mutex::default() }
    }

    /// Waits for a place; it is free again when the permit is dropped. `None` if there is none now and `patient` is
    /// false: who waits at a slow host would keep others from being asked.
    pub(super) async fn enter(&self, url: &Url, patient: bool) -> Option<OwnedSemaphorePermit> {
        let host = name(url);
        let gate = self.with(&host, |host| Arc::clone(&host.gate));
        let place = if patient {
            // The semaphore is never closed.
            gate.acquire_owned().await.ok()?
        } else {
            gate.try_acquire_owned().ok()?
        };
        let gap = self.gap;
        // Looked at again after each sleep, since sleeps end late on a busy machine.
        while let Some(begin) = self.with(&host, |host| {
            let now = Instant::now();
            if now < host.next {
                return Some(host.next);
            }
            host.next = now + gap;
            None
        }) {
            tokio::time::sleep_until(begin).await;
        }
        Some(place)
    }

    /// Until when the host is left alone, if it is.
    pub(super) fn resting(&self, url: &Url, now: Timestamp) -> Option<Timestamp> {
        self.hosts().get(&name(url)).and_then(|host| host.rest.until(now))
    }

    /// Changes what is known of how the host does.
    pub(super) fn note(&self, url: &Url, change: impl FnOnce(&mut Rest)) {
        self.with(&name(url), |host| change(&mut host.rest));
    }

    fn with<T>(&self, name: &str, work: impl FnOnce(&mut Host) -> T) -> T {
        let mut hosts = self.hosts();
        if let Some(host) = hosts.get_mut(name) {
            return work(host);
        }
        if hosts.len() >= MOST {
            hosts.retain(|_, host| Arc::strong_count(&host.gate) > 1 || !host.rest.is_well());
            // More hosts in trouble than are remembered: the newest trouble is the one that matters.
            if hosts.len() >= MOST {
                hosts.retain(|_, host| Arc::strong_count(&host.gate) > 1);
            }
        }
        let gate = Arc::new(Semaphore::new(self.at_once));
        let fresh = Host { gate, next: Instant::now(), rest: Rest::default() };
        work(hosts.entry(name.to_owned()).or_insert(fresh))
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_to_one_host_begin_a_gap_apart_and_so_many_at_once() {
        let gates = Gates::new(2, Duration::from_millis(250));
        let (a, b) =
            (Url::parse("http://a.example/x").unwrap(), Url::parse("http://b.example/").unwrap());
        let start = Instant::now();
        let first = gates.enter(&a, true).await.unwrap();
        let _second = gates.enter(&a, true).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_millis(250));
        assert!(gates.enter(&a, false).await.is_none(), "both places are taken");
        let _other = gates.enter(&b, false).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_millis(250), "another host has its own gap");
        drop(first);
        let _third = gates.enter(&a, false).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_millis(500));
    }

    #[tokio::test]
    async fn a_resting_host_is_remembered_when_thousands_of_others_come() {
        let gates = Gates::new(2, Duration::ZERO);
        let now = Timestamp::from_secs(1000);
        let down = Url::parse("http://down.example/").unwrap();
        gates.note(&down, |rest| rest.asked_for(now, Duration::from_secs(500)));
        for n in 0..2 * MOST {
            let url = Url::parse(&format!("http://h{n}.example/")).unwrap();
            drop(gates.enter(&url, true).await);
        }
        assert!(gates.hosts().len() <= MOST);
        assert_eq!(gates.resting(&down, now), Some(Timestamp::from_secs(1500)));
    }
}
