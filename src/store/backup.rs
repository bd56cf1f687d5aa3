//! What a backup holds, told to the operator.

use serde::{Deserialize, Serialize};

/// Counts of what a backup wrote or a restore read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupSummary {
    /// Rows: sources, items, insights, entries, jobs.
    pub rows: usize,
    /// Bodies: transcripts and notes.
    pub bodies: usize,
    /// Uncompressed bytes.
    pub bytes: u64,
}
