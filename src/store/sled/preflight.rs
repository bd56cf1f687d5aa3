//! Looks at sled's file before sled does: 0.34.7 takes a file without one readable segment for an empty store and writes
//! over it. The form of a segment's head is that of the pinned version (`pagecache/logger.rs`): the CRC-32 of bytes 4 to
//! 20, inverted, in bytes 0 to 4, little-endian.
//!
//! And it takes the half-written snapshot that a full disk, a kill or a power cut leaves (`snap.….generating`) for the newest
//! one, and then refuses the whole store (`config.rs`: only an older name of such files is passed over). It is of no use to
//! anybody and goes. One that was finished never goes: sled takes a log without its snapshot for a torn one, and clears it.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use rustix::fs::FlockOperation;

/// sled's default, never set otherwise.
const SEGMENT: u64 = 512 * 1024;
const HEAD: usize = 20;

/// How a snapshot begins and ends that is being written.
const HALF: (&str, &str) = ("snap.", ".generating");

/// Removes half-written snapshots in `dir`, unless somebody has the store open and may be writing one.
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
        if name.starts_with(HALF.0) && name.ends_with(HALF.1) {
            tracing::warn!(file = %path.display(), "a half-written snapshot of the store was removed");
            fs::remove_file(&path)?;
        }
    }
    Ok(())
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
        let open = || ::sled::Config::new().path(dir.path()).open();
        open().unwrap().insert("a", "b").unwrap();
        drop(open().unwrap());
        let snapshots = || {
            let names = fs::read_dir(dir.path()).unwrap().flatten().map(|e| e.file_name());
            let mut names: Vec<_> =
                names.filter(|n| n.to_str().unwrap().starts_with("snap.")).collect();
            names.sort();
            names
        };
        let before = snapshots();
        assert!(!before.is_empty(), "sled writes one when it is opened");
        fs::write(dir.path().join("snap.FFFFFFFFFFFFFFF0.generating"), "cut").unwrap();
        assert!(open().is_err(), "sled itself gives up");
        tidy(dir.path()).unwrap();
        assert_eq!(snapshots(), before, "what is whole stays");
        let db = open().unwrap();
        assert_eq!(db.get("a").unwrap().unwrap(), b"b");
        // Whoever has it open may be writing one.
        fs::write(dir.path().join("snap.FFFFFFFFFFFFFFF0.generating"), "cut").unwrap();
        tidy(dir.path()).unwrap();
        assert_eq!(snapshots().len(), before.len() + 1);
    }
}
