//! Room on the disk: below a floor nothing new is taken, so that the disk is never filled to the brim by us and the
//! store's own writes never fail half-way.

use std::path::{Path, PathBuf};

use super::{Result, StoreError};

/// What is kept free on the disk of a folder.
#[derive(Debug, Clone)]
pub struct Space {
    dir: PathBuf,
    floor: u64,
}

impl Space {
    /// `floor` bytes stay free on the disk that holds `dir`; 0 asks for nothing.
    pub fn new(dir: &Path, floor: u64) -> Self {
        Self { dir: dir.to_owned(), floor }
    }

    /// Bytes that this user could still write (statvfs(3): `f_bavail`).
    ///
    /// # Errors
    /// If the folder is not there.
    pub fn free(&self) -> std::io::Result<u64> {
        let found = rustix::fs::statvfs(&self.dir)?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }

    /// Bytes that stay free.
    pub fn floor(&self) -> u64 {
        self.floor
    }

    /// Whether something new may be written.
    ///
    /// # Errors
    /// [`StoreError::Full`].
    pub fn check(&self) -> Result<()> {
        if self.floor == 0 {
            return Ok(());
        }
        match self.free() {
            Ok(free) if free < self.floor => {
                Err(StoreError::Full { dir: self.dir.clone(), free, floor: self.floor })
            }
            // Who can't be asked has no say: the write itself tells.
            _ => Ok(()),
        }
    }
}
