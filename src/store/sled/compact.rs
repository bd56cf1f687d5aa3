//! A fresh database in place of the old one: sled 0.34 gives little of what was overwritten back to the disk.
//!
//! Every row is copied into `store.new`, packed if an older program left it as it was; that is then whole and synced; `store` becomes `store.old` and the new
//! one `store`. Whatever a crash leaves of that, [`settle`] makes one store of at the next start.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::live::database;
use super::scan::Scan;
use super::{MARKER, SledStore, bodies, format, keys, record};
use crate::store::{Compacted, Result, StoreError};

/// The copy is whole.
const COMPLETE: &str = "complete";
/// Rows of one batch.
const BATCH: usize = 2_000;

fn failed(what: &str, path: &Path) -> impl Fn(io::Error) -> StoreError {
    let what = format!("{what} {}", path.display());
    move |error| StoreError::Io { what: what.clone(), error }
}

fn places(dir: &Path) -> [PathBuf; 3] {
    ["store", "store.new", "store.old"].map(|name| dir.join(name))
}

fn sync(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(failed("can't sync", dir))
}

fn remove(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(failed("can't remove", dir)(error))
        }
        _ => Ok(()),
    }
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(failed("can't move", from))
}

/// What a crash left of a compaction becomes one store again. Before anything is opened.
pub(super) fn settle(dir: &Path) -> Result<()> {
    let [store, new, old] = places(dir);
    if !store.exists() && old.exists() {
        rename(if new.join(COMPLETE).exists() { &new } else { &old }, &store)?;
        sync(dir)?;
    }
    Ok(())
}

/// The store was opened and is whole: what it came from may go.
pub(super) fn tidy(dir: &Path) -> Result<()> {
    let [store, new, old] = places(dir);
    if !new.exists() && !old.exists() {
        return Ok(());
    }
    remove(&new)?;
    remove(&old)?;
    // There is none where the old one stayed in place.
    let _ = fs::remove_file(store.join(COMPLETE));
    sync(dir)
}

pub(super) fn run(store: &SledStore) -> Result<Compacted> {
    let mut held = store.writer();
    store.takes_writes()?;
    let dir = store.dir.as_path();
    let [place, new, old] = places(dir);
    tidy(dir)?;
    let before = bodies::size(&place);
    // Both are there for a while.
    let floor = store.space.floor();
    if let Ok(free) = store.space.free()
        && free < before.saturating_add(floor)
    {
        return Err(StoreError::Full { dir: dir.to_owned(), free, floor: before + floor });
    }
    let copied = copy(store, &new);
    let rows = match copied {
        Ok(rows) => rows,
        Err(error) => {
            // What matters is the first error.
            let _ = remove(&new);
            return Err(error);
        }
    };
    let exchanged = store.live.exchange(|| {
        rename(&place, &old)?;
        rename(&new, &place).inspect_err(|_| {
            // Then the old one is opened again.
            let _ = fs::rename(&old, &place);
        })?;
        sync(dir)
    });
    exchanged?;
    *held = keys::last_seq(&store.db()?)? + 1;
    tidy(dir)?;
    drop(held);
    let swept = store.sweep()?;
    Ok(Compacted { rows, before, after: bodies::size(&place), bodies: swept.bodies })
}

/// Copies all rows; gives how many. The copy is on the disk when this returns.
fn copy(store: &SledStore, to: &Path) -> Result<u64> {
    fs::create_dir_all(to).map_err(failed("can't create", to))?;
    format::check(to)?;
    let fresh = database(to)?;
    let (mut rows, mut sum) = (0_u64, crc32fast::Hasher::new());
    let mut batch = ::sled::Batch::default();
    for row in Scan::new(store.db()?, b"") {
        let (key, value) = row?;
        let value = record::repacked(&value).map_or(value, Into::into);
        sum.update(&key);
        sum.update(&value);
        batch.insert(key, value);
        rows += 1;
        if rows.is_multiple_of(BATCH as u64) {
            fresh.apply_batch(std::mem::take(&mut batch))?;
        }
    }
    fresh.apply_batch(batch)?;
    fresh.flush()?;
    // Read back before the old one goes.
    let (mut again, mut check) = (0_u64, crc32fast::Hasher::new());
    for row in Scan::new(fresh.clone(), b"") {
        let (key, value) = row?;
        check.update(&key);
        check.update(&value);
        again += 1;
    }
    if (rows, sum.finalize()) != (again, check.finalize()) {
        return Err(StoreError::Failed("the fresh database is not the same as the old one".into()));
    }
    drop(fresh);
    let file = to.join("db");
    File::open(&file).and_then(|f| f.sync_all()).map_err(failed("can't sync", &file))?;
    bodies::write_durably(&to.join(MARKER), store.instance.id.as_bytes())?;
    bodies::write_durably(&to.join(COMPLETE), b"")?;
    sync(to)?;
    Ok(rows)
}

impl SledStore {
    /// Removes bodies that no row names.
    pub(super) fn sweep(&self) -> Result<super::bodies::Swept> {
        let held = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let named = super::keep::named(self)?;
        drop(held);
        self.bodies.sweep(&named)
    }
}
