//! Reads all rows of one kind without keeping them: sled counts what was read in blocks of 64, for each of its 256
//! shards, and lets go of old pages only when a block is full (its `lru.rs`). Who reads each page once leaves up to
//! 16,384 pages in memory, whatever the capacity: 100 MB of them with 100,000 insights. So now and then pages that are
//! there anyway are read until the blocks are full.

use super::super::Result;

/// Rows of a round; at its end one of some is read again so many times, as neighbours share pages.
const ROUND: usize = 4_096;
const APART: usize = 8;
const TIMES: usize = 48;

/// Rows in the order of their keys.
pub(super) struct Scan {
    db: ::sled::Db,
    rows: ::sled::Iter,
    read: usize,
    /// Keys of this round, one of [`APART`].
    recent: Vec<::sled::IVec>,
}

impl Scan {
    pub(super) fn new(db: ::sled::Db, prefix: &[u8]) -> Self {
        let rows = db.scan_prefix(prefix);
        Self { db, rows, read: 0, recent: Vec::with_capacity(ROUND / APART) }
    }

    fn settle(&mut self) -> Result<()> {
        for key in self.recent.drain(..) {
            for _ in 0..TIMES {
                self.db.get(&key)?;
            }
        }
        Ok(())
    }
}

impl Iterator for Scan {
    type Item = Result<(::sled::IVec, ::sled::IVec)>;

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = match self.rows.next() {
            Some(Ok(row)) => row,
            Some(Err(error)) => return Some(Err(error.into())),
            // A short scan leaves little, and must stay cheap.
            None if self.read < ROUND => return None,
            None => return self.settle().err().map(Err),
        };
        self.read += 1;
        if self.read.is_multiple_of(APART) {
            self.recent.push(key.clone());
        }
        match self.read.is_multiple_of(ROUND).then(|| self.settle()) {
            Some(Err(error)) => Some(Err(error)),
            _ => Some(Ok((key, value))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_once_over_many_rounds() {
        let dir = tempfile::tempdir().unwrap();
        let db = ::sled::Config::new().path(dir.path()).cache_capacity(1 << 20).open().unwrap();
        let count = 2 * ROUND + 7;
        let mut batch = ::sled::Batch::default();
        for n in 0..count {
            batch.insert([b"a/", n.to_be_bytes().as_slice()].concat(), vec![7; 40]);
        }
        batch.insert(b"b/1", b"of another kind");
        db.apply_batch(batch).unwrap();
        let read: Vec<_> = Scan::new(db.clone(), b"a/").map(|row| row.unwrap().0).collect();
        assert_eq!(read.len(), count);
        assert!(read.is_sorted_by(|a, b| a < b));
        assert_eq!(Scan::new(db, b"c/").count(), 0);
    }
}
