//! When a feed wants to be asked, in its own words, and why it is asked when it is.

use serde::{Deserialize, Serialize};

/// What a feed says of when to ask it (RSS 2.0 `ttl`, `skipHours`, `skipDays`; RSS 1.0 `syndication`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rhythm {
    /// Minutes that a copy may be kept (`ttl`), or between two changes (`sy:updatePeriod` by `sy:updateFrequency`),
    /// the longer of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u64>,
    /// Hours of the day in UTC in which it is not to be asked: bit 0 is midnight to one.
    #[serde(default)]
    pub skip_hours: u32,
    /// Days of the week in UTC on which it is not to be asked: bit 0 is Monday.
    #[serde(default)]
    pub skip_days: u8,
}

/// Why a source is asked when it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The operator's interval.
    Usual,
    /// The host's `Cache-Control` or `Expires`.
    Host,
    /// The feed's `ttl`, `sy:*`, `skipHours` or `skipDays`.
    Feed,
    /// How often it published before.
    Habit,
    /// Its next item is expected then.
    Expected,
    /// It failed; longer each time.
    BackOff,
    /// The host's `Retry-After`.
    RetryAfter,
    /// Its whole host is left alone.
    HostRests,
    /// Its hub tells of news; asked all the same, seldom.
    Hub,
}
