//! Bodies (transcripts, notes) as zstd files named by content: written beside, synced, renamed, and the
//! folder synced, before any row may name them. A crash leaves at most an unnamed file.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use crate::model::BlobId;
use crate::store::{BodyStore, Result, StoreError};

/// zstd's default: transcripts shrink to about a third at little cost.
const LEVEL: i32 = 3;
/// A body is never read past this many bytes, whatever its file claims.
const MAX_BODY: u64 = 256 * 1024 * 1024;

/// No work takes so long between a body and the row that names it.
const YOUNG: Duration = Duration::from_secs(3600);
/// Texts up to this size share one set of tables, which costs more to make than to use.
const SMALL: usize = 64 * 1024;

pub(super) struct Bodies {
    dir: PathBuf,
    small: Mutex<zstd::bulk::Compressor<'static>>,
    /// Held for writing while a file is removed, so that nobody takes it for there meanwhile.
    sweeping: RwLock<()>,
}

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Swept {
    pub bodies: u64,
    pub bytes: u64,
}

impl Bodies {
    pub(super) fn open(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir).map_err(failed("can't create", dir))?;
        let small =
            zstd::bulk::Compressor::new(LEVEL).map_err(failed("can't compress for", dir))?;
        Ok(Self { dir: dir.to_owned(), small: Mutex::new(small), sweeping: RwLock::default() })
    }

    fn packed(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        if bytes.len() > SMALL {
            return zstd::bulk::compress(bytes, LEVEL);
        }
        self.small.lock().unwrap_or_else(PoisonError::into_inner).compress(bytes)
    }

    /// As [`Bodies::put`] for each, with two syncs of the file system for all of them together: one before they have
    /// their names, one before a row may say them.
    pub(super) fn put_all(&self, bodies: &[&[u8]]) -> Result<Vec<BlobId>> {
        if let [one] = bodies {
            return Ok(vec![self.put(one)?]);
        }
        let ids: Vec<BlobId> = bodies.iter().map(|bytes| BlobId::of(bytes)).collect();
        let mut fresh: Vec<(PathBuf, PathBuf)> = Vec::new();
        let written = (|| -> io::Result<()> {
            let mut seen = HashSet::new();
            for (id, bytes) in ids.iter().zip(bodies) {
                let path = self.path(id);
                if !seen.insert(id) || self.is_there(&path) {
                    continue;
                }
                let folder = path.parent().unwrap_or(&self.dir);
                fs::create_dir_all(folder)?;
                let temp = folder.join(format!(".{id}.{:?}.tmp", std::thread::current().id()));
                fs::write(&temp, self.packed(bytes)?)?;
                fresh.push((temp, path));
            }
            if fresh.is_empty() {
                return Ok(());
            }
            let dir = File::open(&self.dir)?;
            rustix::fs::syncfs(&dir)?;
            for (temp, path) in &fresh {
                fs::rename(temp, path)?;
            }
            Ok(rustix::fs::syncfs(&dir)?)
        })();
        if let Err(error) = written {
            for (temp, _) in &fresh {
                // Best effort: the error that matters is the first one.
                let _ = fs::remove_file(temp);
            }
            return Err(failed("can't write bodies to", &self.dir)(error));
        }
        Ok(ids)
    }

    /// Whether the file is there; it is young again then, so that no sweep takes it before a row names it.
    fn is_there(&self, path: &Path) -> bool {
        let _held = self.sweeping.read().unwrap_or_else(PoisonError::into_inner);
        match File::open(path) {
            // Where the time can't be set, the file is as old as it is.
            Ok(file) => file.set_modified(SystemTime::now()).is_ok() || path.exists(),
            Err(_) => false,
        }
    }

    /// Bytes on disk of one.
    pub(super) fn size_of(&self, id: &BlobId) -> u64 {
        fs::metadata(self.path(id)).map_or(0, |found| found.len())
    }

    /// Bytes on disk of all.
    pub(super) fn size(&self) -> u64 {
        size(&self.dir)
    }

    /// Removes the files that are not `named`, but for young ones: a row that names one may be on its way.
    pub(super) fn sweep(&self, named: &HashSet<BlobId>) -> Result<Swept> {
        let mut swept = Swept::default();
        let failed = |e| failed("can't tidy", &self.dir)(e);
        for folder in fs::read_dir(&self.dir).map_err(failed)? {
            let folder = folder.map_err(failed)?.path();
            if !folder.is_dir() {
                continue;
            }
            for entry in fs::read_dir(&folder).map_err(failed)? {
                let path = entry.map_err(failed)?.path();
                let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
                let id = name.strip_suffix(".zst").and_then(|id| id.parse::<BlobId>().ok());
                // What is none of ours stays; a half-written file of ours goes like one that nothing names.
                if id.as_ref().is_some_and(|id| named.contains(id))
                    || !(id.is_some() || name.ends_with(".tmp"))
                {
                    continue;
                }
                let _held = self.sweeping.write().unwrap_or_else(PoisonError::into_inner);
                let Ok(found) = fs::metadata(&path) else { continue };
                let age = found.modified().ok().and_then(|at| at.elapsed().ok());
                if age.is_some_and(|age| age >= YOUNG) && fs::remove_file(&path).is_ok() {
                    swept.bodies += 1;
                    swept.bytes += found.len();
                }
            }
        }
        Ok(swept)
    }

    fn path(&self, id: &BlobId) -> PathBuf {
        let name = id.as_str();
        self.dir.join(&name[..2]).join(format!("{name}.zst"))
    }

    pub(super) fn put(&self, bytes: &[u8]) -> Result<BlobId> {
        let id = BlobId::of(bytes);
        let path = self.path(&id);
        if self.is_there(&path) {
            return Ok(id);
        }
        let folder = path.parent().unwrap_or(&self.dir);
        if !folder.exists() {
            fs::create_dir_all(folder).map_err(failed("can't create", folder))?;
            sync_dir(&self.dir)?;
        }
        // Two writers of the same body write the same bytes; the thread keeps their names apart.
        let temp = folder.join(format!(".{id}.{:?}.tmp", std::thread::current().id()));
        let written = (|| -> io::Result<()> {
            let mut out = File::create(&temp)?;
            out.write_all(&self.packed(bytes)?)?;
            out.sync_all()?;
            fs::rename(&temp, &path)
        })();
        if let Err(error) = written {
            // Best effort: the error that matters is the first one.
            let _ = fs::remove_file(&temp);
            return Err(failed("can't write", &path)(error));
        }
        sync_dir(folder)?;
        Ok(id)
    }

    pub(super) fn get(&self, id: &BlobId) -> Result<Vec<u8>> {
        let path = self.path(id);
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            zstd::Decoder::new(File::open(&path)?)?.take(MAX_BODY).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(failed("can't read", &path))
    }
}

/// Bytes of all files below a folder.
pub(super) fn size(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => size(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

/// Writes a small file so that it survives a power cut.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(failed("can't write", path))?;
    path.parent().map_or(Ok(()), sync_dir)
}

fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(failed("can't sync the folder", dir))
}

fn failed<'a>(what: &'a str, path: &'a Path) -> impl Fn(io::Error) -> StoreError + 'a {
    move |error| StoreError::Io { what: format!("{what} {}", path.display()), error }
}

impl BodyStore for super::SledStore {
    fn put_body(&self, bytes: &[u8]) -> Result<BlobId> {
        self.takes_writes()?;
        self.bodies.put(bytes)
    }

    fn put_bodies(&self, bodies: &[&[u8]]) -> Result<Vec<BlobId>> {
        self.takes_writes()?;
        self.bodies.put_all(bodies)
    }

    fn body(&self, id: &BlobId) -> Result<Vec<u8>> {
        self.bodies.get(id)
    }
}
