//! Counts what happens, for the operator's eyes. Counters only grow, and begin anew with the process.

use std::sync::atomic::{AtomicU64, Ordering};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Feeds asked.
    Polls,
    /// Of these, that could not be read.
    PollErrors,
    /// Items seen for the first time.
    Items,
    /// Insights published.
    Insights,
    /// Messages that are safe.
    Mail,
    /// Messages that could not be kept, and were put off.
    MailPutOff,
    /// Editions made.
    Editions,
    /// Of these, later than half an hour after they were due.
    EditionsLate,
    /// Jobs that failed, and are tried again or set aside.
    JobsFailed,
    /// Requests answered by the web server.
    Requests,
    /// Of these, with an error of ours.
    RequestErrors,
}

impl Count {
    /// All, in the order of [`Meter::read`], with their names.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Polls, "polls"),
        (Self::PollErrors, "poll_errors"),
        (Self::Items, "items"),
        (Self::Insights, "insights"),
        (Self::Mail, "mail"),
        (Self::MailPutOff, "mail_put_off"),
        (Self::Editions, "editions"),
        (Self::EditionsLate, "editions_late"),
        (Self::JobsFailed, "jobs_failed"),
        (Self::Requests, "http_requests"),
        (Self::RequestErrors, "http_errors"),
    ];
}

/// The counters.
#[derive(Debug, Default)]
pub struct Meter([AtomicU64; Count::ALL.len()]);

impl Meter {
    /// So many more.
    pub fn add(&self, what: Count, many: usize) {
        if let Some(counter) = self.0.get(what as usize) {
            counter.fetch_add(many as u64, Ordering::Relaxed);
        }
    }

    /// As of now.
    pub fn read(&self) -> [u64; Count::ALL.len()] {
        std::array::from_fn(|at| self.0.get(at).map_or(0, |c| c.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counts_for_itself() {
        let meter = Meter::default();
        for (at, (what, _)) in Count::ALL.into_iter().enumerate() {
            assert_eq!(what as usize, at);
            meter.add(what, at);
        }
        assert_eq!(meter.read(), std::array::from_fn(|at| at as u64));
    }
}
