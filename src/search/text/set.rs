//! A set of documents: one bit each, so that AND, OR and NOT are a few machine words.

use serde::{Deserialize, Serialize};

/// Documents by number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set(Vec<u64>);

impl Set {
    /// Puts a document in.
    pub fn insert(&mut self, document: u32) {
        let at = document as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        if let Some(word) = self.0.get_mut(at) {
            *word |= 1 << (document % 64);
        }
    }

    /// Takes a document out.
    pub fn remove(&mut self, document: u32) {
        if let Some(word) = self.0.get_mut(document as usize / 64) {
            *word &= !(1 << (document % 64));
        }
    }

    /// Whether it is in.
    pub fn contains(&self, document: u32) -> bool {
        self.0.get(document as usize / 64).is_some_and(|word| word >> (document % 64) & 1 == 1)
    }

    /// Leaves what is in `other` too.
    pub fn keep(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= other);
    }

    /// Leaves what is not in `other`.
    pub fn without(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= !other);
    }

    /// Adds what is in `other`.
    pub fn unite(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// All, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    at as u32 * 64 + bit
                })
            })
        })
    }
}

impl FromIterator<u32> for Set {
    fn from_iter<I: IntoIterator<Item = u32>>(documents: I) -> Self {
        let mut set = Self::default();
        documents.into_iter().for_each(|document| set.insert(document));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn does_as_a_set_does(a in prop::collection::btree_set(0..300_u32, 0..40), b in prop::collection::btree_set(0..300_u32, 0..40)) {
            let set = |from: &BTreeSet<u32>| from.iter().copied().collect::<Set>();
            let list = |set: &Set| set.iter().collect::<Vec<_>>();
            let with = |change: fn(&mut Set, &Set)| { let mut own = set(&a); change(&mut own, &set(&b)); list(&own) };
            prop_assert_eq!(with(Set::keep), a.intersection(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(with(Set::without), a.difference(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(with(Set::unite), a.union(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(set(&a).len(), a.len());
            prop_assert!((0..310).all(|n| set(&a).contains(n) == a.contains(&n)));
        }
    }
}
