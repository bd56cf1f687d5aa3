//! Numbers found by what they stand for, in eight bytes each: what is numbered lies elsewhere, once. Nothing is taken
//! out; a number that stands for nothing any more is passed over.

use std::hash::{BuildHasher, Hash, RandomState};

/// Of so many places one stays empty.
const SPARE: usize = 8;
const LEAST: usize = 16;

/// A part of the key's hash, and the number.
#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    number: u32,
}

/// No number.
const EMPTY: Slot = Slot { hash: 0, number: u32::MAX };

/// The table. Its user says whose number is whose.
#[derive(Default)]
pub struct Table {
    /// As many as a power of two; a key's place is the first from its hash on that is free.
    slots: Vec<Slot>,
    used: usize,
    hasher: RandomState,
}

impl Table {
    /// With room for so many numbers.
    pub fn with_room(count: usize) -> Self {
        let mut table = Self::default();
        table.resize(count);
        table
    }

    /// The number of `key`; `is` says whether one is.
    pub fn find<K: Hash + ?Sized>(&self, key: &K, is: impl Fn(u32) -> bool) -> Option<u32> {
        let found = self.slots.get(self.place(self.hash(key), is)?)?;
        (found.number != EMPTY.number).then_some(found.number)
    }

    /// Gives `key` a number below 2³² - 1, in place of the one that it has.
    pub fn put<K: Hash + ?Sized>(&mut self, key: &K, number: u32, is: impl Fn(u32) -> bool) {
        if self.used >= self.slots.len() - self.slots.len() / SPARE {
            self.resize(self.used + 1);
        }
        let hash = self.hash(key);
        let place = self.place(hash, is);
        if let Some(slot) = place.and_then(|place| self.slots.get_mut(place)) {
            self.used += usize::from(slot.number == EMPTY.number);
            *slot = Slot { hash, number };
        }
    }

    fn hash<K: Hash + ?Sized>(&self, key: &K) -> u32 {
        self.hasher.hash_one(key) as u32
    }

    /// Where the number is, or would be.
    fn place(&self, hash: u32, is: impl Fn(u32) -> bool) -> Option<usize> {
        let last = self.slots.len().checked_sub(1)?;
        let from = hash as usize & last;
        (from..=last).chain(0..from).find(|place| {
            self.slots.get(*place).is_some_and(|slot| {
                slot.number == EMPTY.number || slot.hash == hash && is(slot.number)
            })
        })
    }

    fn resize(&mut self, count: usize) {
        let size = (count + count / (SPARE - 1) + 1).next_power_of_two();
        let slots = vec![EMPTY; size.max(self.slots.len()).max(LEAST)];
        let old = std::mem::replace(&mut self.slots, slots);
        for slot in old.into_iter().filter(|slot| slot.number != EMPTY.number) {
            // None of them stands for what another does.
            if let Some(place) = self.place(slot.hash, |_| false) {
                self.slots[place] = slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn does_as_a_map_does(keys in prop::collection::vec(0..500_u16, 0..900), room in 0..600_usize) {
            let mut table = Table::with_room(room);
            let mut map = HashMap::new();
            for (number, key) in keys.iter().enumerate() {
                table.put(key, number as u32, |n| keys[n as usize] == *key);
                map.insert(*key, number as u32);
            }
            for key in 0..510_u16 {
                let found = table.find(&key, |n| keys[n as usize] == key);
                prop_assert_eq!(found, map.get(&key).copied());
            }
            prop_assert_eq!(table.used, map.len());
        }
    }

    #[test]
    fn an_empty_one_finds_nothing() {
        assert_eq!(Table::default().find("a", |_| true), None);
    }
}
