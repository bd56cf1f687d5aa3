//! How often something stands where: ascending numbers with a count each, in a byte and a half. There are millions of
//! them.

use serde::{Deserialize, Serialize};

use crate::text::varint::{Reader, Varints};

/// A word said more often than this counts no more.
const MOST: u32 = 63;

/// A number and its count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    pub number: u32,
    /// One at least.
    pub count: u32,
}

impl Counted {
    /// A word said again counts for less and less.
    #[inline]
    pub fn weight(self) -> f32 {
        // Most are said once, and the logarithm is what takes time.
        if self.count == 1 { 1.0 } else { 1.0 + (self.count as f32).ln() }
    }
}

/// The list: differences, of which the lowest bit says whether a count follows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    all: Varints,
    /// The next number is counted from here.
    next: u32,
}

impl Counts {
    /// Adds a number, which must be greater than those before.
    pub fn push(&mut self, number: u32, count: u32) {
        let count = count.clamp(1, MOST);
        let gap = u64::from(number.saturating_sub(self.next));
        self.all.push(gap << 1 | u64::from(count > 1));
        if count > 1 {
            self.all.push(u64::from(count));
        }
        self.next = number.saturating_add(1);
    }

    /// All, ascending.
    #[inline]
    pub fn iter(&self) -> Iter<'_> {
        Iter { rest: self.all.iter(), next: 0 }
    }

    /// Whether all numbers are below `end`.
    pub fn is_below(&self, end: usize) -> bool {
        self.iter().all(|counted| (counted.number as usize) < end)
    }

    /// Gives back what was taken for growing.
    pub fn shrink(&mut self) {
        self.all.shrink();
    }
}

impl FromIterator<(u32, u32)> for Counts {
    fn from_iter<I: IntoIterator<Item = (u32, u32)>>(all: I) -> Self {
        let mut counts = Self::default();
        all.into_iter().for_each(|(number, count)| counts.push(number, count));
        counts.shrink();
        counts
    }
}

/// Reads the list.
pub(super) struct Iter<'a> {
    rest: Reader<'a>,
    next: u32,
}

impl Iterator for Iter<'_> {
    type Item = Counted;

    #[inline]
    fn next(&mut self) -> Option<Counted> {
        let head = self.rest.next()?;
        let number = self.next.saturating_add((head >> 1) as u32);
        self.next = number.saturating_add(1);
        let count = if head & 1 == 1 { self.rest.next()? as u32 } else { 1 };
        Some(Counted { number, count })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn gives_back_what_was_put_in(all in prop::collection::btree_map(0..3_000_000_u32, 1..=MOST, 0..60)) {
            let counts: Counts = all.iter().map(|(number, count)| (*number, *count)).collect();
            let read: BTreeMap<u32, u32> = counts.iter().map(|c| (c.number, c.count)).collect();
            prop_assert!(counts.is_below(3_000_000));
            prop_assert_eq!(read, all);
        }
    }
}
