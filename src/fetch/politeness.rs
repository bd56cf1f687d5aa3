//! At most so many requests at once to one host and port, never two closer than a gap, none while the host rests.
//! Knows hosts by name only; what a failure means is [`super::rest`]'s to say.
//!
//! When a request is really sent is not known: looking a name up, connecting, or a program that gets no processor or was
//! stopped, may lie between its turn and its first byte. Known is that it was sent before its answer came. So its turn lasts
//! until then, and the gap begins there: however late one is sent, the next can't follow on its heels. Those whose answers are
//! being read hold a place, not the turn.

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
    gate: Arc<Gate>,
    rest: Rest,
}

struct Gate {
    places: Arc<Semaphore>,
    /// Whose request may be on its way: one.
    turn: Arc<Semaphore>,
    /// Before this, no further request begins.
    next: Mutex<Instant>,
}

/// A place at a host, and the turn to ask it, until these are dropped.
pub(super) struct Place {
    gate: Arc<Gate>,
    gap: Duration,
    turn: Option<OwnedSemaphorePermit>,
    _place: OwnedSemaphorePermit,
}

impl Place {
    /// The request has been sent by now, or never will be: the next one may begin after a gap.
    pub(super) fn sent(&mut self) {
        if let Some(turn) = self.turn.take() {
            *self.gate.next() = Instant::now() + self.gap;
            drop(turn);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.sent();
    }
}

impl Gate {
    fn next(&self) -> MutexGuard<'_, Instant> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gates {
    pub(super) fn new(at_once: usize, gap: Duration) -> Self {
        Self { at_once: at_once.max(1), gap, hosts: Mutex::default() }
    }

    /// Waits for a place and a turn; both are free again when what is given is dropped. `None` if there is no place now and
    /// `patient` is false: who waits at a slow host would keep others from being asked.
    pub(super) async fn enter(&self, url: &Url, patient: bool) -> Option<Place> {
        let gate = self.with(&name(url), |host| Arc::clone(&host.gate));
        let places = Arc::clone(&gate.places);
        // The semaphores are never closed.
        let place = if patient {
            places.acquire_owned().await.ok()?
        } else {
            places.try_acquire_owned().ok()?
        };
        if self.gap.is_zero() {
            // Nothing to keep, so nobody waits for an answer that is not theirs.
            return Some(Place { gate, gap: self.gap, turn: None, _place: place });
        }
        let turn = Arc::clone(&gate.turn).acquire_owned().await.ok()?;
        // Whose turn it is changes `next` when it ends, and nobody else does.
        let next = *gate.next();
        tokio::time::sleep_until(next).await;
        Some(Place { gate, gap: self.gap, turn: Some(turn), _place: place })
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
            let now = Instant::now();
            hosts.retain(|_, host| {
                let asked = Arc::strong_count(&host.gate) > 1 || *host.gate.next() > now;
                asked || !host.rest.is_well()
            });
            // More hosts in trouble than are remembered: the newest trouble is the one that matters.
            if hosts.len() >= MOST {
                hosts.retain(|_, host| Arc::strong_count(&host.gate) > 1);
            }
        }
        let gate = Arc::new(Gate {
            places: Arc::new(Semaphore::new(self.at_once)),
            turn: Arc::new(Semaphore::new(1)),
            next: Mutex::new(Instant::now()),
        });
        let fresh = Host { gate, rest: Rest::default() };
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
        let mut first = gates.enter(&a, true).await.unwrap();
        first.sent();
        let mut second = gates.enter(&a, true).await.unwrap();
        second.sent();
        assert_eq!(start.elapsed(), Duration::from_millis(250));
        assert!(gates.enter(&a, false).await.is_none(), "both places are taken");
        let _other = gates.enter(&b, false).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_millis(250), "another host has its own gap");
        drop(first);
        let _third = gates.enter(&a, false).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_millis(500));
    }

    #[tokio::test(start_paused = true)]
    async fn the_gap_begins_when_a_request_has_been_sent_for_certain_however_late_that_is() {
        let gates = Gates::new(2, Duration::from_millis(250));
        let url = Url::parse("http://a.example/").unwrap();
        let start = Instant::now();
        for give_up in [false, true] {
            let mut first = gates.enter(&url, false).await.unwrap();
            let begun = start.elapsed();
            let mut second = std::pin::pin!(gates.enter(&url, false));
            // The program is stopped for an hour, or connecting takes as long, before a byte of the first is sent.
            let hour = Duration::from_secs(3600);
            assert!(
                tokio::time::timeout(hour, &mut second).await.is_err(),
                "two at the same moment"
            );
            if give_up {
                drop(first);
            } else {
                first.sent();
            }
            let second = second.await.unwrap();
            assert_eq!(start.elapsed() - begun, hour + Duration::from_millis(250));
            drop(second);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_gap_nobody_waits_for_another_s_answer() {
        let gates = Gates::new(2, Duration::ZERO);
        let url = Url::parse("http://a.example/").unwrap();
        let start = Instant::now();
        let _first = gates.enter(&url, false).await.unwrap();
        let _second = gates.enter(&url, false).await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert!(gates.enter(&url, false).await.is_none(), "both places are taken");
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
