//! Bodies (transcripts, notes) as zstd files named by content: written beside, synced, renamed, and the
//! folder synced, before any row may name them. A crash leaves at most an unnamed file.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::model::BlobId;
use crate::store::{BodyStore, Result, StoreError};

/// zstd's default: transcripts shrink to about a third at little cost.
const LEVEL: i32 = 3;
/// A body is never read past this many bytes, whatever its file claims.
const MAX_BODY: u64 = 256 * 1024 * 1024;

/// Texts up to this size share one set of tables, which costs more to make than to use.
const SMALL: usize = 64 * 1024;

pub(super) struct Bodies {
    dir: PathBuf,
    small: Mutex<zstd::bulk::Compressor<'static>>,
}

impl Bodies {
    pub(super) fn open(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir).map_err(failed("can't create", dir))?;
        let small =
            zstd::bulk::Compressor::new(LEVEL).map_err(failed("can't compress for", dir))?;
        Ok(Self { dir: dir.to_owned(), small: Mutex::new(small) })
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
                if !seen.insert(id) || path.exists() {
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

    fn path(&self, id: &BlobId) -> PathBuf {
        let name = id.as_str();
        self.dir.join(&name[..2]).join(format!("{name}.zst"))
    }

    pub(super) fn put(&self, bytes: &[u8]) -> Result<BlobId> {
        let id = BlobId::of(bytes);
        let path = self.path(&id);
        if path.exists() {
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
        self.committer.check()?;
        self.bodies.put(bytes)
    }

    fn put_bodies(&self, bodies: &[&[u8]]) -> Result<Vec<BlobId>> {
        self.committer.check()?;
        self.bodies.put_all(bodies)
    }

    fn body(&self, id: &BlobId) -> Result<Vec<u8>> {
        self.bodies.get(id)
    }
}
