//! The store on sled 0.34: one tree, prefixed keys, one writer at a time, group commit.
//!
//! A write takes the writer's lock, reads what it needs, builds one batch (sled applies a batch
//! atomically, after a crash too), lets go of the lock and waits for the group commit. Values are
//! small; bodies are files (see [`bodies`]).

mod backup;
mod bodies;
mod check;
mod commit;
mod compact;
mod editions;
mod embeddings;
mod feeds;
mod format;
mod items;
mod jobs;
mod keep;
mod keys;
mod listeners;
mod live;
mod mail;
mod models;
mod pack;
mod preflight;
mod record;
mod restore;
mod scan;
mod sources;
mod subscribers;
mod topics;
mod upkeep;
mod writes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::backup::verify;
use self::bodies::Bodies;
use self::commit::Committer;
use self::live::Live;
use self::writes::{Pending, Writes};
use super::{BackupSummary, Counts, Instance, Result, Space, StoreError, WholeStore};
use crate::model::Timestamp;

/// Bytes free on the disk without which a database that failed is not opened anew.
const REVIVING: u64 = 4 * 1024 * 1024;

/// Says, outside of sled, that its file was not empty.
const MARKER: &str = "in-use";

/// The backend. Cheap to share; all calls block.
pub struct SledStore {
    dir: PathBuf,
    live: Live,
    space: Space,
    bodies: Bodies,
    committer: Committer,
    /// Held while a write reads and applies; guards the next `seq`. Taken before `pending`.
    writer: Mutex<u64>,
    /// Applied before any row but one by its key is read.
    pending: Pending,
    generation: AtomicU64,
    instance: Instance,
}

/// What the first start mints.
pub struct Mint<'a> {
    /// The clock.
    pub now: Timestamp,
    /// Host part of the base address, for the authority of `tag:` URIs.
    pub host: &'a str,
    /// 20 random characters.
    pub random: &'a str,
}

/// Opens the store in `dir`, creating it if it is not there.
///
/// # Errors
/// [`StoreError::Locked`] if another process holds it, [`StoreError::Unreadable`] if it is damaged
/// (nothing is changed then), [`StoreError::NewerStore`] or [`StoreError::TooNew`] if a newer program wrote it.
pub fn open(dir: &Path, mint: &Mint<'_>) -> Result<SledStore> {
    compact::settle(dir)?;
    let path = dir.join("store");
    let denied = |error: &std::io::Error| error.kind() == std::io::ErrorKind::PermissionDenied;
    match std::fs::create_dir_all(&path) {
        Err(error) if denied(&error) => return Err(StoreError::Denied(path)),
        Err(error) => {
            let what = format!("can't create {}", path.display());
            return Err(StoreError::Io { what, error });
        }
        Ok(()) => {}
    }
    format::check(&path)?;
    let live = Live::open(&path)?;
    let marker = path.join(MARKER);
    let db = live.db()?;
    if marker.exists() && !db.contains_key(keys::INSTANCE)? {
        let detail = "its rows are gone, although there were some".to_owned();
        return Err(StoreError::Unreadable { path, detail });
    }
    let committer = Committer::default();
    let bodies = Bodies::open(&dir.join("bodies"))?;
    let instance = match db.get(keys::INSTANCE)? {
        Some(bytes) => record::decode(&bytes, "instance")?,
        None => {
            let instance = Instance {
                id: mint.random.to_owned(),
                authority: format!("{},{}", authority_name(mint.host), mint.now.date()),
                created: mint.now,
            };
            db.insert(keys::INSTANCE, record::encode(&instance)?)?;
            committer.commit(&live)?;
            instance
        }
    };
    if keys::epoch(&db)?.is_none() {
        let random = getrandom::u64().map_err(|error| StoreError::Failed(error.to_string()))?;
        db.insert(keys::EPOCH, &random.to_be_bytes())?;
        committer.commit(&live)?;
    }
    if !marker.exists() {
        bodies::write_durably(&marker, instance.id.as_bytes())?;
    }
    let next_seq = keys::last_seq(&db)? + 1;
    drop(db);
    compact::tidy(dir)?;
    Ok(SledStore {
        dir: dir.to_owned(),
        live,
        space: Space::new(dir, 0),
        bodies,
        committer,
        writer: Mutex::new(next_seq),
        pending: Pending::default(),
        generation: AtomicU64::new(1),
        instance,
    })
}

/// Makes a store in `dir` from a backup, as small as it can be. `dir` is not a store before; after an error it is to be
/// thrown away.
///
/// # Errors
/// [`StoreError::Backup`] if the file is not whole, and as [`open`].
pub fn restore(
    dir: &Path,
    now: Timestamp,
    file: &dyn Fn() -> std::io::Result<Box<dyn std::io::BufRead>>,
) -> Result<BackupSummary> {
    // What is minted here is replaced by the backup's own.
    let store = open(dir, &Mint { now, host: "", random: "" })?;
    let summary = backup::read(&store, file)?;
    // The backup's order is not the database's: its pages came to lie in pieces, which take twice the disk and more memory.
    match compact::run(&store) {
        Ok(_) | Err(StoreError::Full { .. }) => Ok(summary),
        Err(error) => Err(error),
    }
}

/// RFC 4151 2.1 allows letters, digits, `-` and `.` in a DNS name; anything else falls out.
fn authority_name(host: &str) -> String {
    let name: String =
        host.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
    if name.is_empty() { "podbrief.invalid".to_owned() } else { name.to_ascii_lowercase() }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        let settled = self.db().and_then(|_| self.committer.settle(&self.live));
        if let Err(error) = settled {
            tracing::warn!(%error, "the last polls may be forgotten");
        }
    }
}

impl SledStore {
    /// The writer's lock. A panic while it was held left no batch applied, so the data is whole.
    fn writer(&self) -> MutexGuard<'_, u64> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The database, for one call, with all that was written.
    fn db(&self) -> Result<::sled::Db> {
        let mut pending = self.pending.hold();
        // Where nothing can be written, reading goes on: nobody waits for what lies here.
        if !pending.is_empty() && self.takes_writes().is_ok() {
            self.put(pending.with(Writes::default()))?;
        }
        self.live.db()
    }

    /// So many bytes stay free on its disk; writes are refused below that.
    pub fn keeping_free(mut self, space: Space) -> Self {
        self.space = space;
        self
    }

    /// Whether something may be written now.
    fn takes_writes(&self) -> Result<()> {
        self.committer.check()?;
        self.space.check()
    }

    /// Applies `batch`; what it leaves half done is never said to be done.
    fn apply(&self, batch: Writes) -> Result<()> {
        self.takes_writes()?;
        let mut pending = self.pending.hold();
        self.put(pending.with(batch))
    }

    fn put(&self, writes: Writes) -> Result<()> {
        let (db, batch) = (self.live.db()?, writes.into_batch());
        // sled 0.34 panics on some errors of the disk instead of giving them.
        match catch_unwind(AssertUnwindSafe(|| db.apply_batch(batch))) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.committer.fail(error.to_string())),
            Err(_) => Err(self.committer.fail("sled gave up while writing".into())),
        }
    }

    /// Applies `batch`, lets go of the writer's lock and waits until it is durable.
    fn finish(&self, batch: Writes, held: MutexGuard<'_, u64>) -> Result<()> {
        self.apply(batch)?;
        self.generation.fetch_add(1, Ordering::Release);
        drop(held);
        self.committer.commit(&self.live)
    }

    /// As [`SledStore::finish`], for what no page or feed shows.
    fn finish_unseen(&self, batch: Writes, held: MutexGuard<'_, u64>) -> Result<()> {
        self.apply(batch)?;
        drop(held);
        self.committer.commit(&self.live)
    }

    /// As [`SledStore::finish_unseen`], without waiting: a crash may undo what came within the last moment.
    fn finish_lightly(&self, batch: Writes, held: MutexGuard<'_, u64>) -> Result<()> {
        self.takes_writes()?;
        self.pending.hold().add(batch);
        drop(held);
        if self.committer.owe() {
            self.db()?;
            self.committer.commit(&self.live)?;
        }
        Ok(())
    }

    /// Opens the database anew after its disk failed. What was acknowledged is in it; what was not may be gone.
    fn revive(&self) -> Result<()> {
        let mut held = self.writer();
        if let Err(error) = self.committer.check() {
            // Opening writes, too; and until then what is there can be read.
            if self.space.free().is_ok_and(|free| free < REVIVING) {
                return Err(error);
            }
        } else {
            return Ok(());
        }
        self.live.exchange(|| Ok(()))?;
        *held = keys::last_seq(&self.db()?)? + 1;
        self.committer.begin_anew();
        self.generation.fetch_add(1, Ordering::Release);
        tracing::warn!("the store was opened anew and takes writes again");
        Ok(())
    }

    /// Derived data that was kept before holds no more once `batch` is applied. With the writer's lock held.
    fn next_epoch(&self, batch: &mut Writes) -> Result<()> {
        let epoch = keys::epoch(&self.db()?)?.unwrap_or_default();
        batch.insert(keys::EPOCH, &epoch.wrapping_add(1).to_be_bytes());
        Ok(())
    }

    fn count(&self, prefix: &[u8]) -> Result<usize> {
        // sled reads whole pages for their keys.
        scan::Scan::new(self.db()?, prefix).try_fold(0, |count, row| row.map(|_| count + 1))
    }

    fn read<T: record::Record>(&self, key: impl AsRef<[u8]>) -> Result<Option<T>> {
        let key = key.as_ref();
        let waits = self.pending.hold().get(key);
        let found = match waits {
            Some(row) => row,
            None => self.live.db()?.get(key)?,
        };
        match found {
            Some(bytes) => record::decode(&bytes, &String::from_utf8_lossy(key)).map(Some),
            None => Ok(None),
        }
    }
}

impl WholeStore for SledStore {
    fn instance(&self) -> Result<Instance> {
        Ok(self.instance.clone())
    }

    fn counts(&self) -> Result<Counts> {
        Ok(Counts {
            sources: self.count(keys::SOURCE)?,
            items: self.count(keys::ITEM)?,
            insights: self.insights_kept()?,
            jobs: self.jobs_queued()?,
            listeners: self.count(keys::LISTENER)?,
        })
    }

    fn insights_kept(&self) -> Result<usize> {
        self.count(keys::INSIGHT)
    }

    fn jobs_queued(&self) -> Result<usize> {
        self.count(keys::JOB)
    }

    fn backup(&self, to: &mut dyn std::io::Write, now: Timestamp) -> Result<BackupSummary> {
        backup::write(self, to, now)
    }
}

impl From<::sled::Error> for StoreError {
    fn from(error: ::sled::Error) -> Self {
        match error {
            ::sled::Error::Corruption { .. } => {
                Self::Unreadable { path: "its data directory".into(), detail: error.to_string() }
            }
            error => Self::Failed(error.to_string()),
        }
    }
}
