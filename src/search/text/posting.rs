//! Where a word stands: documents ascending, in each its places, as differences of one byte mostly.

use serde::{Deserialize, Serialize};

use crate::text::varint::Varints;

/// The list of one word.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Postings {
    all: Varints,
    /// The next document is counted from here.
    next: u32,
}

impl Postings {
    /// Adds a document, which must be greater than those before, with the word's places, ascending.
    pub fn push(&mut self, document: u32, places: &[u16]) {
        // The lowest bit says whether there is more than one place.
        let gap = u64::from(document.saturating_sub(self.next));
        let many = places.len() > 1;
        self.all.push(gap << 1 | u64::from(many));
        self.next = document + 1;
        if many {
            self.all.push(places.len() as u64);
        }
        let mut last = 0;
        for place in places {
            self.all.push(u64::from(place.saturating_sub(last)));
            last = *place;
        }
    }

    /// Gives every document with its places to `each`.
    pub fn each(&self, mut each: impl FnMut(u32, &[u16])) {
        let mut reader = self.all.iter();
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

    /// Gives back what was taken for growing.
    pub fn shrink(&mut self) {
        self.all.shrink();
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        self.all.size()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
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
            let mut postings = Postings::default();
            for (document, places) in &lists {
                postings.push(*document, &places.iter().copied().collect::<Vec<_>>());
            }
            postings.shrink();
            let mut read: BTreeMap<u32, BTreeSet<u16>> = BTreeMap::new();
            postings.each(|document, places| { read.insert(document, places.iter().copied().collect()); });
            prop_assert_eq!(read, lists);
        }
    }
}
