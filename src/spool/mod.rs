//! Mail that was accepted and is not in the store yet: plain files in `mail/spool`, synced before anybody is told that
//! a message was taken, and removed when the store has it. Knows nothing of what a message says.

mod letter;
mod raw;
mod write;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, mpsc, oneshot};

pub use letter::{Envelope, Letter, Recipient, Via};
pub use raw::Archive;

use self::write::Waiting;

/// Messages that may wait for the disk; more senders than that wait for a place.
const WAITING: usize = 256;
/// Bytes of messages that are taken at once, on their way to the disk, whatever the number of connections.
const IN_FLIGHT: usize = 64 * 1024 * 1024;
const FOLDER: &str = "mail/spool";

/// A message could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The disk failed or is full.
    #[error("the mail spool can't be written: {0}. Check the disk (space, errors)")]
    Io(Arc<io::Error>),
    /// The program is stopping.
    #[error("podbrief is stopping")]
    Stopping,
}

/// The way into the spool, and the list of what is in it. Cheap to share.
#[derive(Clone)]
pub struct Spool {
    dir: PathBuf,
    letters: mpsc::Sender<Waiting>,
    arrived: Arc<Notify>,
    in_flight: Arc<AtomicUsize>,
}

impl Spool {
    /// Opens the spool in the data directory. What a crash left there is found by [`Spool::files`].
    ///
    /// # Errors
    /// If the folder can't be made.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let dir = data_dir.join(FOLDER);
        make_dir(&dir)?;
        for entry in fs::read_dir(&dir)? {
            let path = entry?.path();
            // Nobody was told that this was taken.
            if path.extension().is_some_and(|e| e == "tmp") {
                fs::remove_file(path)?;
            }
        }
        // The folder's own name must survive a power cut as well.
        for folder in [Some(dir.as_path()), dir.parent(), Some(data_dir)].into_iter().flatten() {
            fs::File::open(folder)?.sync_all()?;
        }
        let (letters, waiting) = mpsc::channel(WAITING);
        let arrived = Arc::new(Notify::new());
        let spool = Self { dir, letters, arrived, in_flight: Arc::default() };
        let number = |path: &PathBuf| path.file_stem()?.to_str()?.parse::<u64>().ok();
        let last = spool.files()?.iter().filter_map(number).max().unwrap_or(0);
        write::start(spool.dir.clone(), last, waiting, Arc::clone(&spool.arrived))?;
        Ok(spool)
    }

    /// Returns when the letter would survive a power cut. Letters that wait together share one file and one sync.
    ///
    /// # Errors
    /// [`SpoolError`]: the letter was not taken.
    pub async fn put(&self, letter: Letter) -> Result<(), SpoolError> {
        let (done, told) = oneshot::channel();
        let sent = self.letters.send(Waiting { letter, done }).await;
        sent.map_err(|_| SpoolError::Stopping)?;
        told.await.map_err(|_| SpoolError::Stopping)?.map_err(SpoolError::Io)
    }

    /// Room for so many more bytes of messages on their way in; none if there are too many already.
    pub fn room(&self, bytes: usize) -> Option<Room> {
        let before = self.in_flight.fetch_add(bytes, Ordering::AcqRel);
        let room = Room { bytes, of: Arc::clone(&self.in_flight) };
        (before + bytes <= IN_FLIGHT).then_some(room)
    }

    /// Files with letters that the store has not taken, oldest first.
    ///
    /// # Errors
    /// If the folder can't be read.
    pub fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == write::SUFFIX) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// Returns when something was put since the last call.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// The letters of one file, in order.
    ///
    /// # Errors
    /// If it can't be read, or is none of ours.
    pub fn read(path: &Path) -> io::Result<Vec<Letter>> {
        letter::read(&fs::read(path)?)
    }

    /// The store has its letters.
    ///
    /// # Errors
    /// If it can't be removed.
    pub fn remove(path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// A file that can't be read is moved out of the way and kept.
    ///
    /// # Errors
    /// If it can't be moved.
    pub fn set_aside(path: &Path) -> io::Result<()> {
        fs::rename(path, path.with_extension("broken"))
    }
}

/// A place for bytes on their way in; given back when dropped.
#[derive(Debug)]
pub struct Room {
    bytes: usize,
    of: Arc<AtomicUsize>,
}

impl Room {
    /// Takes more; false if there is no more, and then nothing changed.
    pub fn grow(&mut self, more: usize) -> bool {
        let before = self.of.fetch_add(more, Ordering::AcqRel);
        if before + more > IN_FLIGHT {
            self.of.fetch_sub(more, Ordering::AcqRel);
            return false;
        }
        self.bytes += more;
        true
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.of.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// For this user's eyes only: mail is private.
fn make_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(test)]
mod tests;
