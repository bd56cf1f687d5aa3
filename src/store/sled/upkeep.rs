//! What keeps the store well, as the contract asks; and what was set aside.

use super::writes::Writes;
use super::{SledStore, bodies, check, compact, keep, keys, record};
use crate::model::{Item, ItemState, Job, JobKind, SourceId, Timestamp};
use crate::store::{Compacted, Forgotten, Report, Result, UpkeepStore, Usage};

impl UpkeepStore for SledStore {
    fn writable(&self) -> Result<()> {
        self.space.check()?;
        if self.committer.check().is_err() {
            self.revive()?;
        }
        Ok(())
    }

    fn usage(&self) -> Result<Usage> {
        Ok(Usage {
            database: bodies::size(&self.dir.join("store")),
            bodies: self.bodies.size(),
            free: self.space.free().unwrap_or(0),
            floor: self.space.floor(),
        })
    }

    fn check(&self, repair: bool, now: Timestamp) -> Result<Report> {
        check::run(self, repair, now)
    }

    fn compact(&self) -> Result<Compacted> {
        compact::run(self)
    }

    fn forget_texts(&self, before: Option<Timestamp>, most: Option<u64>) -> Result<Forgotten> {
        keep::forget(self, before, most)
    }

    fn set_aside(&self, limit: usize) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        for key in self.db()?.scan_prefix(keys::ASIDE).keys().take(limit) {
            let key = key?;
            let id = key.get(keys::ASIDE.len()..).unwrap_or_default();
            items.extend(self.read::<Item>([keys::ITEM, id].concat())?);
        }
        Ok(items)
    }

    fn troubled(&self, limit: usize) -> Result<Vec<Job>> {
        let mut jobs = Vec::new();
        for row in self.db()?.scan_prefix(keys::JOB) {
            let (key, value) = row?;
            let job: Job = record::decode(&value, &String::from_utf8_lossy(&key))?;
            if job.attempts > 0 && jobs.len() < limit {
                jobs.push(job);
            }
        }
        Ok(jobs)
    }

    fn retry(&self, source: Option<&SourceId>, now: Timestamp) -> Result<usize> {
        let aside = UpkeepStore::set_aside(self, usize::MAX)?;
        let troubled = UpkeepStore::troubled(self, usize::MAX)?;
        let held = self.writer();
        let mut batch = Writes::default();
        let mut count = 0;
        for item in aside {
            let Some(mut item) = self.read::<Item>(keys::item(&item.id))? else { continue };
            if item.state != ItemState::Failed || source.is_some_and(|id| *id != item.source) {
                continue;
            }
            // From the beginning: its words may be at fault, too.
            item.state = ItemState::New;
            item.transcript = None;
            item.problem = None;
            batch.remove(keys::aside(&item.id));
            self.enqueue(&mut batch, &Job::new(JobKind::Transcribe(item.id.clone()), now))?;
            batch.insert(keys::item(&item.id), record::encode(&item)?);
            count += 1;
        }
        for job in troubled {
            let of = match &job.kind {
                JobKind::Poll(id) => Some(id.clone()),
                JobKind::Transcribe(id)
                | JobKind::Recognise(id)
                | JobKind::Extract(id)
                | JobKind::Write(id)
                | JobKind::Relate(id) => {
                    self.read::<Item>(keys::item(id))?.map(|item: Item| item.source)
                }
                JobKind::Compose(_) | JobKind::Embed => None,
            };
            if source.is_none_or(|id| of.as_ref() == Some(id)) {
                self.enqueue(&mut batch, &Job::new(job.kind, now))?;
                count += 1;
            }
        }
        self.finish(batch, held)?;
        Ok(count)
    }
}

/// Whether an item is listed as set aside.
pub(super) fn aside_key(item: &Item) -> Option<Vec<u8>> {
    (item.state == ItemState::Failed).then(|| keys::aside(&item.id))
}

#[cfg(test)]
mod tests {
    use super::super::{Mint, open};
    use super::*;
    use crate::model::Visibility;
    use crate::store::{Added, Scope, SourceStore, Space, StoreError, WholeStore};

    fn source(n: usize) -> crate::model::Source {
        let url = format!("https://{n}.example/feed");
        crate::pipeline::new_source(&url, None, Visibility::Public, Timestamp::default()).unwrap()
    }

    /// The lock lies with the open file, and a program that another test starts at this moment holds that file too until
    /// it is its own.
    fn empty(dir: &std::path::Path) -> SledStore {
        let begun = std::time::Instant::now();
        loop {
            match open(dir, &Mint { now: Timestamp::from_secs(9), host: "x", random: "r" }) {
                Err(StoreError::Locked(_)) if begun.elapsed().as_secs() < 20 => {
                    std::thread::yield_now();
                }
                opened => return opened.unwrap(),
            }
        }
    }

    #[test]
    fn after_a_failure_of_the_disk_it_reads_on_and_is_opened_anew() {
        let dir = tempfile::tempdir().unwrap();
        let store = empty(dir.path());
        store.add_source(source(1)).unwrap();
        let _ = store.committer.fail("the disk went away".into());
        let refused = store.add_source(source(2)).unwrap_err();
        assert!(refused.to_string().contains("the disk went away"), "{refused}");
        assert_eq!(store.sources().unwrap().len(), 1, "reading goes on");
        assert!(crate::store::BodyStore::put_body(&store, b"a text").is_err());
        store.writable().unwrap();
        assert_eq!(store.add_source(source(2)).unwrap(), Added::New);
        drop(store);
        assert_eq!(empty(dir.path()).sources().unwrap().len(), 2);
    }

    #[test]
    fn who_reads_keeps_the_exchange_waiting_and_is_not_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let store = empty(dir.path());
        store.add_source(source(1)).unwrap();
        let scan = store.db().unwrap().scan_prefix(keys::SOURCE);
        let _ = store.committer.fail("the disk went away".into());
        std::thread::scope(|scope| {
            let revived = scope.spawn(|| store.writable());
            assert_eq!(scan.count(), 1);
            revived.join().unwrap().unwrap();
        });
        assert_eq!(store.counts().unwrap().sources, 1);
    }

    #[test]
    fn below_the_floor_nothing_new_is_taken() {
        use crate::store::FeedStore;
        let dir = tempfile::tempdir().unwrap();
        let store = empty(dir.path()).keeping_free(Space::new(dir.path(), u64::MAX));
        let full = store.add_source(source(1)).unwrap_err();
        assert!(matches!(full, StoreError::Full { .. }), "{full}");
        assert!(full.to_string().contains("goes on by itself"), "{full}");
        assert!(matches!(store.writable(), Err(StoreError::Full { .. })));
        assert!(store.insights_for(&Scope::Latest, None, None, 9).unwrap().is_empty());
        let store = store.keeping_free(Space::new(dir.path(), 1));
        assert!(store.writable().is_ok() && store.add_source(source(1)).is_ok());
    }
}
