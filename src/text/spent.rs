//! For tests of bounded work: CPU time of this thread, which a busy machine does not lengthen as it does a clock's.

use std::fs;
use std::time::{Duration, Instant};

/// A moment in this thread's own time.
pub(crate) struct Spent {
    cpu: Option<Duration>,
    clock: Instant,
}

impl Spent {
    /// Begins to count.
    pub(crate) fn begin() -> Self {
        Self { cpu: cpu(), clock: Instant::now() }
    }

    /// CPU time since; time by the clock where the system does not tell.
    pub(crate) fn elapsed(&self) -> Duration {
        match (self.cpu, cpu()) {
            (Some(begun), Some(now)) => now.saturating_sub(begun),
            _ => self.clock.elapsed(),
        }
    }
}

/// The first number of Linux's `schedstat` is the time spent on a processor, in nanoseconds (proc(5)).
fn cpu() -> Option<Duration> {
    let line = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    line.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
