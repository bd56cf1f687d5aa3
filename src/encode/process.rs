//! One process of the encoder, and the thread that watches over it: it ends the process when it has been idle, and
//! when an answer takes too long.

use std::io::{self, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::frame::{self, Want};

/// One request of at most 64 texts takes a second or two on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running process. Dropping it ends the process and waits for it.
pub(super) struct Process {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    watch: Arc<Watch>,
    watcher: Option<JoinHandle<()>>,
    idle: Duration,
}

struct Watch {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// When it is ended unless something happens before.
    until: Instant,
    ended: bool,
}

impl Watch {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False if it was too late.
    fn put_off(&self, time: Duration) -> bool {
        let mut state = self.lock();
        state.until = Instant::now() + time;
        self.changed.notify_all();
        !state.ended
    }

    /// Ends and reaps the child once its time is over.
    fn over(&self, child: &mut Child) {
        let mut state = self.lock();
        loop {
            let left = state.until.saturating_duration_since(Instant::now());
            if state.ended || left.is_zero() {
                break;
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.ended = true;
        drop(state);
        // It keeps nothing, so there is nothing to end gently. Failing means that it is gone already.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Process {
    /// Starts it and waits until its model is loaded.
    pub(super) fn start(program: &Path, idle: Duration) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg("encode")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl+C in a terminal is for the server, which lets its work end first.
            .process_group(0)
            .spawn()?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("it has no pipes"));
        };
        let state = State { until: Instant::now() + PATIENCE, ended: false };
        let watch = Arc::new(Watch { state: Mutex::new(state), changed: Condvar::new() });
        let watched = Arc::clone(&watch);
        let watcher = std::thread::Builder::new()
            .name("encoder".into())
            .spawn(move || watched.over(&mut child))?;
        let from = BufReader::new(from);
        let mut process = Self { to, from, watch, watcher: Some(watcher), idle };
        let hello = frame::read(&mut process.from)?.ok_or_else(gone)?;
        if hello != frame::hello() {
            return Err(io::Error::other("it speaks of another model"));
        }
        process.watch.put_off(idle);
        Ok(process)
    }

    /// The frame that answers.
    pub(super) fn ask(&mut self, want: Want, texts: &[&str]) -> io::Result<Vec<u8>> {
        if !self.watch.put_off(PATIENCE) {
            return Err(gone());
        }
        frame::write(&mut self.to, &frame::request(want, texts))?;
        let answer = frame::read(&mut self.from)?.ok_or_else(gone)?;
        self.watch.put_off(self.idle);
        Ok(answer)
    }

    pub(super) fn is_up(&self) -> bool {
        !self.watch.lock().ended
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.watch.lock().ended = true;
        self.watch.changed.notify_all();
        if let Some(watcher) = self.watcher.take() {
            let _ = watcher.join();
        }
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "it has ended")
}
