//! The open database. It can be exchanged while the program runs: after the disk failed it is opened anew, and a
//! compaction puts a fresh one in its place.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::preflight;
use crate::store::{Result, StoreError};

/// sled's own cache; what it holds takes a few times this. Rendered feeds have a cache of their own.
const CACHE_BYTES: u64 = 4 * 1024 * 1024;
/// How long a call waits for a database that is being exchanged.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an exchange waits for calls that still read the old one.
const OTHERS: Duration = Duration::from_secs(10);
const NAP: Duration = Duration::from_millis(5);

pub(super) struct Live {
    path: PathBuf,
    now: RwLock<Option<Open>>,
}

#[derive(Clone)]
struct Open {
    db: ::sled::Db,
    /// sled's file once more, for syncing.
    file: Arc<File>,
}

impl Live {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let open = Open::at(path)?;
        Ok(Self { path: path.to_owned(), now: RwLock::new(Some(open)) })
    }

    fn get(&self) -> Result<Open> {
        let begun = Instant::now();
        loop {
            let found = self.now.read().unwrap_or_else(PoisonError::into_inner).clone();
            match found {
                Some(open) => return Ok(open),
                None if begun.elapsed() > PATIENCE => {
                    let why = "it is being opened anew; try again in a moment";
                    return Err(StoreError::Failed(why.into()));
                }
                None => std::thread::sleep(NAP),
            }
        }
    }

    /// For one call: whoever keeps it keeps an exchange waiting.
    pub(super) fn db(&self) -> Result<::sled::Db> {
        Ok(self.get()?.db)
    }

    /// Returns when all that was applied before is durable.
    pub(super) fn sync(&self) -> std::result::Result<(), String> {
        let Open { db, file } = self.get().map_err(|error| error.to_string())?;
        // sled 0.34 panics on some errors of the disk instead of giving them.
        match catch_unwind(AssertUnwindSafe(|| db.flush())) {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(format!("flush failed: {error}")),
            Err(_) => return Err("flush failed: sled gave up".into()),
        }
        file.sync_data().map_err(|error| format!("fdatasync failed: {error}"))
    }

    /// Closes the database, calls `between`, and opens what is at its path then. The caller keeps writers away. After an
    /// error there is no database until this succeeds.
    pub(super) fn exchange(&self, between: impl FnOnce() -> Result<()>) -> Result<()> {
        let old = self.now.write().unwrap_or_else(PoisonError::into_inner).take();
        // A database that failed may panic while it goes.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(old)));
        let renamed = between();
        let begun = Instant::now();
        let open = loop {
            match Open::at(&self.path) {
                Err(StoreError::Locked(_)) if begun.elapsed() < OTHERS => std::thread::sleep(NAP),
                opened => break opened?,
            }
        };
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Some(open);
        renamed
    }
}

impl Open {
    fn at(path: &Path) -> Result<Self> {
        let db = database(path)?;
        let io = |what: String| move |error| StoreError::Io { what, error };
        let name = path.join("db");
        let file =
            File::open(&name).map_err(io(format!("can't open {} for syncing", name.display())))?;
        // The file's own name must survive a power cut as well.
        for dir in [Some(path), path.parent()].into_iter().flatten() {
            File::open(dir)
                .and_then(|d| d.sync_all())
                .map_err(io(format!("can't sync the folder {}", dir.display())))?;
        }
        Ok(Self { db, file: Arc::new(file) })
    }
}

/// Opens sled's files in `path`, making them if there are none.
///
/// # Errors
/// [`StoreError::Locked`], [`StoreError::Denied`], [`StoreError::Unreadable`] if it is damaged, and [`StoreError::Io`]
/// if the disk fails, which says nothing of the files.
pub(super) fn database(path: &Path) -> Result<::sled::Db> {
    let path = path.to_owned();
    if let Err(error) = preflight::tidy(&path) {
        return Err(of_disk(path, error));
    }
    match preflight::is_readable(&path.join("db")) {
        Ok(true) => {}
        Ok(false) => {
            return Err(StoreError::Unreadable { path, detail: "its file db is damaged".into() });
        }
        Err(error) => return Err(of_disk(path, error)),
    }
    // sled 0.34 is known to panic on some damaged files instead of giving an error.
    let opened = catch_unwind(AssertUnwindSafe(|| {
        ::sled::Config::new().path(&path).cache_capacity(CACHE_BYTES).flush_every_ms(None).open()
    }));
    match opened {
        Ok(Ok(db)) => Ok(db),
        Ok(Err(::sled::Error::Io(error))) if is_lock(&error) => Err(StoreError::Locked(path)),
        // What has the wrong form is told as an error of this kind, too.
        Ok(Err(::sled::Error::Io(error))) if error.raw_os_error().is_some() => {
            Err(of_disk(path, error))
        }
        Ok(Err(error)) => Err(StoreError::Unreadable { path, detail: error.to_string() }),
        Err(_) => Err(StoreError::Unreadable { path, detail: "sled gave up while opening".into() }),
    }
}

fn of_disk(path: PathBuf, error: std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::PermissionDenied {
        return StoreError::Denied(path);
    }
    StoreError::Io { what: format!("can't open the store in {}", path.display()), error }
}

fn is_lock(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::WouldBlock || error.to_string().contains("lock")
}
