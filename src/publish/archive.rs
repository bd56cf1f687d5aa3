//! Archive documents (RFC 5005 section 4): a feed's entries, cut once and for all. Pure; knows no addresses.
//!
//! A cut depends on nothing but the entries before it, so that an archive, once there, never changes: entries are
//! taken by the month of their publication, and a month's by so many. What is not yet in an archive, the newest, is
//! always in the feed itself.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::model::Timestamp;

/// Entries of a full archive. Fewer than a feed's page has, so that the rest fits there.
pub const ARCHIVE_SIZE: usize = 25;

/// A month and the part of it: `2026-11-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchiveName {
    year: i16,
    month: i8,
    part: u32,
}

impl fmt::Display for ArchiveName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{}", self.year, self.month, self.part)
    }
}

/// It is no archive's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoArchive;

impl FromStr for ArchiveName {
    type Err = NoArchive;

    fn from_str(text: &str) -> Result<Self, NoArchive> {
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().ok_or(NoArchive);
        let (year, month, part) = (next()?, next()?, next()?);
        let name = Self {
            year: year.parse().map_err(|_| NoArchive)?,
            month: month.parse().map_err(|_| NoArchive)?,
            part: part.parse().map_err(|_| NoArchive)?,
        };
        // One name has one spelling.
        (name.to_string() == text).then_some(name).ok_or(NoArchive)
    }
}

/// All archives of a feed, the oldest first: names, and places in `published`, the moments of its entries in the order
/// of publication.
pub fn archives(
    published: impl IntoIterator<Item = Timestamp>,
) -> Vec<(ArchiveName, Range<usize>)> {
    let mut done = Vec::new();
    let mut open: Option<(ArchiveName, Range<usize>)> = None;
    for (at, moment) in published.into_iter().enumerate() {
        let (year, month, _) = moment.ymd();
        let mut name = ArchiveName { year, month, part: 1 };
        if let Some((last, range)) = open.take() {
            let full = range.len() >= ARCHIVE_SIZE;
            // A clock that goes back doesn't open a month again.
            let same = (year, month) <= (last.year, last.month);
            if same && !full {
                open = Some((last, range.start..at + 1));
                continue;
            }
            if same {
                name = ArchiveName { part: last.part.saturating_add(1), ..last };
            }
            done.push((last, range));
        }
        open = Some((name, at..at + 1));
    }
    done.extend(open.filter(|(_, range)| range.len() >= ARCHIVE_SIZE));
    done
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::publish::PAGE_SIZE;

    #[test]
    fn names_have_one_spelling() {
        let name: ArchiveName = "2026-11-1".parse().unwrap();
        assert_eq!(name, ArchiveName { year: 2026, month: 11, part: 1 });
        for bad in
            ["", "2026", "2026-11", "2026-11-01", "2026-1-1", "2026-11-+1", "2026-11-1-", "x-y-z"]
        {
            assert_eq!(bad.parse::<ArchiveName>(), Err(NoArchive), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn archives_never_change_and_nothing_is_between_them_and_the_feed(
            steps in prop::collection::vec(-100_000..2_000_000_i64, 0..300)
        ) {
            let mut now = 1_790_000_000;
            let moments: Vec<Timestamp> = steps.iter().map(|step| { now += step; Timestamp::from_secs(now) }).collect();
            let mut before: Vec<(ArchiveName, Range<usize>)> = Vec::new();
            for count in 0..=moments.len() {
                let all = archives(moments[..count].iter().copied());
                prop_assert_eq!(&all[..before.len()], &before[..], "what was there stays");
                let mut end = 0;
                for (name, range) in &all {
                    prop_assert_eq!(range.start, end);
                    prop_assert!((1..=ARCHIVE_SIZE).contains(&range.len()));
                    prop_assert_eq!(name.to_string().parse::<ArchiveName>(), Ok(*name));
                    end = range.end;
                }
                prop_assert!(all.is_sorted_by(|a, b| a.0 < b.0));
                prop_assert!(count - end < PAGE_SIZE, "the rest is in the feed");
                before = all;
            }
        }
    }
}
