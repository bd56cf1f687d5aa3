//! Many lists of bytes that grow at their ends, one behind the other in one block: an allocation for each would take as
//! much again. What comes to the end of one that has others behind it is kept apart until that is worth moving all.

use std::collections::HashMap;

/// What is kept apart takes at most this share of what is in its place, and this much.
const SHARE: usize = 8;
const APART: usize = 256 * 1024;
/// What a list takes that is kept apart, beside its bytes.
const EACH: usize = 64;

/// The lists, numbered from 0 on.
#[derive(Default)]
pub struct Lists {
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<u32>,
    /// By list: what belongs at its end.
    apart: HashMap<u32, Vec<u8>>,
    /// What `apart` takes.
    size: usize,
}

impl Lists {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The next list.
    pub fn add(&mut self, bytes: &[u8]) {
        // Beyond four billion bytes there is no place for it, only one apart.
        let end = u32::try_from(self.bytes.len() + bytes.len()).ok();
        if end.is_some() {
            extend(&mut self.bytes, bytes);
        } else {
            self.set_apart(self.ends.len() as u32, bytes);
        }
        let end = end.or(self.ends.last().copied()).unwrap_or_default();
        with_room(&mut self.ends).push(end);
    }

    /// Puts bytes at the end of a list that is there.
    pub fn grow(&mut self, list: u32, bytes: &[u8]) {
        if list as usize >= self.ends.len() {
            return;
        }
        self.set_apart(list, bytes);
        if self.size > self.bytes.len() / SHARE + APART {
            self.settle();
        }
    }

    /// A list: its bytes are those of the first part and then those of the second.
    pub fn get(&self, list: u32) -> (&[u8], &[u8]) {
        let at = list as usize;
        let from = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let place = from.zip(self.ends.get(at)).map(|(from, to)| from as usize..*to as usize);
        let first = place.and_then(|place| self.bytes.get(place)).unwrap_or_default();
        (first, self.apart.get(&list).map(Vec::as_slice).unwrap_or_default())
    }

    /// A list in one piece.
    pub fn whole(&self, list: u32) -> Vec<u8> {
        let (first, second) = self.get(list);
        [first, second].concat()
    }

    fn set_apart(&mut self, list: u32, bytes: &[u8]) {
        self.size += bytes.len();
        let of = self.apart.entry(list).or_insert_with(|| {
            self.size += EACH;
            Vec::new()
        });
        extend(of, bytes);
    }

    /// Moves what is apart to its place.
    fn settle(&mut self) {
        let more: usize = self.apart.values().map(Vec::len).sum();
        let mut old_end = self.bytes.len();
        if u32::try_from(old_end + more).is_err() {
            return;
        }
        // From the last one on: none is written over before it is moved.
        self.bytes.reserve_exact(more);
        self.bytes.resize(old_end + more, 0);
        let mut end = self.bytes.len();
        for list in (0..self.ends.len()).rev() {
            let from = list.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
            self.ends[list] = end as u32;
            if let Some(of) = self.apart.remove(&(list as u32)) {
                self.bytes[end - of.len()..end].copy_from_slice(&of);
                end -= of.len();
            }
            let length = old_end - from;
            self.bytes.copy_within(from..old_end, end - length);
            (old_end, end) = (from, end - length);
            if end == old_end {
                // Those before stay where they are.
                break;
            }
        }
        self.apart = HashMap::new();
        self.size = 0;
    }
}

impl<T: AsRef<[u8]>> FromIterator<T> for Lists {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        let mut lists = Self::default();
        all.into_iter().for_each(|list| lists.add(list.as_ref()));
        lists
    }
}

/// Room for one more, with an eighth of slack instead of a half: such lists are long and grow for ever.
pub(super) fn with_room<T>(list: &mut Vec<T>) -> &mut Vec<T> {
    if list.len() == list.capacity() {
        list.reserve_exact(8 + list.len() / 8);
    }
    list
}

fn extend(list: &mut Vec<u8>, bytes: &[u8]) {
    if list.capacity() - list.len() < bytes.len() {
        list.reserve_exact(bytes.len() + list.len() / 8);
    }
    list.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_hold_what_was_put_in(steps in prop::collection::vec((0..9_u32, prop::collection::vec(any::<u8>(), 0..6), any::<bool>()), 0..60)) {
            let mut lists = Lists::default();
            let mut all: Vec<Vec<u8>> = Vec::new();
            for (list, bytes, settled) in &steps {
                match all.get_mut(*list as usize) {
                    Some(of) => {
                        of.extend(bytes);
                        lists.grow(*list, bytes);
                    }
                    None => {
                        all.push(bytes.clone());
                        lists.add(bytes);
                    }
                }
                if *settled {
                    lists.settle();
                    prop_assert_eq!(lists.bytes.len(), all.iter().map(Vec::len).sum::<usize>());
                }
                let read: Vec<_> = (0..lists.len() as u32).map(|list| lists.whole(list)).collect();
                prop_assert_eq!(&read, &all);
            }
            let copied: Lists = all.iter().collect();
            prop_assert!((0..copied.len() as u32).all(|list| copied.whole(list) == all[list as usize]));
        }
    }

    #[test]
    fn what_is_apart_stays_little() {
        let mut lists: Lists = (0..1000).map(|_| [7]).collect();
        for n in 0..20_000_u32 {
            lists.grow(n * 7 % 1000, &[1; 40]);
            assert!(lists.size <= lists.bytes.len() / SHARE + APART);
        }
        assert_eq!(
            (0..1000).map(|list| lists.whole(list).len()).sum::<usize>(),
            1000 + 20_000 * 40
        );
        assert_eq!(lists.get(1000), (&[][..], &[][..]), "none is there");
    }
}
