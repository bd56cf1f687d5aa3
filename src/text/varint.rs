//! Numbers one after another, small ones in a byte (LEB128, as DWARF 5 has it in 7.6): lists that are many and long.

/// The numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Varints(Vec<u8>);

impl Varints {
    /// Puts one behind the others.
    pub fn push(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// All, in the order in which they were put.
    #[inline]
    pub fn iter(&self) -> Reader<'_> {
        Reader::new((&self.0, &[]))
    }

    /// As they are kept.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Reads them. What is damaged ends early or gives other numbers.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    now: &'a [u8],
    later: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Of bytes in two parts, as [`Lists`](super::lists::Lists) keep them: each of whole numbers.
    #[inline]
    pub fn new((now, later): (&'a [u8], &'a [u8])) -> Self {
        if now.is_empty() { Self { now: later, later: &[] } } else { Self { now, later } }
    }
}

impl Iterator for Reader<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (byte, rest) = self.now.split_first()?;
            self.now = rest;
            if rest.is_empty() {
                self.now = std::mem::take(&mut self.later);
            }
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
            prop_assert_eq!(kept.iter().collect::<Vec<_>>(), numbers.as_slice());
            let mut more = Varints::default();
            numbers.iter().for_each(|number| more.push(*number));
            let both = Reader::new((kept.bytes(), more.bytes()));
            prop_assert_eq!(both.collect::<Vec<_>>(), [numbers.as_slice(), &numbers].concat());
        }

        #[test]
        fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let count = Varints(bytes.clone()).iter().count();
            prop_assert!(count <= bytes.len());
        }
    }
}
