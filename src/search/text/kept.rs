//! The full text in parts that can be written down, and put together again from them.

use std::io;

use serde::{Deserialize, Serialize};

use super::{Document, Set, TextIndex, Word};
use crate::model::{SourceId, SubscriberId};
use crate::text::stem::Stemmer;
use crate::text::table::Table;

/// A part holds so many documents or stems, and words of so many bytes.
const OF_PART: usize = 4096;
const BYTES: usize = 256 * 1024;

/// A piece of the index.
#[derive(Serialize, Deserialize)]
pub struct Part(Piece);

#[derive(Serialize, Deserialize)]
enum Piece {
    /// The first, since the others need it.
    Names {
        alive: Set,
        sources: Vec<SourceId>,
        owners: Vec<SubscriberId>,
        languages: Vec<String>,
        documents: usize,
    },
    Documents(Vec<Document>),
    /// In the order of their numbers, with their lists; stems with those of their forms.
    Words(Vec<(String, Word, Vec<u8>)>),
    Stems(Vec<(String, Vec<u8>)>),
}

impl TextIndex {
    /// Gives all of it, piece by piece.
    ///
    /// # Errors
    /// The first that `each` gives.
    pub fn give(&self, each: &mut dyn FnMut(Part) -> io::Result<()>) -> io::Result<()> {
        let mut each = |piece| each(Part(piece));
        each(Piece::Names {
            alive: self.alive.clone(),
            sources: self.sources.all().to_vec(),
            owners: self.owners.all().to_vec(),
            languages: self.languages.iter().map(|(name, _)| name.clone()).collect(),
            documents: self.documents.len(),
        })?;
        for documents in self.documents.chunks(OF_PART) {
            each(Piece::Documents(documents.to_vec()))?;
        }
        let (mut words, mut size) = (Vec::new(), 0);
        for ((number, key), word) in self.keys.all().zip(&self.words) {
            let list = self.lists.whole(number);
            size += key.len() + list.len();
            words.push((key.to_owned(), *word, list));
            if size >= BYTES {
                each(Piece::Words(std::mem::take(&mut words)))?;
                size = 0;
            }
        }
        each(Piece::Words(words))?;
        let mut stems = Vec::new();
        for (number, key) in self.stems.all() {
            stems.push((key.to_owned(), self.forms.whole(number)));
            if stems.len() == OF_PART {
                each(Piece::Stems(std::mem::take(&mut stems)))?;
            }
        }
        each(Piece::Stems(stems))
    }

    /// Puts the next piece back, as [`TextIndex::give`] gave it, into what was empty before the first.
    pub fn take(&mut self, Part(piece): Part) {
        match piece {
            Piece::Names { alive, sources, owners, languages, documents } => {
                self.alive = alive;
                self.sources = sources.into_iter().collect();
                self.owners = owners.into_iter().collect();
                let stemmer = |name: String| (Stemmer::new(&name), name);
                self.languages = languages.into_iter().map(stemmer).map(|(s, n)| (n, s)).collect();
                self.documents.reserve_exact(documents);
                self.count = self.alive.len();
                self.places = Table::with_room(self.count);
            }
            Piece::Documents(documents) => {
                for document in documents {
                    let number = self.documents.len() as u32;
                    self.documents.push(document);
                    if self.alive.contains(number) {
                        self.place(number);
                    }
                }
            }
            Piece::Words(words) => {
                for (key, word, list) in words {
                    if self.keys.add(&key).is_some() {
                        self.words.push(word);
                        self.lists.add(&list);
                    }
                }
            }
            Piece::Stems(stems) => {
                for (stem, forms) in stems {
                    if self.stems.add(&stem).is_some() {
                        self.forms.add(&forms);
                    }
                }
            }
        }
    }
}
