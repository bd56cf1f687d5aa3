//! Looks at sled's file before sled does: 0.34.7 takes a file without one readable segment for an empty store and writes
//! over it. The form of a segment's head is that of the pinned version (`pagecache/logger.rs`): the CRC-32 of bytes 4 to
//! 20, inverted, in bytes 0 to 4, little-endian.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// sled's default, never set otherwise.
const SEGMENT: u64 = 512 * 1024;
const HEAD: usize = 20;

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
