//! Vectors of the shipped topics, so that a start doesn't make them anew. Pure; `data/encoder/make.py topics` made the file.

use sha2::{Digest, Sha256};

use crate::text::embed::{BYTES, Vector};

/// For each topic the first bytes of the hash of what it is, and the vector of that.
static FILE: &[u8] = include_bytes!("../../../data/topics.vectors");
const NAME: usize = 8;

/// The vector of what a topic is, if it is shipped.
pub(super) fn vector(text: &str) -> Option<Vector> {
    let hash = Sha256::digest(text);
    let rows = FILE.as_chunks::<{ NAME + BYTES }>().0;
    let row = rows.iter().find(|row| row[..NAME] == hash[..NAME])?;
    Vector::from_bytes(&row[NAME..])
}
