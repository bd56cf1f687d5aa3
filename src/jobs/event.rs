//! What the scheduler tells whoever listens. Serialised, because listeners may be another process.

use serde::{Deserialize, Serialize};

use crate::model::SourceId;
use crate::pipeline::{ComposeReport, ExtractReport, PollReport, TranscribeReport};

/// One step of work was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A feed was asked.
    Polled {
        /// What it said.
        report: PollReport,
        /// Milliseconds.
        took_ms: u64,
    },
    /// An item's words were found.
    Transcribed {
        /// Where.
        report: TranscribeReport,
        /// Milliseconds.
        took_ms: u64,
    },
    /// An item's insights are published.
    Extracted {
        /// How many.
        report: ExtractReport,
        /// Milliseconds.
        took_ms: u64,
    },
    /// A reader's edition is made.
    Composed {
        /// For whom and how many.
        report: ComposeReport,
        /// Milliseconds.
        took_ms: u64,
        /// More than half an hour after it was due.
        #[serde(default)]
        late: bool,
    },
    /// A job failed and is tried again later, or set aside.
    Failed {
        /// The job.
        job: String,
        /// Whose, where known.
        source: Option<SourceId>,
        /// Why.
        what: String,
    },
}
