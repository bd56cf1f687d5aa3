//! Vectors of the few words that readers and topics are made of, encoded once and kept in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::encode::Worker;
use crate::text::embed::Vector;

/// Texts kept; at some 500 bytes each this is a few MB.
const MOST: usize = 8192;

/// Clones share what was encoded.
#[derive(Clone, Default)]
pub struct Senses(Arc<Mutex<HashMap<String, Vector>>>);

impl Senses {
    /// One vector for each text, in order; zero where the encoder can't be had just now. Blocks.
    pub fn of(&self, texts: &[String], encoder: &Worker) -> Vec<Vector> {
        let known = |held: &HashMap<String, Vector>, text: &String| held.get(text).cloned();
        let missing: Vec<&str> = {
            let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            texts.iter().filter(|text| !held.contains_key(*text)).map(String::as_str).collect()
        };
        if !missing.is_empty() {
            match encoder.encode(&missing) {
                Ok(vectors) => {
                    let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                    if held.len() + missing.len() > MOST {
                        held.clear();
                    }
                    held.extend(missing.iter().map(|text| (*text).to_owned()).zip(vectors));
                }
                Err(error) => {
                    tracing::warn!(%error, "what readers wrote is matched by its words only");
                }
            }
        }
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.iter().map(|text| known(&held, text).unwrap_or(Vector::ZERO)).collect()
    }
}
