//! What finding needs beside store and index: the vector of a question, made once and kept for a while, and the clock.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::jobs::Clock;
use crate::model::{Query, Timestamp};
use crate::text::embed::Vector;

/// Vectors kept: a hundred kilobytes.
const KEPT: usize = 256;

/// Makes the vector of a text, if it can just now. May block.
pub type Embed = dyn Fn(&str) -> Option<Vector> + Send + Sync;

/// What finding needs.
pub struct Find {
    clock: Clock,
    embed: Arc<Embed>,
    /// The last used at the end.
    kept: Mutex<VecDeque<(String, Vector)>>,
}

/// What a question means.
#[derive(Debug, Clone)]
pub enum Meaning {
    /// Words alone count for it.
    Words,
    /// It has a vector.
    Known(Box<Vector>),
    /// It should have one, and can't just now: an answer without it must not be kept.
    Missing,
}

impl Meaning {
    /// The vector, if there is one.
    pub fn vector(&self) -> Option<&Vector> {
        match self {
            Self::Known(vector) => Some(vector),
            Self::Words | Self::Missing => None,
        }
    }
}

impl Find {
    /// With these parts.
    pub fn new(clock: Clock, embed: Arc<Embed>) -> Self {
        Self { clock, embed, kept: Mutex::default() }
    }

    /// The clock.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The meaning of a question's words. Asks the encoder off the async threads.
    pub async fn meaning(&self, query: &Query) -> Meaning {
        let text = query.text();
        if text.is_empty() {
            return Meaning::Words;
        }
        if let Some(vector) = self.known(&text) {
            return Meaning::Known(Box::new(vector));
        }
        let (embed, asked) = (Arc::clone(&self.embed), text.clone());
        let made = tokio::task::spawn_blocking(move || embed(&asked)).await;
        match made.ok().flatten() {
            Some(vector) => {
                let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() >= KEPT {
                    kept.pop_front();
                }
                kept.push_back((text, vector.clone()));
                Meaning::Known(Box::new(vector))
            }
            None => Meaning::Missing,
        }
    }

    fn known(&self, text: &str) -> Option<Vector> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(known, _)| known == text)?;
        let found = kept.remove(at)?;
        let vector = found.1.clone();
        kept.push_back(found);
        Some(vector)
    }
}
