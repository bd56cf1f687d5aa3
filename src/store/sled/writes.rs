//! What one write changes, and light changes that wait to be applied with others. Knows keys and bytes only.
//!
//! sled 0.34 writes and syncs its log twice for each batch, whatever is in it. So polls without news, to which nobody waits
//! for an answer, are put together: they lie here until anything else is written or any row but one by its key is asked for,
//! and readers by key find them here. A crash forgets them, which costs one request each.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ::sled::IVec;

/// Rows put and taken, applied all at once.
#[derive(Debug, Default)]
pub(super) struct Writes(HashMap<IVec, Option<IVec>>);

impl Writes {
    pub(super) fn insert(&mut self, key: impl Into<IVec>, value: impl Into<IVec>) {
        self.0.insert(key.into(), Some(value.into()));
    }

    pub(super) fn remove(&mut self, key: impl Into<IVec>) {
        self.0.insert(key.into(), None);
    }

    pub(super) fn into_batch(self) -> ::sled::Batch {
        let mut batch = ::sled::Batch::default();
        for (key, value) in self.0 {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        batch
    }
}

/// Light changes that are not in the database yet.
#[derive(Default)]
pub(super) struct Pending(Mutex<Writes>);

/// Nobody reads or adds meanwhile.
pub(super) struct Held<'a>(MutexGuard<'a, Writes>);

impl Pending {
    pub(super) fn hold(&self) -> Held<'_> {
        Held(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Held<'_> {
    /// Adds what came later.
    pub(super) fn add(&mut self, later: Writes) {
        self.0.0.extend(later.0);
    }

    /// `Some` if the row waits here: its bytes, or that it is taken.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<IVec>> {
        self.0.0.get(key).cloned()
    }

    /// All of it, older than `later`, which goes with it.
    pub(super) fn with(&mut self, later: Writes) -> Writes {
        let mut all = std::mem::take(&mut *self.0);
        all.0.extend(later.0);
        all
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{JobKind, PollState, Source, SourceStatus, Timestamp, Visibility};
    use crate::store::sled::{Mint, SledStore, open};
    use crate::store::{JobStore, PollOutcome, SourceStore, StoreError, UpkeepStore, WholeStore};

    const BEGUN: i64 = 1000;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn filled(dir: &std::path::Path, count: usize) -> (SledStore, Vec<Source>) {
        let begun = std::time::Instant::now();
        let store = loop {
            // A program that another test starts at this moment holds the file until it is its own.
            match open(dir, &Mint { now: at(BEGUN), host: "x", random: "r" }) {
                Err(StoreError::Locked(_)) if begun.elapsed().as_secs() < 20 => {
                    std::thread::yield_now();
                }
                opened => break opened.unwrap(),
            }
        };
        let source = |n| {
            let url = format!("https://{n}.example/feed");
            crate::pipeline::new_source(&url, None, Visibility::Public, at(BEGUN)).unwrap()
        };
        let sources: Vec<Source> = (0..count).map(source).collect();
        for source in &sources {
            store.add_source(source.clone()).unwrap();
        }
        (store, sources)
    }

    /// A poll that learned nothing.
    fn quiet(source: &Source, now: i64, next: i64) -> PollOutcome {
        let times = (Some(at(now)), at(next));
        let state = PollState {
            last: times.0,
            last_success: times.0,
            next: times.1,
            ..source.poll.clone()
        };
        PollOutcome {
            source: source.id.clone(),
            state,
            status: SourceStatus::Active,
            url: None,
            profile: None,
            new: Vec::new(),
            changed: Vec::new(),
        }
    }

    fn due(store: &SledStore, now: i64) -> Vec<JobKind> {
        let jobs = store.due_jobs(at(now), 99, &|_| false).unwrap();
        jobs.into_iter().map(|job| job.kind).collect()
    }

    #[test]
    fn polls_without_news_wait_for_each_other_and_nobody_reads_what_was_before() {
        let dir = tempfile::tempdir().unwrap();
        let (store, sources) = filled(dir.path(), 3);
        assert_eq!(due(&store, BEGUN).len(), 3);
        for source in &sources[..2] {
            store.save_poll(quiet(source, BEGUN, BEGUN + 900)).unwrap();
        }
        assert!(!store.pending.hold().is_empty(), "nobody asked for it yet");
        // By its key, while it waits; then by a scan, which has it applied.
        let first = store.source(&sources[0].id).unwrap().unwrap();
        assert_eq!(first.poll.next, at(BEGUN + 900));
        assert!(!store.pending.hold().is_empty());
        assert_eq!(due(&store, BEGUN), [JobKind::Poll(sources[2].id.clone())]);
        assert!(store.pending.hold().is_empty());
        assert_eq!(due(&store, BEGUN + 900).len(), 3);
        assert_eq!(store.next_due(at(BEGUN)).unwrap(), Some(at(BEGUN + 900)));
    }

    #[test]
    fn only_a_poll_that_learned_nothing_is_saved_without_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let (store, sources) = filled(dir.path(), 2);
        assert!(store.save_quiet_poll(&quiet(&sources[0], BEGUN, BEGUN + 900)).unwrap());
        let mut moved = quiet(&sources[1], BEGUN, BEGUN + 900);
        moved.url = Some("https://elsewhere.example/".into());
        let mut failed = quiet(&sources[1], BEGUN, BEGUN + 900);
        failed.state.failures = 1;
        let mut gone = quiet(&sources[1], BEGUN, BEGUN + 900);
        gone.status = SourceStatus::Gone;
        let mut stranger = quiet(&sources[1], BEGUN, BEGUN + 900);
        stranger.source = crate::model::SourceId::for_feed("https://9.example/feed");
        for outcome in [moved, failed, gone, stranger] {
            assert!(!store.save_quiet_poll(&outcome).unwrap());
        }
        store.set_status(&sources[1].id, SourceStatus::Paused, at(BEGUN)).unwrap();
        let outcome = quiet(&sources[1], BEGUN, BEGUN + 900);
        assert!(!store.save_quiet_poll(&outcome).unwrap(), "a pause during the poll wins");
        assert_eq!(due(&store, BEGUN + 900), [JobKind::Poll(sources[0].id.clone())]);
    }

    #[test]
    fn what_is_written_later_goes_over_what_waits() {
        let dir = tempfile::tempdir().unwrap();
        let (store, sources) = filled(dir.path(), 2);
        store.save_poll(quiet(&sources[0], BEGUN, BEGUN + 900)).unwrap();
        store.save_poll(quiet(&sources[0], BEGUN + 1, BEGUN + 50)).unwrap();
        store.save_poll(quiet(&sources[1], BEGUN, BEGUN + 900)).unwrap();
        store.defer_job(&JobKind::Poll(sources[1].id.clone()), at(BEGUN + 60)).unwrap();
        assert!(store.pending.hold().is_empty(), "it went with that");
        assert_eq!(due(&store, BEGUN + 60).len(), 2);
        assert_eq!(store.jobs_queued().unwrap(), 2);
        drop(store);
        // And it is all there after a stop.
        let (store, _) = filled(dir.path(), 0);
        assert_eq!(due(&store, BEGUN + 60).len(), 2);
    }

    #[test]
    fn a_stop_writes_what_waits() {
        let dir = tempfile::tempdir().unwrap();
        let (store, sources) = filled(dir.path(), 1);
        store.save_poll(quiet(&sources[0], BEGUN, BEGUN + 900)).unwrap();
        drop(store);
        let (store, _) = filled(dir.path(), 0);
        let source = store.source(&sources[0].id).unwrap().unwrap();
        assert_eq!(source.poll.next, at(BEGUN + 900));
        assert!(due(&store, BEGUN).is_empty());
    }

    #[test]
    fn reading_goes_on_where_it_can_t_be_written() {
        let dir = tempfile::tempdir().unwrap();
        let (store, sources) = filled(dir.path(), 2);
        store.save_poll(quiet(&sources[0], BEGUN, BEGUN + 900)).unwrap();
        let _ = store.committer.fail("the disk went away".into());
        assert_eq!(store.sources().unwrap().len(), 2);
        assert!(store.save_poll(quiet(&sources[1], BEGUN, BEGUN + 900)).is_err());
        store.writable().unwrap();
        assert_eq!(due(&store, BEGUN), [JobKind::Poll(sources[1].id.clone())], "it was kept");
    }
}
