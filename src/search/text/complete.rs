//! A word that is being typed, to the word it most likely becomes.

use super::{TEXT, TextIndex, keyed};

/// Letters from which on a beginning says enough.
const LEAST_LETTERS: usize = 2;

impl TextIndex {
    /// The word with that beginning that most public insights hold, if none of them holds `begun` in any form. What
    /// only one reader may see completes nobody's word. Looks at every word once.
    pub fn completed(&self, begun: &str) -> Option<String> {
        if begun.chars().count() < LEAST_LETTERS
            || self.forms(begun).iter().any(|n| self.is_public(n))
        {
            return None;
        }
        let beginning = keyed(TEXT, begun);
        let longer = self.keys.all().filter(|(_, key)| key.starts_with(&beginning));
        let counted = longer.map(|(word, key)| {
            let mut count = 0_u32;
            self.postings_of(word).each(|number, _| count += u32::from(self.is_public(number)));
            (count, key)
        });
        // The same whatever order the words lie in: of equals the shortest, then the first.
        let best = counted.filter(|(count, _)| *count > 0).max_by(|(a, one), (b, other)| {
            a.cmp(b).then(other.len().cmp(&one.len())).then(other.cmp(one))
        });
        best.and_then(|(_, key)| key.strip_prefix(TEXT)).map(str::to_owned)
    }

    /// Whether everyone may see it.
    fn is_public(&self, number: u32) -> bool {
        self.alive.contains(number)
            && self.documents.get(number as usize).is_some_and(|document| document.owner == 0)
    }
}
