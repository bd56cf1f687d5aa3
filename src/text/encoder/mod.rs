//! The sentence encoder: MiniLM in three layers (`data/encoder`), compiled into the program. Pure; in which process and
//! when it is loaded is decided elsewhere.
//!
//! Ours instead of a library's because of what that takes: five times the memory, twice the time, 71 crates more and a third
//! of a newcomer's first build (docs/measured.md).

mod layers;
mod pieces;
mod product;
#[cfg(test)]
mod tests;
mod weights;

use layers::{Model, Run, Wide};
use pieces::Pieces;
pub use weights::Damaged;
use weights::File;

use crate::text::embed::Vector;

static WEIGHTS: &[u8] = include_bytes!("../../../data/encoder/model.safetensors");
static PIECES: &str = include_str!("../../../data/encoder/words.txt");

/// Bytes of a text that may matter: 128 word pieces are read, the rest is left.
const MOST_BYTES: usize = 4096;
/// Word pieces that go through the layers together: enough that the weights are unpacked seldom, few enough for the
/// processor's caches.
const TOGETHER: usize = 256;

/// The encoder, loaded.
pub struct Encoder {
    pieces: Pieces,
    model: Model,
}

impl Encoder {
    /// Takes a fiftieth of a second and 8 MiB, and as much again while it works.
    ///
    /// # Errors
    /// If the program was built with other weights than it can read.
    pub fn load() -> Result<Self, Damaged> {
        let wide = pulp::Arch::new().dispatch(Wide);
        let model = Model::new(&File::new(WEIGHTS)?, wide)?;
        Ok(Self { pieces: Pieces::new(PIECES), model })
    }

    /// One vector for each text, in order; the same whatever texts are beside it. A text without words has the zero vector.
    pub fn encode(&self, texts: &[&str]) -> Vec<Vector> {
        let pieces: Vec<Vec<u16>> = texts.iter().map(|text| self.pieces.of(cut(text))).collect();
        let mut vectors = Vec::with_capacity(texts.len());
        let mut rest = pieces.as_slice();
        while !rest.is_empty() {
            let mut rows = 0;
            let fit = rest.iter().take_while(|text| {
                rows += text.len();
                rows <= TOGETHER
            });
            let (now, later) = rest.split_at(fit.count().max(1));
            let directions = pulp::Arch::new().dispatch(Run { model: &self.model, texts: now });
            vectors.extend(now.iter().zip(directions).map(|(text, direction)| {
                if pieces::is_empty(text) { Vector::ZERO } else { Vector::new(&direction) }
            }));
            rest = later;
        }
        vectors
    }
}

/// The part of a text that the encoder may see.
pub fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST_BYTES)]
}
