//! What a stage can fail with, sorted by what to do next.

use std::time::Duration;

use crate::model::Timestamp;
use crate::store::StoreError;

/// A stage did not finish.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// Trying again may help.
    #[error("{what}")]
    Retry {
        /// One sentence.
        what: String,
        /// One sentence.
        hint: String,
        /// Not sooner than this.
        after: Option<Duration>,
    },
    /// Trying again can't help.
    #[error("{what}")]
    Abort {
        /// One sentence.
        what: String,
        /// One sentence.
        hint: String,
    },
    /// It has done what it may for now: to be gone on with then, as if it had not failed.
    #[error("{what}")]
    Rest {
        /// One sentence.
        what: String,
        /// When.
        until: Timestamp,
    },
    /// Its host has no place for it now: to be tried again in a moment, as if it had not been.
    #[error("{what}")]
    Busy {
        /// One sentence.
        what: String,
    },
    /// Not now: to be tried again then, however often that was so.
    #[error("{what}")]
    Later {
        /// One sentence.
        what: String,
        /// One sentence.
        hint: String,
        /// When.
        due: Timestamp,
    },
    /// The store failed; nothing is wrong with the item.
    #[error(transparent)]
    Store(#[from] StoreError),
}
