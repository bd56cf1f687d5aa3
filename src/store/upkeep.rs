//! The part of the contract that keeps the store well: whether it takes writes, what is wrong with it, how large it is,
//! and what was set aside.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Result;
use crate::model::{Item, Job, SourceId, Timestamp};

/// For whoever keeps the server well.
pub trait UpkeepStore {
    /// Whether something may be written now; mends first what can be mended, as after a failure of the disk.
    fn writable(&self) -> Result<()>;
    /// Bytes on disk and in rows.
    fn usage(&self) -> Result<Usage>;
    /// Verifies what must hold between rows, indexes and bodies; mends what can be mended if `repair`. Writers wait.
    fn check(&self, repair: bool, now: Timestamp) -> Result<Report>;
    /// Copies what lives into a fresh database that takes the old one's place, and removes bodies that nothing names.
    /// Readers go on, writers wait. A crash leaves the old one or the new one.
    fn compact(&self) -> Result<Compacted>;
    /// Removes the texts of items that were published before `before`, and the oldest ones while all together take more
    /// than `most` bytes. What any brief was made of stays, and so do all insights.
    fn forget_texts(&self, before: Option<Timestamp>, most: Option<u64>) -> Result<Forgotten>;
    /// Items that were set aside after repeated failures, at most so many.
    fn set_aside(&self, limit: usize) -> Result<Vec<Item>>;
    /// Jobs that have failed and wait to be tried again, at most so many.
    fn troubled(&self, limit: usize) -> Result<Vec<Job>>;
    /// Queues what was set aside and what has failed, of one source or of all, to be tried now. Returns how many.
    fn retry(&self, source: Option<&SourceId>, now: Timestamp) -> Result<usize>;
}

/// Bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The database's files.
    pub database: u64,
    /// Files of bodies.
    pub bodies: u64,
    /// Free on the disk, for this user.
    pub free: u64,
    /// What stays free.
    pub floor: u64,
}

/// What a compaction came to, in bytes on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compacted {
    /// Rows copied, indexes included.
    pub rows: u64,
    /// The database before.
    pub before: u64,
    /// And after.
    pub after: u64,
    /// Bodies that nothing named.
    pub bodies: u64,
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgotten {
    /// Items whose texts went.
    pub items: usize,
    /// Files.
    pub bodies: u64,
    /// On disk.
    pub bytes: u64,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How many of each kind were looked at.
    pub looked_at: BTreeMap<String, usize>,
    /// What does not hold, at most [`Report::MOST`].
    pub findings: Vec<Finding>,
    /// How many more.
    pub more: usize,
    /// How many were mended.
    pub mended: usize,
}

impl Report {
    /// Findings that are told one by one.
    pub const MOST: usize = 1000;
}

/// Something does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// One sentence.
    pub what: String,
    /// What would mend it; none if nothing here can.
    pub mend: Option<String>,
}
