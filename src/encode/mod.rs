//! The sentence encoder in a process of its own, so that what it takes is there only while it works. Started by the
//! first request, ended when idle or when the server ends (its pipe closes), started anew once if it fails.

mod frame;
mod own;
mod process;
mod serve;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use self::frame::Want;
use self::process::Process;
pub use self::serve::{ServeError, serve};
use crate::text::embed::{Midway, Vector};

/// Nothing asked for this long: the process ends.
const IDLE: Duration = Duration::from_secs(60);

/// Sentence vectors can't be had just now.
#[derive(Debug, thiserror::Error)]
#[error("the sentence encoder's process {what}: {cause}")]
pub struct EncodeError {
    what: &'static str,
    cause: std::io::Error,
}

/// Reads the answer to so many texts.
type Answer<T> = fn(&[u8], usize) -> std::io::Result<Vec<T>>;

/// Asks the encoder's process. Clones share one process; one request is answered at a time.
#[derive(Clone)]
pub struct Worker(Arc<Shared>);

struct Shared {
    program: PathBuf,
    idle: Duration,
    process: Mutex<Option<Process>>,
}

impl Worker {
    /// Starts nothing yet. `program` is run with the one argument `encode`.
    pub fn new(program: PathBuf) -> Self {
        Self::with_idle(program, IDLE)
    }

    /// As [`Worker::new`], with the idle time.
    pub fn with_idle(program: PathBuf, idle: Duration) -> Self {
        Self(Arc::new(Shared { program, idle, process: Mutex::new(None) }))
    }

    /// The program that runs now, even if its file was replaced since.
    ///
    /// # Errors
    /// If the system doesn't tell.
    pub fn of_this_program() -> std::io::Result<Self> {
        Self::this_program().map(Self::new)
    }

    /// The name of the program that runs now.
    ///
    /// # Errors
    /// If the system doesn't tell.
    pub fn this_program() -> std::io::Result<PathBuf> {
        // On Linux this name always leads to the file that was started.
        let itself = PathBuf::from("/proc/self/exe");
        if itself.exists() { Ok(itself) } else { std::env::current_exe() }
    }

    /// One vector for each text, in order. Blocks; a thousand sentences take some seconds.
    ///
    /// # Errors
    /// If the process can't be started, or failed twice on the same texts.
    pub fn encode(&self, texts: &[&str]) -> Result<Vec<Vector>, EncodeError> {
        self.all(Want::Vectors, texts, frame::vectors)
    }

    /// The same midway, as `podbrief_encoder::Encoder::midway`.
    ///
    /// # Errors
    /// As [`Worker::encode`].
    pub fn midway(&self, texts: &[&str]) -> Result<Vec<Midway>, EncodeError> {
        self.all(Want::Midway, texts, frame::midway)
    }

    fn all<T>(&self, want: Want, texts: &[&str], read: Answer<T>) -> Result<Vec<T>, EncodeError> {
        let mut slot = self.0.process.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = Vec::with_capacity(texts.len());
        for batch in texts.chunks(frame::MOST_TEXTS) {
            let vectors = match self.ask(&mut slot, want, batch, read) {
                Ok(vectors) => vectors,
                Err(first) => {
                    tracing::warn!(error = %first, "the sentence encoder's process is started anew");
                    self.ask(&mut slot, want, batch, read)?
                }
            };
            out.extend(vectors);
        }
        Ok(out)
    }

    /// The vector of one text, unless the process is at work on others: whoever waits for an answer is better served
    /// without.
    pub fn encode_now(&self, text: &str) -> Option<Vector> {
        let mut slot = match self.0.process.try_lock() {
            Ok(slot) => slot,
            Err(TryLockError::Poisoned(slot)) => slot.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        match self.ask(&mut slot, Want::Vectors, &[text], frame::vectors) {
            Ok(vectors) => vectors.into_iter().next(),
            Err(error) => {
                tracing::warn!(%error, "a question is answered by its words only");
                None
            }
        }
    }

    /// A process that failed is dropped, which ends it.
    fn ask<T>(
        &self,
        slot: &mut Option<Process>,
        want: Want,
        batch: &[&str],
        read: Answer<T>,
    ) -> Result<Vec<T>, EncodeError> {
        let mut process = match slot.take().filter(Process::is_up) {
            Some(process) => process,
            None => Process::start(&self.0.program, self.0.idle)
                .map_err(|cause| EncodeError { what: "can't be started", cause })?,
        };
        let answer = process.ask(want, batch).and_then(|answer| read(&answer, batch.len()));
        let vectors = answer.map_err(|cause| EncodeError { what: "failed", cause })?;
        *slot = Some(process);
        Ok(vectors)
    }

    /// Whether a process is there now.
    pub fn is_up(&self) -> bool {
        let slot = self.0.process.lock().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().is_some_and(Process::is_up)
    }
}
