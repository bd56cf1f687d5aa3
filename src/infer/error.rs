//! What can go wrong with a question, and whether it may have to be paid all the same.

use std::time::Duration;

use crate::model::Timestamp;

/// No answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// Nobody was asked: the endpoint is left alone.
    #[error("the model's endpoint is left alone until {0}")]
    Resting(Timestamp),
    /// No connection.
    #[error("no connection to the model's endpoint: {0}")]
    Unreachable(String),
    /// It did not answer in time.
    #[error("the model did not answer within {} s", .0.as_secs())]
    Late(Duration),
    /// The connection broke while it answered.
    #[error("the model's answer broke off: {0}")]
    Broken(String),
    /// 429: too many requests, or no money left there.
    #[error("the model's endpoint asks for fewer requests (429)")]
    Busy {
        /// `Retry-After`.
        after: Option<Duration>,
    },
    /// A server's failure.
    #[error("the model's endpoint fails (HTTP {0})")]
    Failing(u16),
    /// It does not want us: a wrong key, model or address.
    #[error("the model's endpoint refuses (HTTP {status}): {said}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The beginning of what it said.
        said: String,
    },
    /// It does not want this question: too long, or not allowed.
    #[error("the model's endpoint does not take this question (HTTP {status}): {said}")]
    Unwanted {
        /// HTTP status.
        status: u16,
        /// The beginning of what it said.
        said: String,
    },
}

impl ChatError {
    /// Whether the question may have been worked on.
    pub fn may_cost(&self) -> bool {
        matches!(self, Self::Late(_) | Self::Broken(_))
    }

    /// Whether asking the same again later may help.
    pub fn is_temporary(&self) -> bool {
        !matches!(self, Self::Unwanted { .. })
    }

    /// What the operator can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Refused { status: 401 | 403, .. } => {
                "Look at infer.chat.api_key_file or api_key_env."
            }
            Self::Refused { status: 404, .. } => {
                "Look at infer.chat.base_url (does it end in /v1?) and infer.chat.model."
            }
            Self::Refused { .. } => "Look at infer.chat.base_url, model and the key.",
            Self::Late(_) => "Raise infer.chat.timeout, or take a smaller model.",
            Self::Unwanted { .. } => {
                "If it says that the question is too long, lower infer.chat.window."
            }
            _ => "It is asked again by itself; until then insights are passages of what was said.",
        }
    }
}
