//! How often something stands where: ascending numbers with a count each, in a byte and a half. There are millions of
//! them.

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

/// Puts a number to the end of a list, greater than those before. The list is of differences, of which the lowest bit says
/// whether a count follows; `next` is the list's: from there the next number is counted.
pub(super) fn push(to: &mut Varints, next: &mut u32, number: u32, count: u32) {
    let count = count.clamp(1, MOST);
    let gap = u64::from(number.saturating_sub(*next));
    to.push(gap << 1 | u64::from(count > 1));
    if count > 1 {
        to.push(u64::from(count));
    }
    *next = number.saturating_add(1);
}

/// A list of ascending numbers.
pub(super) fn list(all: impl IntoIterator<Item = (u32, u32)>) -> Varints {
    let (mut list, mut next) = (Varints::default(), 0);
    all.into_iter().for_each(|(number, count)| push(&mut list, &mut next, number, count));
    list
}

/// Reads a list.
#[derive(Clone, Copy)]
pub(super) struct Counts<'a> {
    rest: Reader<'a>,
    next: u32,
}

impl<'a> Counts<'a> {
    #[inline]
    pub fn new(list: Reader<'a>) -> Self {
        Self { rest: list, next: 0 }
    }

    /// Whether all numbers are below `end`.
    pub fn is_below(mut self, end: usize) -> bool {
        self.all(|counted| (counted.number as usize) < end)
    }
}

impl Iterator for Counts<'_> {
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
            let list = list(all.iter().map(|(number, count)| (*number, *count)));
            let counts = Counts::new(list.iter());
            let read: BTreeMap<u32, u32> = counts.map(|c| (c.number, c.count)).collect();
            prop_assert!(counts.is_below(3_000_000));
            prop_assert_eq!(read, all);
        }
    }
}
