//! What can go wrong with a request, each with what the operator can do.

use std::time::Duration;

use crate::model::Timestamp;

/// A request brought no body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Not an address that can be asked.
    #[error("{0:?} is not an http or https address")]
    BadUrl(String),
    /// The guard refused it.
    #[error("{host} is a private or reserved address ({address})")]
    Private {
        /// As asked.
        host: String,
        /// What it is.
        address: String,
    },
    /// The name has no address.
    #[error("the host {0} could not be found")]
    Dns(String),
    /// No connection, or it broke.
    #[error("no connection to {host}: {detail}")]
    Connect {
        /// Host and port.
        host: String,
        /// Why.
        detail: String,
    },
    /// It took too long.
    #[error("{host} did not answer within {} s", limit.as_secs())]
    Timeout {
        /// Host and port.
        host: String,
        /// How long was waited.
        limit: Duration,
    },
    /// More bytes than allowed, after decoding.
    #[error("the answer is larger than {} MiB", limit / (1024 * 1024))]
    TooLarge {
        /// Bytes.
        limit: usize,
    },
    /// Too many hops, or a hop to nowhere.
    #[error("{0}")]
    Redirect(String),
    /// Every place at the host is taken; nobody was asked.
    #[error("{host} is being asked already")]
    Busy {
        /// Host and port.
        host: String,
    },
    /// The host is left alone; nobody was asked.
    #[error("{host} is left alone until {until}, because it asked for it or could not be reached")]
    Resting {
        /// Host and port.
        host: String,
        /// Until when.
        until: Timestamp,
    },
    /// An answer that is no success.
    #[error("the host answered {status}")]
    Status {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, counted from now.
        retry_after: Option<Duration>,
    },
    /// It is plainly something else than what was wanted.
    #[error("what the host sent is {0}")]
    Unwanted(&'static str),
    /// The disk did not take it, or not give it.
    #[error("a file can't be kept: {0}")]
    Disk(String),
    /// The body broke off or could not be decoded.
    #[error("the answer broke off or could not be decoded: {0}")]
    Body(String),
}

impl FetchError {
    /// One sentence for the operator.
    pub fn hint(&self) -> String {
        match self {
            Self::BadUrl(_) => "Give the whole address of the feed, with https://.".into(),
            Self::Private { .. } => "If this host is yours, name it as \"host:port\" in \
                fetch.allow_private (PODBRIEF_FETCH_ALLOW_PRIVATE)."
                .into(),
            Self::Dns(_) => "Check the address for typing errors, and this machine's DNS.".into(),
            Self::Connect { .. } | Self::Timeout { .. } | Self::Body(_) => {
                "It is asked again later by itself; if it stays so, see whether the address \
                 opens in a browser."
                    .into()
            }
            Self::Unwanted(_) => "Open the address in a browser to see what is there.".into(),
            Self::Disk(_) => "See to the room on the disk and to its permissions.".into(),
            Self::Busy { .. } | Self::Resting { .. } => {
                "It is asked by itself when the host's time has come.".into()
            }
            Self::TooLarge { .. } => {
                "Raise fetch.max_feed_mib or fetch.max_transcript_mib if this size is right.".into()
            }
            Self::Redirect(_) => "Open the address in a browser and add the one it ends at.".into(),
            Self::Status { status, .. } => match status {
                401 | 403 => {
                    "The host refuses it: does the feed need a token in its address?".into()
                }
                404 => "Nothing is at that address (any more): look for the feed's new one.".into(),
                410 => "The host says that it is gone for good: remove the source.".into(),
                429 => {
                    "The host asks for fewer requests; it is asked again when it said so.".into()
                }
                _ => "It is asked again later by itself.".into(),
            },
        }
    }

    /// Whether asking again may help.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::BadUrl(_)
            | Self::Private { .. }
            | Self::TooLarge { .. }
            | Self::Redirect(_)
            | Self::Unwanted(_) => false,
            Self::Status { status, .. } => *status == 408 || *status == 429 || *status >= 500,
            Self::Busy { .. } | Self::Resting { .. } => true,
            Self::Dns(_)
            | Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Body(_)
            | Self::Disk(_) => true,
        }
    }
}
