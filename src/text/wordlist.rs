//! Finds a word in a list that is shipped in the program: a line a word, and behind a tab what is known of it. Keeps
//! nothing of the list but where its lines begin, so that it costs eight bytes a word and no copy. Not for lists that
//! come from outside: their words could be made to collide.

/// One list of up to 2³² - 1 bytes.
pub struct WordList {
    text: &'static str,
    /// Open addressing, a power of two of them, at most half of them taken.
    slots: Box<[Option<Line>]>,
}

/// A line of the list. Its end is found again at each look, which costs less than to keep it.
#[derive(Clone, Copy)]
struct Line {
    start: u32,
    /// Counted from 1, so that an empty slot takes no room of its own.
    number: std::num::NonZeroU32,
}

impl WordList {
    /// Of a list without a head. A word that is there twice has its later line.
    pub fn of(text: &'static str) -> Self {
        let size = (text.lines().count() * 2).next_power_of_two();
        let mut list = Self { text, slots: vec![None; size].into_boxed_slice() };
        let (mut start, mut number) = (0_u32, 0_u32);
        for line in text.split_inclusive('\n') {
            number = number.saturating_add(1);
            let word = line.trim_end_matches(['\n', '\r']).split('\t').next().unwrap_or("");
            if let Some(number) = std::num::NonZeroU32::new(number) {
                list.put(word, Line { start, number });
            }
            start = start.saturating_add(u32::try_from(line.len()).unwrap_or(u32::MAX));
        }
        list
    }

    fn put(&mut self, word: &str, line: Line) {
        let at = self.slot(word);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Some(line);
        }
    }

    /// The slot of a word, or the empty one where it would be.
    fn slot(&self, word: &str) -> usize {
        let mask = self.slots.len().saturating_sub(1);
        let mut at = hash(word) & mask;
        while let Some(Some(line)) = self.slots.get(at) {
            if self.row(*line).0 == word {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    fn row(&self, line: Line) -> (&'static str, &'static str) {
        let rest = self.text.get(line.start as usize..).unwrap_or("");
        let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let row = rest.get(..end).unwrap_or("").trim_end_matches('\r');
        row.split_once('\t').unwrap_or((row, ""))
    }

    /// The number of a word's line, from 0, and what stands behind the tab.
    pub fn find(&self, word: &str) -> Option<(usize, &'static str)> {
        let line = self.slots.get(self.slot(word)).copied().flatten()?;
        Some((line.number.get() as usize - 1, self.row(line).1))
    }
}

/// FNV-1a, 64 bits, folded (draft-eastlake-fnv): good enough for words, and they are short.
fn hash(word: &str) -> usize {
    let full = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    ((full >> 32) ^ full) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_and_no_other() {
        let list = WordList::of("the\t7\nof\t5\nñu\t1\r\nlast");
        assert_eq!(list.find("the"), Some((0, "7")));
        assert_eq!(list.find("ñu"), Some((2, "1")));
        assert_eq!(list.find("last"), Some((3, "")));
        assert_eq!((list.find("th"), list.find("")), (None, None));
        assert_eq!(WordList::of("").find("the"), None);

        let text = include_str!("../../data/frequency/en.tsv");
        let list = WordList::of(text);
        for (at, line) in text.lines().enumerate() {
            let (word, rest) = line.split_once('\t').unwrap_or((line, ""));
            assert_eq!(list.find(word), Some((at, rest)), "{word}");
        }
    }
}
