//! What can go wrong with the recognition of speech, sorted by what to do next.

use std::fmt::Display;
use std::time::Duration;

use crate::fetch::FetchError;
use crate::model::Timestamp;

/// There are no words, or not yet.
#[derive(Debug)]
pub(super) enum Trouble {
    /// A host has no place for us: nobody was asked.
    Busy(String),
    /// Enough for today.
    Later { what: String, until: Timestamp },
    /// It may go well another time. `progress` says that pieces were recognised before it failed.
    Retry { what: String, hint: String, after: Option<Duration>, progress: bool },
    /// It never will.
    Refused { what: String, hint: String },
}

impl Trouble {
    pub(super) fn refused(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), hint: hint.into() }
    }

    pub(super) fn retry(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Retry { what: what.into(), hint: hint.into(), after: None, progress: false }
    }

    pub(super) fn too_long(minutes: u32) -> Self {
        Self::refused(
            format!("the recording is longer than {minutes} minutes"),
            "Raise infer.transcribe.max_minutes if this length is right.",
        )
    }

    pub(super) fn disk(error: impl Display) -> Self {
        Self::retry(
            format!("the recording's folder can't be used: {error}"),
            "See to the room on the disk and to its permissions.",
        )
    }

    pub(super) fn inside(error: impl Display) -> Self {
        Self::retry(
            format!("work on the recording failed inside: {error}"),
            "Please report this as a bug.",
        )
    }

    /// Of the recording at `url`.
    pub(super) fn of_fetch(url: &str, error: &FetchError) -> Self {
        let what = format!("the recording {url}: {error}");
        match error {
            FetchError::Busy { .. } => Self::Busy(what),
            FetchError::TooLarge { .. } => {
                Self::refused(what, "Raise infer.transcribe.max_audio_mib if this size is right.")
            }
            error if !error.is_temporary() => Self::refused(what, error.hint()),
            error => {
                let after = match error {
                    FetchError::Status { retry_after, .. } => *retry_after,
                    _ => None,
                };
                Self::Retry { what, hint: error.hint(), after, progress: false }
            }
        }
    }

    /// As many of them were recognised before it happened, if it is a matter of time.
    pub(super) fn after_pieces(self, pieces: usize) -> Self {
        match self {
            Self::Retry { what, hint, after, .. } => {
                Self::Retry { what, hint, after, progress: pieces > 0 }
            }
            other => other,
        }
    }

    /// One minute, doubling, at most six hours; longer if the other side asked for it, but within a day.
    pub(super) fn wait(attempts: u32, asked: Option<Duration>) -> Duration {
        let doubled =
            Duration::from_secs(60_u64 << attempts.min(9)).min(Duration::from_secs(6 * 3600));
        doubled.max(asked.unwrap_or_default().min(Duration::from_secs(24 * 3600)))
    }
}
