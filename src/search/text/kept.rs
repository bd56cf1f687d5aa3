//! The full text in parts that can be written down, and put together again from them.

use std::io;

use serde::{Deserialize, Serialize};

use super::{Document, Set, TextIndex, Word};
use crate::model::{SourceId, SubscriberId};
use crate::text::stem::Stemmer;

/// A part holds so many documents or forms, and words of so many bytes.
const OF_PART: usize = 4096;
const BYTES: usize = 256 * 1024;

/// A language and a stem of it.
type Stem = (u8, Box<str>);

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
    Words(Vec<(Box<str>, Word)>),
    Forms(Vec<(Stem, Vec<Box<str>>)>),
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
        for (key, word) in &self.words {
            size += key.len() + word.postings.size();
            words.push((key.clone(), word.clone()));
            if size >= BYTES {
                each(Piece::Words(std::mem::take(&mut words)))?;
                size = 0;
            }
        }
        each(Piece::Words(words))?;
        let mut forms = Vec::new();
        for (key, of) in &self.forms {
            forms.push((key.clone(), of.clone()));
            if forms.len() == OF_PART {
                each(Piece::Forms(std::mem::take(&mut forms)))?;
            }
        }
        each(Piece::Forms(forms))
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
                self.places.reserve(self.alive.len());
            }
            Piece::Documents(documents) => {
                for document in documents {
                    let number = self.documents.len() as u32;
                    if self.alive.contains(number) {
                        self.places.insert(document.id.clone(), number);
                    }
                    self.documents.push(document);
                }
            }
            Piece::Words(words) => self.words.extend(words),
            Piece::Forms(forms) => self.forms.extend(forms),
        }
    }
}
