//! What comes to the index and goes from it: texts, vectors, and the weights of words that change with them.

use super::words::Bag;
use super::{Document, Held, MOST_GONE, Owner, Place, RelatedIndex, is};
use crate::model::{InsightId, Visibility};
use crate::text::embed::Vector;
use crate::text::table::Table;
use crate::text::token::tokens;
use crate::text::varint::Reader;

impl RelatedIndex {
    /// Adds an insight, or replaces what is known of it. `text` is its claim, or claim and headline.
    pub fn add(&mut self, place: Place, text: &str, vector: Option<Vector>) {
        let words: Vec<String> = tokens(text).into_iter().map(|token| token.lower).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.add_words(place, &words, vector);
    }

    /// As [`RelatedIndex::add`], with the text's words in lower case.
    pub fn add_words(&mut self, place: Place, words: &[&str], vector: Option<Vector>) {
        self.remove(&place.id);
        let slot = self.slots.len() as u32;
        let made = self.words.keep(slot, words);
        self.bags.add(made.terms.bytes());
        let Place { id, item, source, visibility } = place;
        let owner = match &visibility {
            Visibility::Public => None,
            Visibility::Private(reader) => Owner::new(self.owners.take(reader).saturating_add(1)),
        };
        let (item, source) = (self.items.take(&item), self.sources.take(&source));
        let place = Held { id: id.clone(), item, source, owner };
        self.slots.push(Some(Document { place, size: made.size, embedded: false }));
        self.place(slot);
        self.count += 1;
        if let Some(vector) = vector {
            self.set_vector(&id, vector);
        }
        if self.words.weigh() {
            self.measure();
        }
    }

    /// Gives an insight its vector, if it is still there: vectors may be made later than the words are known.
    pub fn set_vector(&mut self, id: &InsightId, vector: Vector) {
        let Some(slot) = self.slot(id) else { return };
        if self.vectors.len() <= slot {
            self.vectors.resize(slot + 1, Vector::ZERO);
        }
        self.vectors[slot] = vector;
        if let Some(document) = self.slots.get_mut(slot).and_then(Option::as_mut) {
            document.embedded = true;
        }
    }

    /// Takes an insight out; no matter if it was never in.
    pub fn remove(&mut self, id: &InsightId) {
        let Some(slot) = self.slot(id) else { return };
        if let Some(document) = self.slots[slot].take() {
            let terms = Reader::new(self.bags.get(slot as u32));
            self.words.drop(Bag::kept(terms, document.size));
            self.count -= 1;
        }
        if let Some(vector) = self.vectors.get_mut(slot) {
            *vector = Vector::ZERO;
        }
        let gone = self.slots.len() - self.count;
        if gone > MOST_GONE && gone * 3 > self.slots.len() {
            self.rewrite();
        }
        if self.words.weigh() {
            self.measure();
        }
    }

    /// Leaves out what is gone.
    fn rewrite(&mut self) {
        let mut next = 0..;
        let kept: Vec<Option<u32>> =
            self.slots.iter().map(|slot| slot.as_ref().and_then(|_| next.next())).collect();
        let place = |slot: u32| kept.get(slot as usize).copied().flatten();
        self.words.rewrite(place);
        let mut slot = 0..;
        self.vectors.retain(|_| slot.next().is_some_and(|slot| place(slot).is_some()));
        let stays = (0..).zip(&self.slots).filter(|(_, document)| document.is_some());
        self.bags = stays.map(|(slot, _)| self.bags.whole(slot)).collect();
        self.slots.retain(Option::is_some);
        self.places = Table::with_room(self.slots.len());
        (0..self.slots.len() as u32).for_each(|slot| self.place(slot));
    }

    /// Makes what is in a slot found by its name.
    pub(super) fn place(&mut self, slot: u32) {
        let slots = &self.slots;
        if let Some(Some(document)) = slots.get(slot as usize) {
            let id = &document.place.id;
            self.places.put(id, slot, |other| is(slots, other, id));
        }
    }

    fn measure(&mut self) {
        for (slot, document) in (0..).zip(&mut self.slots) {
            if let Some(document) = document {
                let bag = Bag::kept(Reader::new(self.bags.get(slot)), document.size);
                document.size.length = self.words.length(bag);
            }
        }
    }
}
