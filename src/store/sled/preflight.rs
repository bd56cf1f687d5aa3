//! Looks at sled's file before sled does: 0.34.7 takes a file without one readable segment for an empty store and writes
//! over it. The form of a segment's head is that of the pinned version (`pagecache/logger.rs`): the CRC-32 of bytes 4 to
//! 20, inverted, in bytes 0 to 4, little-endian.
//!
//! And it takes the half-written snapshot that a full disk, a kill or a power cut leaves (`snap.….generating`) for the newest
//! one, and then refuses the whole store. Snapshots are made anew from the log: what is not whole goes
//! (`pagecache/snapshot.rs`: at the end of a whole one are its length in 8 bytes and the inverted CRC-32 of the rest in 4).

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use rustix::fs::FlockOperation;

/// sled's default, never set otherwise.
const SEGMENT: u64 = 512 * 1024;
const HEAD: usize = 20;

const SNAPSHOT: &str = "snap.";
/// Bytes behind a snapshot.
const TAIL: usize = 12;

/// Removes snapshots in `dir` that are not whole, unless somebody has the store open and may be writing one.
pub(super) fn tidy(dir: &Path) -> io::Result<()> {
    // sled's own lock (flock(2) on this file), given back at the end.
    let _held = match File::open(dir.join("db")) {
        Ok(file) => match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Some(file),
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(()),
            Err(error) => return Err(error.into()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(rest) = name.strip_prefix(SNAPSHOT) else { continue };
        let finished = rest.bytes().all(|b| b.is_ascii_hexdigit());
        if !finished || !is_whole(&fs::read(&path)?) {
            tracing::warn!(file = %path.display(), "a half-written snapshot of the store was removed");
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn is_whole(snapshot: &[u8]) -> bool {
    let Some(end) = snapshot.len().checked_sub(TAIL).filter(|end| *end > 0) else { return false };
    let (body, tail) = snapshot.split_at(end);
    tail.ends_with(&(!crc32fast::hash(body)).to_le_bytes())
}

/// Whether sled would find anything in the file at `path`; a missing or empty file is fine.
pub(super) fn is_readable(path: &Path) -> io::Result<bool> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    let mut at = 0;
    while at + HEAD as u64 <= length {
        let mut head = [0; HEAD];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut head)?;
        let (stored, rest) = head.split_at(4);
        let sum = !crc32fast::hash(rest);
        if stored == sum.to_le_bytes() {
            return Ok(true);
        }
        at += SEGMENT;
    }
    Ok(length == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_written_snapshot_ends_no_store() {
        let dir = tempfile::tempdir().unwrap();
        let open = || {
            tidy(dir.path()).unwrap();
            ::sled::Config::new().path(dir.path()).open()
        };
        let whole = || {
            let names = fs::read_dir(dir.path()).unwrap().flatten().map(|e| e.path());
            names.filter(|p| p.to_str().unwrap().contains("/snap.")).collect::<Vec<_>>()
        };
        open().unwrap().insert("a", "b").unwrap();
        drop(open().unwrap());
        let snapshots = whole();
        assert!(!snapshots.is_empty(), "sled writes one when it is opened");
        tidy(dir.path()).unwrap();
        assert_eq!(whole(), snapshots, "what is whole stays");
        let bytes = fs::read(&snapshots[0]).unwrap();
        fs::write(dir.path().join("snap.FFFFFFFFFFFFFFF0.generating"), &bytes[..5]).unwrap();
        fs::write(dir.path().join("snap.FFFFFFFFFFFFFFF1"), "").unwrap();
        fs::write(&snapshots[0], &bytes[..bytes.len() - 1]).unwrap();
        assert!(::sled::Config::new().path(dir.path()).open().is_err(), "sled itself gives up");
        assert_eq!(open().unwrap().get("a").unwrap().unwrap(), b"b");
    }
}
