//! A point in time in whole seconds. Formatting only; the clock is read on floor 6 and passed in.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z, kept from the year 1 to 9999-12-30 so that it always prints.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

const MIN: i64 = -62_135_596_800;
const MAX: i64 = 253_402_207_200;

impl Timestamp {
    /// Clamped into the range that RFC 3339 can print.
    pub fn from_secs(secs: i64) -> Self {
        Self(secs.clamp(MIN, MAX))
    }

    /// Seconds since 1970.
    pub fn secs(self) -> i64 {
        self.0
    }

    /// Later by `span`.
    pub fn after(self, span: Duration) -> Self {
        Self::from_secs(self.0.saturating_add(i64::try_from(span.as_secs()).unwrap_or(MAX)))
    }

    /// Earlier by `span`.
    pub fn before(self, span: Duration) -> Self {
        Self::from_secs(self.0.saturating_sub(i64::try_from(span.as_secs()).unwrap_or(MAX)))
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    fn civil(self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// RFC 3339 in UTC: `2026-11-24T07:00:00Z`.
    pub fn rfc3339(self) -> String {
        self.civil().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// RFC 822 with a four-digit year, as RSS 2.0 asks: `Tue, 24 Nov 2026 07:00:00 GMT`.
    /// It is the HTTP date of RFC 9110 5.6.7 as well.
    pub fn rfc822(self) -> String {
        self.civil().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// `2026-11-24`.
    pub fn date(self) -> String {
        self.civil().strftime("%Y-%m-%d").to_string()
    }

    /// Year, month and day in UTC.
    pub fn ymd(self) -> (i16, i8, i8) {
        let date = self.civil().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        (date.year(), date.month(), date.day())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_in_both_forms() {
        let t = Timestamp::from_secs(1_795_503_600);
        assert_eq!(t.rfc3339(), "2026-11-24T07:00:00Z");
        assert_eq!(t.rfc822(), "Tue, 24 Nov 2026 07:00:00 GMT");
    }

    #[test]
    fn never_leaves_the_printable_years() {
        assert_eq!(Timestamp::from_secs(i64::MAX).rfc3339(), "9999-12-30T22:00:00Z");
        assert_eq!(Timestamp::from_secs(i64::MIN).rfc3339(), "0001-01-01T00:00:00Z");
        assert_eq!(Timestamp::from_secs(0).after(Duration::from_secs(u64::MAX)).secs(), MAX);
    }
}
