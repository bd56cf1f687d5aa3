//! Where a word stands: documents ascending, in each its places, as differences of one byte mostly.

use crate::text::varint::{Reader, Varints};

/// Puts a document to the end of a list: one greater than those before, with the word's places, ascending. `next` is the
/// list's: from there the next document is counted.
pub fn push(to: &mut Varints, next: &mut u32, document: u32, places: &[u16]) {
    // The lowest bit says whether there is more than one place.
    let gap = u64::from(document.saturating_sub(*next));
    let many = places.len() > 1;
    to.push(gap << 1 | u64::from(many));
    *next = document.saturating_add(1);
    if many {
        to.push(places.len() as u64);
    }
    let mut last = 0;
    for place in places {
        to.push(u64::from(place.saturating_sub(last)));
        last = *place;
    }
}

/// The list of one word.
#[derive(Clone, Copy)]
pub struct Postings<'a>(pub Reader<'a>);

impl Postings<'_> {
    /// Gives every document with its places to `each`.
    pub fn each(self, mut each: impl FnMut(u32, &[u16])) {
        let mut reader = self.0;
        let mut next = 0_u32;
        let mut places = Vec::new();
        while let Some(head) = reader.next() {
            let document = next.saturating_add((head >> 1) as u32);
            next = document.saturating_add(1);
            let count = if head & 1 == 1 { reader.next().unwrap_or(0) } else { 1 };
            places.clear();
            let mut place = 0_u16;
            for _ in 0..count {
                place = place.saturating_add(reader.next().unwrap_or(0) as u16);
                places.push(place);
            }
            each(document, &places);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn gives_back_what_was_put_in(lists in prop::collection::btree_map(0..2_000_000_u32, prop::collection::btree_set(any::<u16>(), 1..9), 0..30)) {
            let (mut list, mut next) = (Varints::default(), 0);
            for (document, places) in &lists {
                push(&mut list, &mut next, *document, &places.iter().copied().collect::<Vec<_>>());
            }
            let mut read: BTreeMap<u32, BTreeSet<u16>> = BTreeMap::new();
            Postings(list.iter()).each(|document, places| { read.insert(document, places.iter().copied().collect()); });
            prop_assert_eq!(read, lists);
        }
    }
}
