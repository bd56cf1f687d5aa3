//! Numbers one after another, small ones in a byte (LEB128, as DWARF 5 has it in 7.6): lists that are many and long.

use serde::{Deserialize, Serialize};

/// The numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Varints(Vec<u8>);

impl Varints {
    /// Puts one behind the others.
    pub fn push(&mut self, mut number: u64) {
        // Lists are many and grow for ever: a quarter of slack instead of a half.
        if self.0.capacity() - self.0.len() < 8 {
            self.0.reserve_exact(8 + self.0.len() / 4);
        }
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// All, in the order in which they were put.
    #[inline]
    pub fn iter(&self) -> Reader<'_> {
        Reader(&self.0)
    }

    /// Gives back what was taken for growing.
    pub fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    /// Bytes that they take.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads them. What is damaged ends early or gives other numbers.
#[derive(Clone)]
pub struct Reader<'a>(&'a [u8]);

impl Iterator for Reader<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            shift = (shift + 7).min(56);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec(prop_oneof![0..300_u64, any::<u32>().prop_map(u64::from)], 0..60)) {
            let mut kept = Varints::default();
            numbers.iter().for_each(|number| kept.push(*number));
            kept.shrink();
            prop_assert_eq!(kept.iter().collect::<Vec<_>>(), numbers);
        }

        #[test]
        fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let count = Varints(bytes.clone()).iter().count();
            prop_assert!(count <= bytes.len());
        }
    }
}
