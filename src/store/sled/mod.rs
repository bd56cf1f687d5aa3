//! The store on sled 0.34: one tree, prefixed keys, one writer at a time, group commit.
//!
//! A write takes the writer's lock, reads what it needs, builds one batch (sled applies a batch
//! atomically, after a crash too), lets go of the lock and waits for the group commit. Values are
//! small; bodies are files (see [`bodies`]).

mod backup;
mod bodies;
mod commit;
mod editions;
mod embeddings;
mod feeds;
mod items;
mod jobs;
mod keys;
mod listeners;
mod mail;
mod models;
mod preflight;
mod record;
mod restore;
mod scan;
mod sources;
mod subscribers;
mod topics;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::backup::verify;
use self::bodies::Bodies;
use self::commit::Committer;
use super::{BackupSummary, Counts, Instance, Result, StoreError, WholeStore};
use crate::model::Timestamp;

/// sled's own cache; what it holds takes a few times this. Rendered feeds have a cache of their own.
const CACHE_BYTES: u64 = 4 * 1024 * 1024;

/// Says, outside of sled, that its file was not empty.
const MARKER: &str = "in-use";

/// The backend. Cheap to share; all calls block.
pub struct SledStore {
    db: ::sled::Db,
    bodies: Bodies,
    committer: Committer,
    /// Held while a write reads and applies; guards the next `seq`.
    writer: Mutex<u64>,
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
/// (nothing is changed then), [`StoreError::TooNew`] if a newer program wrote it.
pub fn open(dir: &Path, mint: &Mint<'_>) -> Result<SledStore> {
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
    match preflight::is_readable(&path.join("db")) {
        Ok(true) => {}
        Ok(false) => {
            return Err(StoreError::Unreadable { path, detail: "its file db is damaged".into() });
        }
        Err(error) if denied(&error) => return Err(StoreError::Denied(path)),
        Err(error) => return Err(StoreError::Unreadable { path, detail: error.to_string() }),
    }
    // sled 0.34 is known to panic on some damaged files instead of giving an error.
    let opened = catch_unwind(AssertUnwindSafe(|| {
        ::sled::Config::new().path(&path).cache_capacity(CACHE_BYTES).flush_every_ms(None).open()
    }));
    let db = match opened {
        Ok(Ok(db)) => db,
        Ok(Err(::sled::Error::Io(error))) if is_lock(&error) => {
            return Err(StoreError::Locked(path));
        }
        Ok(Err(::sled::Error::Io(error))) if denied(&error) => {
            return Err(StoreError::Denied(path));
        }
        Ok(Err(error)) => return Err(StoreError::Unreadable { path, detail: error.to_string() }),
        Err(_) => {
            return Err(StoreError::Unreadable {
                path,
                detail: "sled gave up while opening".into(),
            });
        }
    };
    let marker = path.join(MARKER);
    if marker.exists() && !db.contains_key(keys::INSTANCE)? {
        let detail = "its rows are gone, although there were some".to_owned();
        return Err(StoreError::Unreadable { path, detail });
    }
    let committer = Committer::open(db.clone(), &path)?;
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
            committer.commit()?;
            instance
        }
    };
    if !marker.exists() {
        bodies::write_durably(&marker, instance.id.as_bytes())?;
    }
    let next_seq = keys::last_seq(&db)? + 1;
    Ok(SledStore {
        db,
        bodies,
        committer,
        writer: Mutex::new(next_seq),
        generation: AtomicU64::new(1),
        instance,
    })
}

/// Makes a store in `dir` from a backup. `dir` is not a store before; after an error it is to be thrown away.
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
    backup::read(&store, file)
}

fn is_lock(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::WouldBlock || error.to_string().contains("lock")
}

/// RFC 4151 2.1 allows letters, digits, `-` and `.` in a DNS name; anything else falls out.
fn authority_name(host: &str) -> String {
    let name: String =
        host.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
    if name.is_empty() { "podbrief.invalid".to_owned() } else { name.to_ascii_lowercase() }
}

impl SledStore {
    /// The writer's lock. A panic while it was held left no batch applied, so the data is whole.
    fn writer(&self) -> MutexGuard<'_, u64> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies `batch`, lets go of the writer's lock and waits until it is durable.
    fn finish(&self, batch: ::sled::Batch, held: MutexGuard<'_, u64>) -> Result<()> {
        self.committer.check()?;
        self.db.apply_batch(batch)?;
        self.generation.fetch_add(1, Ordering::Release);
        drop(held);
        self.committer.commit()
    }

    /// As [`SledStore::finish`], for what no page or feed shows.
    fn finish_unseen(&self, batch: ::sled::Batch, held: MutexGuard<'_, u64>) -> Result<()> {
        self.committer.check()?;
        self.db.apply_batch(batch)?;
        drop(held);
        self.committer.commit()
    }

    fn read<T: record::Record>(&self, key: impl AsRef<[u8]>) -> Result<Option<T>> {
        match self.db.get(key.as_ref())? {
            Some(bytes) => record::decode(&bytes, &String::from_utf8_lossy(key.as_ref())).map(Some),
            None => Ok(None),
        }
    }
}

impl WholeStore for SledStore {
    fn instance(&self) -> Result<Instance> {
        Ok(self.instance.clone())
    }

    fn counts(&self) -> Result<Counts> {
        let count = |prefix: &[u8]| self.db.scan_prefix(prefix).keys().count();
        Ok(Counts {
            sources: count(keys::SOURCE),
            items: count(keys::ITEM),
            insights: count(keys::INSIGHT),
            jobs: count(keys::JOB),
            listeners: count(keys::LISTENER),
        })
    }

    fn backup(&self, to: &mut dyn std::io::Write, now: Timestamp) -> Result<BackupSummary> {
        backup::write(self, to, now)
    }
}

impl From<::sled::Error> for StoreError {
    fn from(error: ::sled::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
