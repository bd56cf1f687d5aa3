//! Texts and their numbers, one behind the other in one block: an allocation for each would take as much again.

use super::table::Table;

/// The texts, numbered from 0 on.
#[derive(Default)]
pub struct Keys {
    texts: String,
    /// Where each of them ends.
    ends: Vec<u32>,
    numbers: Table,
}

impl Keys {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text with a number; empty where there is none.
    pub fn text(&self, number: u32) -> &str {
        text(&self.texts, &self.ends, number)
    }

    /// The number of a text, if it is there.
    pub fn number(&self, of: &str) -> Option<u32> {
        self.numbers.find(of, |number| self.text(number) == of)
    }

    /// Puts a text in that is not there yet. Gives its number, the next one; none if there is no room for more, after
    /// four billion bytes.
    pub fn add(&mut self, new: &str) -> Option<u32> {
        let number = u32::try_from(self.ends.len()).ok().filter(|number| *number < u32::MAX)?;
        let end = u32::try_from(self.texts.len() + new.len()).ok()?;
        // They are many and grow for ever: an eighth of slack instead of a half.
        if self.texts.capacity() - self.texts.len() < new.len() {
            self.texts.reserve_exact(new.len() + self.texts.len() / 8);
        }
        self.texts.push_str(new);
        super::lists::with_room(&mut self.ends).push(end);
        let (texts, ends) = (&self.texts, &self.ends);
        self.numbers.put(new, number, |number| text(texts, ends, number) == new);
        Some(number)
    }

    /// All, in the order of their numbers.
    pub fn all(&self) -> impl Iterator<Item = (u32, &str)> {
        (0..self.ends.len() as u32).map(|number| (number, self.text(number)))
    }
}

fn text<'a>(texts: &'a str, ends: &[u32], number: u32) -> &'a str {
    let number = number as usize;
    let from = number.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied());
    let place = from.zip(ends.get(number)).map(|(from, to)| from as usize..*to as usize);
    place.and_then(|place| texts.get(place)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_keep_their_numbers(texts in prop::collection::btree_set("\\PC{0,8}", 0..80)) {
            let mut keys = Keys::default();
            for (n, text) in texts.iter().enumerate() {
                prop_assert_eq!(keys.number(text), None);
                prop_assert_eq!(keys.add(text), Some(n as u32));
            }
            for (n, text) in texts.iter().enumerate() {
                prop_assert_eq!(keys.number(text), Some(n as u32));
                prop_assert_eq!(keys.text(n as u32), text);
            }
            prop_assert!(keys.all().map(|(_, text)| text).eq(&texts));
            prop_assert_eq!(keys.text(texts.len() as u32), "");
            prop_assert_eq!(keys.len(), texts.len());
        }
    }
}
