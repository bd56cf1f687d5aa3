//! What happened in each of the last hours: a ring of two weeks in memory, written to a small file once an hour and at the
//! end. Not in the store, because it is worth no commit: what a crash takes of it is one hour of a picture.

use std::collections::VecDeque;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;
use crate::pipeline::{Count, Meter};

const FILE: &str = "history.json";
/// Hours kept.
const HOURS: usize = 14 * 24;
const KINDS: usize = Count::ALL.len();

/// One hour.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Hour {
    /// Hours since 1970.
    pub hour: i64,
    /// As many of each kind as happened in it, in the order of [`Count::ALL`]; kinds added since are missing.
    pub counts: Vec<u64>,
    /// Bytes resident in memory, at most.
    pub memory: u64,
    /// Seconds that the oldest work was overdue, at most.
    pub queue_age: u64,
}

/// What is known at this moment.
#[derive(Debug, Clone, Default)]
pub struct Gauges {
    /// Bytes.
    pub memory: u64,
    /// Seconds that the oldest work is overdue.
    pub queue_age: u64,
    /// Whether the store takes writes.
    pub writable: bool,
    /// Bytes on disk.
    pub usage: crate::store::Usage,
    /// Rows.
    pub counts: crate::store::Counts,
    /// When the newest backup was made.
    pub backup: Option<Timestamp>,
}

/// The last hours.
#[derive(Debug, Default)]
pub struct History {
    hours: VecDeque<Hour>,
    read: [u64; KINDS],
}

impl History {
    /// As it was written last; empty if it can't be read.
    pub fn open(dir: &Path) -> Self {
        let bytes = fs::read(dir.join(FILE)).unwrap_or_default();
        let mut hours: VecDeque<Hour> = serde_json::from_slice(&bytes).unwrap_or_default();
        hours.truncate(HOURS);
        Self { hours, read: [0; KINDS] }
    }

    /// Writes it down.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn save(&self, dir: &Path) -> std::io::Result<()> {
        let temp = dir.join(format!("{FILE}.part"));
        fs::write(&temp, serde_json::to_vec(&self.hours)?)?;
        fs::rename(&temp, dir.join(FILE))
    }

    /// Puts what happened since the last time into the hour of `now`.
    pub fn take(&mut self, now: Timestamp, meter: &Meter, gauges: &Gauges) {
        let hour = now.secs().div_euclid(3600);
        let read = meter.read();
        // A clock that was wrong leaves no hours of the future.
        self.hours.retain(|known| known.hour <= hour);
        if self.hours.back().is_none_or(|last| last.hour < hour) {
            self.hours.push_back(Hour { hour, counts: vec![0; KINDS], ..Hour::default() });
        }
        if let Some(last) = self.hours.back_mut() {
            last.counts.resize(KINDS, 0);
            for (at, count) in last.counts.iter_mut().enumerate() {
                let (new, old) = (read.get(at), self.read.get(at));
                *count += new.zip(old).map_or(0, |(new, old)| new.saturating_sub(*old));
            }
            last.memory = last.memory.max(gauges.memory);
            last.queue_age = last.queue_age.max(gauges.queue_age);
        }
        self.read = read;
        while self.hours.len() > HOURS {
            self.hours.pop_front();
        }
    }

    /// So many hours up to that of `now`, the oldest first; those that nothing is known of are empty.
    pub fn last(&self, now: Timestamp, hours: i64) -> Vec<Hour> {
        let hour = now.secs().div_euclid(3600);
        let known = |at: i64| self.hours.iter().find(|known| known.hour == at).cloned();
        (hour - hours + 1..=hour)
            .map(|at| known(at).unwrap_or(Hour { hour: at, ..Hour::default() }))
            .collect()
    }
}

impl Hour {
    /// How many of a kind.
    pub fn count(&self, what: Count) -> u64 {
        self.counts.get(what as usize).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_add_up_are_bounded_and_survive() {
        let dir = tempfile::tempdir().unwrap();
        let (meter, mut history) = (Meter::default(), History::open(dir.path()));
        let at = |hour: i64| Timestamp::from_secs(hour * 3600 + 5);
        meter.add(Count::Polls, 2);
        history.take(at(7), &meter, &Gauges { memory: 5, ..Gauges::default() });
        meter.add(Count::Polls, 3);
        history.take(at(7), &meter, &Gauges { memory: 4, queue_age: 9, ..Gauges::default() });
        meter.add(Count::Polls, 1);
        history.take(at(9), &meter, &Gauges::default());
        history.save(dir.path()).unwrap();
        let again = History::open(dir.path());
        let last = again.last(at(9), 4);
        let polls: Vec<u64> = last.iter().map(|hour| hour.count(Count::Polls)).collect();
        assert_eq!(polls, [0, 5, 0, 1]);
        assert_eq!((last[1].memory, last[1].queue_age), (5, 9));
        for hour in 10..1000 {
            history.take(at(hour), &meter, &Gauges::default());
        }
        assert_eq!(history.hours.len(), HOURS);
        history.take(at(5), &meter, &Gauges::default());
        assert_eq!(history.hours.len(), 1, "the clock went back");
        fs::write(dir.path().join(FILE), "{").unwrap();
        assert!(History::open(dir.path()).hours.is_empty());
    }
}
