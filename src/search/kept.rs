//! The index in a file beside the store, so that a start reads what is new instead of all there is. Never the only copy
//! of anything: a file that is not whole, or not of this very store and program, is as good as none.
//!
//! Parts one behind the other, each with its length and checksum. The first says what the file is of, the last that it
//! is whole. No part is large, so neither way takes much memory beside the index itself.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::text;
use crate::rank::related;
use crate::text::embed::MODEL;

/// Another whenever words, stems or what is kept of them change, so that no file of before is read.
const FORMAT: u32 = 3;
/// No part of ours comes near this.
const MOST: usize = 256 * 1024 * 1024;

/// What a file is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Of {
    program: (u32, String),
    model: String,
    /// The store's.
    pub epoch: u64,
    /// All that was published up to here is in it.
    pub seq: u64,
}

impl Of {
    /// By this program.
    pub fn new(epoch: u64, seq: u64) -> Self {
        let program = (FORMAT, env!("CARGO_PKG_VERSION").to_owned());
        Self { program, model: MODEL.to_owned(), epoch, seq }
    }
}

/// One part.
#[derive(Serialize, Deserialize)]
pub(super) enum Part {
    Of(Of),
    Text(text::Part),
    Related(related::Part),
    End,
}

/// Where parts are put.
pub(super) struct Out(BufWriter<File>);

impl Out {
    /// # Errors
    /// What the disk gives.
    pub fn put(&mut self, part: &Part) -> io::Result<()> {
        let bytes = postcard::to_stdvec(part).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.0.write_all(&length.to_le_bytes())?;
        self.0.write_all(&crc32fast::hash(&bytes).to_le_bytes())?;
        self.0.write_all(&bytes)
    }
}

/// Writes a file in place of the one there was, which stays as it is until the new one is whole and on the disk.
///
/// # Errors
/// What the disk or `parts` give.
pub(super) fn write(
    path: &Path,
    of: Of,
    parts: impl FnOnce(&mut Out) -> io::Result<()>,
) -> io::Result<()> {
    let new = path.with_extension("new");
    let write = || {
        // What only one reader may see is in it, too.
        let file =
            File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        let mut out = Out(BufWriter::with_capacity(1 << 16, file));
        out.put(&Part::Of(of))?;
        parts(&mut out)?;
        out.put(&Part::End)?;
        out.0.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&new, path)
    };
    write().inspect_err(|_| {
        // What matters is the first error.
        let _ = fs::remove_file(&new);
    })
}

/// Gives the parts of the file between its first and its last one; `fits` says whether it is the right one. None if there
/// is no file or it isn't.
///
/// # Errors
/// What the disk gives, and [`io::ErrorKind::InvalidData`] if it is not whole.
pub(super) fn read(
    path: &Path,
    fits: impl FnOnce(&Of) -> bool,
    mut each: impl FnMut(Part),
) -> io::Result<Option<Of>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let (mut file, mut buffer) = (BufReader::with_capacity(1 << 16, file), Vec::new());
    let of = match part(&mut file, &mut buffer)? {
        Part::Of(of) if fits(&of) => of,
        _ => return Ok(None),
    };
    loop {
        match part(&mut file, &mut buffer)? {
            Part::End => return Ok(Some(of)),
            part => each(part),
        }
    }
}

fn part(from: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<Part> {
    let broken = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut head = [0; 8];
    from.read_exact(&mut head)?;
    let [a, b, c, d, sum @ ..] = head;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length > MOST {
        return Err(broken("a part is too long"));
    }
    // By and by: a length may be wrong.
    buffer.clear();
    from.take(length as u64).read_to_end(buffer)?;
    if buffer.len() != length || crc32fast::hash(buffer) != u32::from_le_bytes(sum) {
        return Err(broken("a part is damaged"));
    }
    postcard::from_bytes(buffer).map_err(|_| broken("a part has another form"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The epochs of the parts.
    fn read_all(path: &Path) -> io::Result<Option<Vec<u64>>> {
        let mut all = Vec::new();
        let of = read(
            path,
            |of| of.epoch == 7,
            |part| {
                all.extend(match part {
                    Part::Of(of) => Some(of.seq),
                    _ => None,
                });
            },
        );
        Ok(of?.map(|_| all))
    }

    #[test]
    fn only_a_whole_file_of_the_right_store_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("index");
        assert_eq!(read_all(&path).unwrap(), None);
        let parts = |out: &mut Out| (1..4).try_for_each(|seq| out.put(&Part::Of(Of::new(0, seq))));
        write(&path, Of::new(8, 0), parts).unwrap();
        assert_eq!(read_all(&path).unwrap(), None, "of another store");
        write(&path, Of::new(7, 0), parts).unwrap();
        assert_eq!(read_all(&path).unwrap(), Some(vec![1, 2, 3]));
        let failed = write(&path, Of::new(7, 0), |_| Err(io::Error::other("full")));
        assert_eq!(failed.unwrap_err().to_string(), "full");
        assert_eq!(read_all(&path).unwrap(), Some(vec![1, 2, 3]), "the old one is still there");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            fs::write(&path, &whole[..at]).unwrap();
            assert!(read_all(&path).is_err(), "cut at {at}");
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            assert!(!matches!(read_all(&path), Ok(Some(_))), "changed at {at}");
        }
    }
}
