//! The encoder's directions as vectors that can be kept. Pure; how a direction comes to be is `podbrief-encoder`'s.

pub use podbrief_encoder::{Damaged, Read, cut, weights};

use crate::text::embed::{DIMENSIONS, Encode, Midway, Vector};

const _: () = assert!(DIMENSIONS == podbrief_encoder::DIMENSIONS);

/// The encoder, loaded.
pub struct Encoder(podbrief_encoder::Encoder);

impl Encoder {
    /// As `podbrief_encoder::Encoder::load`.
    ///
    /// # Errors
    /// If the program was built with other weights than it can read.
    pub fn load() -> Result<Self, Damaged> {
        podbrief_encoder::Encoder::load().map(Self)
    }

    /// As `podbrief_encoder::Encoder::reading`.
    ///
    /// # Errors
    /// If the program was built with other weights than it can read.
    pub fn reading(read: Read) -> Result<Self, Damaged> {
        podbrief_encoder::Encoder::reading(read).map(Self)
    }

    /// One vector for each text, in order; the same whatever texts are beside it. A text without words has the zero vector.
    pub fn encode(&self, texts: &[&str]) -> Vec<Vector> {
        self.0.encode(texts).iter().map(|direction| Vector::new(direction)).collect()
    }

    /// The same midway, as `podbrief_encoder::Encoder::midway`.
    pub fn midway(&self, texts: &[&str]) -> Vec<Midway> {
        self.0.midway(texts)
    }
}

impl Encode for Encoder {
    fn vectors(&self, texts: &[&str]) -> Option<Vec<Vector>> {
        Some(self.encode(texts))
    }

    fn midway(&self, texts: &[&str]) -> Option<Vec<Midway>> {
        Some(self.midway(texts))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use sha2::{Digest, Sha256};

    use super::*;

    #[derive(Deserialize)]
    struct Known {
        text: String,
        /// As `data/encoder/make.py vectors` has it, in numpy and with the tokenizers of Hugging Face.
        vector: Vector,
    }

    fn known() -> Vec<Known> {
        serde_json::from_str(include_str!("../../tests/fixtures/vectors.json")).unwrap()
    }

    #[test]
    fn vectors_are_those_of_a_plain_reading_of_the_paper() {
        let known = known();
        let texts: Vec<&str> = known.iter().map(|known| known.text.as_str()).collect();
        let vectors = Encoder::load().unwrap().encode(&texts);
        for (known, vector) in known.iter().zip(&vectors) {
            let like = known.vector.dot(vector);
            assert!(like > 0.9998, "{like}: {:?}", known.text);
        }
    }

    #[test]
    fn likeness_follows_meaning() {
        let encoder = Encoder::load().unwrap();
        let texts = [
            "Batteries age faster when they are kept fully charged.",
            "A cell that is always at a hundred percent loses capacity sooner.",
            "Sourdough needs a warm kitchen to rise.",
            "",
            "\u{301}\u{0}",
        ];
        let vectors = encoder.encode(&texts);
        assert!(vectors[0].dot(&vectors[1]) > vectors[0].dot(&vectors[2]) + 0.2);
        assert!((vectors[0].dot(&vectors[0]) - 1.0).abs() < 1e-3);
        assert!(vectors[3].is_zero() && vectors[3].dot(&vectors[0]) == 0.0);
        assert!(vectors[4].is_zero(), "nothing of it is seen");
        assert_eq!(vectors.len(), texts.len());
        let long = "word ".repeat(100_000);
        assert!(!encoder.encode(&[&long])[0].is_zero());
        assert!(encoder.encode(&[]).is_empty());
    }

    /// The name of the model stands with each kept vector: other weights must have another one.
    #[test]
    fn the_weights_are_those_that_the_name_of_the_model_means() {
        let of = |bytes: &[u8]| -> String {
            Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
        };
        let weights = include_bytes!("../../data/encoder/model.safetensors");
        let pieces = include_bytes!("../../data/encoder/words.txt");
        let both = (of(weights), of(pieces));
        assert_eq!(both, ("ab0072e935420bf5".to_owned(), "07eced375cec144d".to_owned()));
        assert!(crate::text::embed::MODEL.contains("gte-small q8 q4 centred 1"));
    }
}
