//! The sentence encoder: gte-small, twelve layers of BERT (`data/encoder`), compiled into the program. Pure; in which process
//! and when it works is decided elsewhere, and so is who reads its weights and how a vector is kept.
//!
//! Ours instead of a library's because of what that takes: five times the memory, twice the time, 71 crates more and a third
//! of a newcomer's first build (docs/measured.md).

mod layers;
mod pieces;
mod product;
#[cfg(test)]
mod tests;
mod weights;

pub use layers::HIDDEN as DIMENSIONS;
use layers::{Depth, Model, Run};
use pieces::Pieces;
use weights::File;
pub use weights::{Damaged, Read};

static WEIGHTS: &[u8] = include_bytes!("../../data/encoder/model.safetensors");
static PIECES: &str = include_str!("../../data/encoder/words.txt");

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
    /// Takes next to no time and memory; while it works, the weights and as much again as the texts need.
    ///
    /// # Errors
    /// If the program was built with other weights than it can read.
    pub fn load() -> Result<Self, Damaged> {
        Self::of(None)
    }

    /// As [`Encoder::load`], with weights that `read` gives when they are needed, a layer's at a time: what lies at a
    /// place of [`weights`]. Where it can't, they are looked at as they lie.
    ///
    /// # Errors
    /// As [`Encoder::load`].
    pub fn reading(read: Read) -> Result<Self, Damaged> {
        Self::of(Some(read))
    }

    fn of(read: Option<Read>) -> Result<Self, Damaged> {
        let model = Model::new(&File::new(WEIGHTS, read)?)?;
        Ok(Self { pieces: Pieces::new(PIECES), model })
    }

    /// One direction for each text, in order, of no certain length; the same whatever texts are beside it. A text without
    /// words has none: all zeros.
    pub fn encode(&self, texts: &[&str]) -> Vec<[f32; DIMENSIONS]> {
        self.run(texts, Depth::Whole)
    }

    /// The mean of each text's pieces midway through the layers, of no certain length: it tells how a thing is said where
    /// [`Encoder::encode`] tells what it is about, and takes seven twelfths of the time. All zeros for a text without words.
    pub fn midway(&self, texts: &[&str]) -> Vec<[f32; DIMENSIONS]> {
        self.run(texts, Depth::Midway)
    }

    fn run(&self, texts: &[&str], depth: Depth) -> Vec<[f32; DIMENSIONS]> {
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
            let run = Run { model: &self.model, texts: now, depth };
            let made = pulp::Arch::new().dispatch(run);
            vectors.extend(now.iter().zip(made).map(|(text, vector)| {
                if pieces::is_empty(text) { [0.0; DIMENSIONS] } else { vector }
            }));
            rest = later;
        }
        vectors
    }
}

/// The weights, as they lie in the program.
pub fn weights() -> &'static [u8] {
    WEIGHTS
}

/// The part of a text that the encoder may see.
pub fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST_BYTES)]
}
