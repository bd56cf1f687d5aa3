//! How the server does, shared between who measures and who shows it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::history::{Gauges, History, Hour};
use crate::model::Timestamp;
use crate::pipeline::Meter;

/// Cheap to share.
#[derive(Debug, Clone, Default)]
pub struct Vitals {
    /// What is counted.
    pub meter: Arc<Meter>,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    gauges: Gauges,
    history: History,
}

impl Vitals {
    /// With what was known before.
    pub fn new(meter: Arc<Meter>, history: History) -> Self {
        let inner = Inner { history, ..Inner::default() };
        Self { meter, inner: Arc::new(Mutex::new(inner)) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As measured last.
    pub fn gauges(&self) -> Gauges {
        self.inner().gauges.clone()
    }

    /// Measured now.
    pub fn measured(&self, now: Timestamp, gauges: Gauges) {
        let mut inner = self.inner();
        inner.history.take(now, &self.meter, &gauges);
        inner.gauges = gauges;
    }

    /// So many hours up to that of `now`, the oldest first.
    pub fn last(&self, now: Timestamp, hours: i64) -> Vec<Hour> {
        self.inner().history.last(now, hours)
    }

    /// Writes the history down.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn save(&self, dir: &std::path::Path) -> std::io::Result<()> {
        self.inner().history.save(dir)
    }
}

/// Bytes of this process resident in memory; 0 where that is not told.
pub(super) fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
