//! Short numbers for names that come again and again: an item's stands with all its insights, a source's with all its
//! items'. A name that nobody bears any more keeps its number until the index is made anew.

use std::collections::HashMap;
use std::hash::Hash;

/// Names and their numbers, which begin with 0.
pub struct Names<T> {
    numbers: HashMap<T, u32>,
    names: Vec<T>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), names: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Names<T> {
    /// The number of a name; a new one if it has none.
    pub fn take(&mut self, name: &T) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.clone(), number);
        self.names.push(name.clone());
        number
    }

    /// The number of a name, if it has one.
    pub fn number(&self, name: &T) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// In the order of their numbers.
    pub fn all(&self) -> &[T] {
        &self.names
    }

    /// Whose number it is.
    pub fn name(&self, number: u32) -> Option<&T> {
        self.names.get(number as usize)
    }
}

impl<T: Clone + Eq + Hash> FromIterator<T> for Names<T> {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        let mut all = Self::default();
        names.into_iter().for_each(|name| {
            all.take(&name);
        });
        all
    }
}
