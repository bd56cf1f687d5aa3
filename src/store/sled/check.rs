//! What must hold between rows, indexes and bodies. All is looked at under the writer's lock. What can be derived anew is
//! mended if asked for; what can't be is only told.

mod readers;
mod texts;

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::feeds::rows;
use super::items::index_keys;
use super::mail::issue_key;
use super::record::{self, Record};
use super::sources::dated;
use super::upkeep::aside_key;
use super::writes::Writes;
use super::{SledStore, keys};
use crate::model::{
    Account, Call, Entry, Folder, Insight, Item, ItemState, Job, JobKind, Listener, Relation,
    Source, SourceStatus, Timestamp, Tombstone,
};
use crate::store::{Embedding, Finding, Report, Result, StoreError};
use crate::text::embed::MODEL;

/// Everything that is filed under a row's own name.
const FILES: [&[u8]; 8] = [b"xi/", b"xn/", b"xl/", b"xt/", b"xs/", b"xf/", b"xk/", b"xr/"];

/// A check on its way.
struct Look<'a> {
    store: &'a SledStore,
    db: ::sled::Db,
    now: Timestamp,
    report: Report,
    batch: Writes,
    /// Index rows that belong there, as hashes of key and value.
    filed: HashSet<u64>,
    /// Keys that are filed anew.
    anew: HashSet<Vec<u8>>,
    hasher: RandomState,
}

pub(super) fn run(store: &SledStore, repair: bool, now: Timestamp) -> Result<Report> {
    let mut held = store.writer();
    let mut look = Look {
        store,
        db: store.db()?,
        now,
        report: Report::default(),
        batch: Writes::default(),
        filed: HashSet::new(),
        anew: HashSet::new(),
        hasher: RandomState::new(),
    };
    look.sources()?;
    look.items()?;
    let last = look.insights()?;
    look.readers()?;
    look.jobs()?;
    look.others()?;
    look.stale()?;
    if last >= *held {
        look.mend(
            format!("the last number given out is {}, but {last} is in use", *held - 1),
            "later numbers begin above it",
            |batch| batch.insert(keys::SEQ, &last.to_be_bytes()),
        );
        *held = last + 1;
    }
    let Look { mut report, batch, db, .. } = look;
    drop(db);
    if repair && report.mended > 0 {
        store.finish(batch, held)?;
        return Ok(report);
    }
    report.mended = 0;
    Ok(report)
}

impl Look<'_> {
    fn tell(&mut self, what: String, mend: Option<&str>) {
        if self.report.findings.len() < Report::MOST {
            self.report.findings.push(Finding { what, mend: mend.map(str::to_owned) });
        } else {
            self.report.more += 1;
        }
    }

    /// Tells of what can be mended, and puts that into the batch.
    fn mend(&mut self, what: String, how: &str, change: impl FnOnce(&mut Writes)) {
        self.tell(what, Some(how));
        self.report.mended += 1;
        change(&mut self.batch);
    }

    fn tally(&mut self, kind: &str) {
        *self.report.looked_at.entry(kind.to_owned()).or_default() += 1;
    }

    /// All rows of a kind that can be read; the others are told of.
    fn all<T: Record>(
        &mut self,
        prefix: &'static [u8],
        mut each: impl FnMut(&mut Self, T) -> Result<()>,
    ) -> Result<()> {
        for row in rows::<T>(self.store, prefix) {
            self.tally(T::KIND);
            match row {
                Ok(row) => each(self, row)?,
                Err(error @ StoreError::Record { .. }) => self.tell(error.to_string(), None),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn mark(&self, key: &[u8], value: &[u8]) -> u64 {
        self.hasher.hash_one((key, value))
    }

    /// `key` must be there with `value`.
    fn file(&mut self, key: Vec<u8>, value: &[u8], of: &str) -> Result<()> {
        let mark = self.mark(&key, value);
        self.filed.insert(mark);
        if self.db.get(&key)?.is_none_or(|found| found != value) {
            let value = value.to_vec();
            self.anew.insert(key.clone());
            let what = format!("{of} is not filed under {}", shown(&key));
            self.mend(what, "it is filed anew", |batch| batch.insert(key, value));
        }
        Ok(())
    }

    fn has(&self, key: &[u8]) -> Result<bool> {
        Ok(self.db.contains_key(key)?)
    }

    fn queued(&mut self, kind: JobKind, why: &str) -> Result<()> {
        let name = kind.key();
        if self.has(&keys::job(&name))? {
            return Ok(());
        }
        let job = Job::new(kind, self.now);
        let row = record::encode(&job)?;
        let mark = self.mark(&keys::due(job.due, &name), b"");
        self.filed.insert(mark);
        self.mend(format!("{why}, but no job {name} is queued"), "it is queued", |batch| {
            batch.insert(keys::due(job.due, &name), Vec::new());
            batch.insert(keys::job(&name), row);
        });
        Ok(())
    }

    fn sources(&mut self) -> Result<()> {
        self.all::<Source>(keys::SOURCE, |look, source| {
            if source.status == SourceStatus::Active && source.feed_url().is_some() {
                let why = format!("the source {} is active", source.id);
                look.queued(JobKind::Poll(source.id), &why)?;
            }
            Ok(())
        })
    }

    fn items(&mut self) -> Result<()> {
        self.all::<Item>(keys::ITEM, |look, item| {
            let of = format!("the item {}", item.id);
            if !look.has(&keys::source(&item.source))? {
                look.tell(format!("{of} is of no source"), None);
            }
            look.file(keys::item_of(&item.source, dated(&item), &item.id), b"", &of)?;
            if let Some(key) = issue_key(&item) {
                look.file(key, item.id.as_str().as_bytes(), &of)?;
            }
            if let Some(key) = aside_key(&item) {
                look.file(key, b"", &of)?;
            }
            match item.state {
                ItemState::New => {
                    look.queued(JobKind::Transcribe(item.id.clone()), &format!("{of} is new"))?;
                }
                ItemState::Transcribed { .. } => {
                    let why = format!("{of} has its words");
                    look.queued(JobKind::Extract(item.id.clone()), &why)?;
                }
                ItemState::Drafted { .. } => {
                    let why = format!("{of} has its drafts");
                    look.queued(JobKind::Write(item.id.clone()), &why)?;
                }
                _ => {}
            }
            look.texts(&item)
        })
    }

    /// Gives the highest number in use.
    fn insights(&mut self) -> Result<u64> {
        let mut last = 0;
        let mut without = 0;
        self.all::<Insight>(keys::INSIGHT, |look, insight| {
            last = last.max(insight.seq);
            let of = format!("the insight {}", insight.id);
            for key in index_keys(&insight) {
                look.file(key, insight.id.as_str().as_bytes(), &of)?;
            }
            if !look.has(&keys::entry(&insight.id))? {
                look.tell(format!("{of} has no entry"), None);
            }
            if !look.has(&keys::item(&insight.item))? {
                look.tell(format!("{of} is of no item"), None);
            }
            let vector = look.db.get(keys::embedding(&insight.id))?;
            let vector = vector.and_then(|v| record::decode::<Embedding>(&v, "").ok());
            without += usize::from(vector.is_none_or(|vector| vector.model != MODEL));
            Ok(())
        })?;
        if without > 0 {
            let why = format!("{without} insights have no vector of {MODEL}");
            self.queued(JobKind::Embed, &why)?;
        }
        self.all::<Entry>(keys::ENTRY, |look, entry| {
            if !look.has(&keys::insight(&entry.insight))? {
                let what = format!("the entry {} is of no insight", entry.insight);
                look.mend(what, "it is removed", |batch| batch.remove(keys::entry(&entry.insight)));
            }
            Ok(())
        })?;
        self.all::<Embedding>(keys::EMBEDDING, |look, vector| {
            if !look.has(&keys::insight(&vector.insight))? {
                let key = keys::embedding(&vector.insight);
                let what = format!("a vector is of no insight: {}", vector.insight);
                look.mend(what, "it is removed", |batch| batch.remove(key));
            }
            Ok(())
        })?;
        Ok(last)
    }

    fn jobs(&mut self) -> Result<()> {
        self.all::<Job>(keys::JOB, |look, job| {
            let name = job.kind.key();
            let object = match &job.kind {
                JobKind::Poll(id) => Some(keys::source(id)),
                JobKind::Transcribe(id)
                | JobKind::Recognise(id)
                | JobKind::Extract(id)
                | JobKind::Write(id)
                | JobKind::Relate(id) => Some(keys::item(id)),
                JobKind::Compose(id) => Some(keys::subscriber(id)),
                JobKind::Embed => None,
            };
            match object {
                Some(key) if !look.has(&key)? => {
                    let what = format!("the job {name} is about nothing");
                    look.mend(what, "it is dropped", |batch| batch.remove(keys::job(&name)));
                    Ok(())
                }
                _ => look.file(keys::due(job.due, &name), b"", &format!("the job {name}")),
            }
        })
    }

    /// Rows that stand for themselves: they need only be readable.
    fn others(&mut self) -> Result<()> {
        self.all::<Folder>(keys::FOLDER, |_, _| Ok(()))?;
        self.all::<Tombstone>(keys::TOMBSTONE, |_, _| Ok(()))?;
        self.all::<Call>(keys::CALL, |_, _| Ok(()))?;
        self.all::<Account>(keys::ACCOUNT, |_, _| Ok(()))?;
        self.all::<Relation>(keys::RELATION, |look, relation| {
            let [row, index] = keys::relation(&relation.of, &relation.to);
            look.file(index, &row, &format!("a relation of the insight {}", relation.of))
        })?;
        self.all::<Listener>(keys::LISTENER, |_, _| Ok(()))
    }

    /// Index rows that nothing stands behind.
    fn stale(&mut self) -> Result<()> {
        for prefix in FILES.into_iter().chain([keys::DUE, keys::ASIDE]) {
            for row in self.db.scan_prefix(prefix) {
                let (key, value) = row?;
                self.tally("index");
                // One that is filed anew has the same key and another value.
                if !self.filed.contains(&self.mark(&key, &value)) && !self.anew.contains(&key[..]) {
                    let what = format!("nothing stands behind {}", shown(&key));
                    self.mend(what, "it is removed", |batch| batch.remove(key));
                }
            }
        }
        Ok(())
    }
}

/// A key for people: what is no text is left out.
fn shown(key: &[u8]) -> String {
    let text = |b: &u8| if b.is_ascii_graphic() { char::from(*b) } else { '·' };
    key.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Mint, open};
    use super::*;
    use crate::model::Visibility;
    use crate::store::{SourceStore, UpkeepStore};

    #[test]
    fn what_can_be_derived_is_mended() {
        let dir = tempfile::tempdir().unwrap();
        let now = Timestamp::from_secs(1000);
        let store = open(dir.path(), &Mint { now, host: "x", random: "r" }).unwrap();
        let url = "https://a.example/feed";
        let source = crate::pipeline::new_source(url, Some(url), Visibility::Public, now).unwrap();
        store.add_source(source.clone()).unwrap();
        let db = store.db().unwrap();
        let poll = JobKind::Poll(source.id.clone()).key();
        db.remove(keys::due(source.poll.next, &poll)).unwrap();
        db.remove(keys::job(&poll)).unwrap();
        let nobody = crate::model::ItemId::new(&source.id, "nobody");
        db.insert(b"xl/00000001", b"nobody").unwrap();
        db.insert(keys::aside(&nobody), b"").unwrap();
        db.insert(b"v/0123456789abcdefghij", b"\x01{}").unwrap();
        drop(db);
        let found = store.check(false, now).unwrap();
        assert_eq!((found.findings.len(), found.mended), (4, 0), "{:?}", found.findings);
        let mended = store.check(true, now).unwrap();
        assert_eq!((mended.findings.len(), mended.mended), (4, 3));
        let left = store.check(true, now).unwrap();
        assert_eq!((left.findings.len(), left.mended), (1, 0), "{:?}", left.findings);
        assert!(store.db().unwrap().contains_key(keys::job(&poll)).unwrap());
    }
}
