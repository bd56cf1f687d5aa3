//! The index in parts that can be written down, and put together again from them.

use std::io;

use serde::{Deserialize, Serialize};

use super::words::{Term, Words};
use super::{Document, RelatedIndex};
use crate::model::{ItemId, SourceId, SubscriberId};
use crate::text::embed::Vector;
use crate::text::table::Table;

/// A part holds so many texts or vectors, and terms of so many texts.
const OF_PART: usize = 1024;
const TEXTS: usize = 64 * 1024;

/// A piece of the index.
#[derive(Serialize, Deserialize)]
pub struct Part(Piece);

#[derive(Serialize, Deserialize)]
enum Piece {
    /// The first, since the others need it.
    Names {
        counts: (usize, usize),
        slots: usize,
        vectors: usize,
        items: Vec<ItemId>,
        sources: Vec<SourceId>,
        owners: Vec<SubscriberId>,
    },
    /// In the order of their numbers, with their lists.
    Terms(Vec<(String, Term, Vec<u8>)>),
    /// With their terms.
    Slots(Vec<(Option<Document>, Vec<u8>)>),
    Vectors(Vec<Vector>),
}

impl RelatedIndex {
    /// Gives all of it, piece by piece.
    ///
    /// # Errors
    /// The first that `each` gives.
    pub fn give(&self, each: &mut dyn FnMut(Part) -> io::Result<()>) -> io::Result<()> {
        let mut each = |piece| each(Part(piece));
        each(Piece::Names {
            counts: self.words.counts(),
            slots: self.slots.len(),
            vectors: self.vectors.len(),
            items: self.items.all().to_vec(),
            sources: self.sources.all().to_vec(),
            owners: self.owners.all().to_vec(),
        })?;
        let (mut terms, mut texts) = (Vec::new(), 0);
        for (stem, term, list) in self.words.all() {
            texts += 1 + term.texts();
            terms.push((stem.to_owned(), term, list));
            if texts >= TEXTS {
                each(Piece::Terms(std::mem::take(&mut terms)))?;
                texts = 0;
            }
        }
        each(Piece::Terms(terms))?;
        let mut slots = (0..).zip(&self.slots).peekable();
        while slots.peek().is_some() {
            let part = slots.by_ref().take(OF_PART);
            let part = part.map(|(slot, document)| (document.clone(), self.bags.whole(slot)));
            each(Piece::Slots(part.collect()))?;
        }
        for vectors in self.vectors.chunks(OF_PART) {
            each(Piece::Vectors(vectors.to_vec()))?;
        }
        Ok(())
    }

    /// Puts the next piece back, as [`RelatedIndex::give`] gave it, into what was empty before the first.
    pub fn take(&mut self, Part(piece): Part) {
        match piece {
            Piece::Names { counts, slots, vectors, items, sources, owners } => {
                self.words = Words::counting(counts);
                self.slots.reserve_exact(slots);
                self.vectors.reserve_exact(vectors);
                self.places = Table::with_room(slots);
                self.items = items.into_iter().collect();
                self.sources = sources.into_iter().collect();
                self.owners = owners.into_iter().collect();
            }
            Piece::Terms(terms) => {
                terms.iter().for_each(|(stem, term, list)| self.words.put(stem, *term, list));
            }
            Piece::Slots(slots) => {
                for (document, terms) in slots {
                    let slot = self.slots.len() as u32;
                    self.count += usize::from(document.is_some());
                    self.slots.push(document);
                    self.bags.add(&terms);
                    self.place(slot);
                }
            }
            Piece::Vectors(vectors) => self.vectors.extend(vectors),
        }
    }

    /// Whether the pieces fit each other, once all are there.
    pub fn fits(&self) -> bool {
        let mut documents = self.slots.iter().enumerate();
        self.vectors.len() <= self.slots.len()
            && documents.all(|(slot, document)| {
                document.as_ref().is_none_or(|document| self.words.knows(self.bag(slot, document)))
            })
            && self.words.are_below(self.slots.len())
    }
}
