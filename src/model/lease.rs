//! A subscription at a hub (W3C WebSub 5), from the subscriber's side.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// What was agreed with a hub, and how it keeps to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The hub's address.
    pub hub: String,
    /// The topic's address, as the hub knows it.
    pub topic: String,
    /// The unguessable part of our callback's address.
    pub token: String,
    /// What the hub signs with.
    pub secret: String,
    /// When the hub was last asked for it.
    pub asked: Timestamp,
    /// How often in a row asking led to nothing.
    #[serde(default)]
    pub failures: u32,
    /// Until when it is granted; `None` while the hub has not confirmed.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// When it last told of news.
    #[serde(default)]
    pub told: Option<Timestamp>,
    /// Whether a poll found news that it had not told of, since.
    #[serde(default)]
    pub missed: bool,
    /// Why it is not granted.
    #[serde(default)]
    pub problem: Option<String>,
}

impl Lease {
    /// Whether the hub holds a subscription now.
    pub fn is_granted(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until > now)
    }

    /// Whether it can be relied on for news: granted, and it has told of some and hidden none since.
    pub fn is_trusted(&self, now: Timestamp) -> bool {
        self.is_granted(now) && self.told.is_some() && !self.missed
    }

    /// Whether the hub is to be asked (again): never granted, or soon to end within `ahead`; after failures less and less
    /// often.
    pub fn is_due(&self, now: Timestamp, ahead: Duration) -> bool {
        let granted = self.until.is_some_and(|until| until > now.after(ahead));
        let wait = Duration::from_secs(600).saturating_mul(1 << self.failures.min(10));
        !granted && now.since(self.asked) >= wait.min(Duration::from_secs(7 * 24 * 3600))
    }
}
