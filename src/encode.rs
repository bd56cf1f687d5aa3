//! The sentence encoder as the program shares it: loaded when it is first needed, and then there. Whoever waits for an answer
//! is not behind those who have hundreds of texts.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::text::embed::Vector;
use crate::text::encoder::{Damaged, Encoder};

/// Sentence vectors can't be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EncodeError {
    /// The program was built badly.
    #[error(transparent)]
    Damaged(#[from] Damaged),
    /// It goes without.
    #[error("there is no sentence encoder")]
    None,
}

/// Clones share one encoder.
#[derive(Clone)]
pub struct Worker(Option<Arc<Shared>>);

#[derive(Default)]
struct Shared {
    encoder: OnceLock<Result<Encoder, Damaged>>,
    /// Held by who has many texts: the other processors are the readers'.
    many: Mutex<()>,
}

impl Default for Worker {
    fn default() -> Self {
        Self(Some(Arc::default()))
    }
}

impl Worker {
    /// One that can't encode, for who is not concerned with vectors.
    pub fn none() -> Self {
        Self(None)
    }

    /// One vector for each text, in order. Blocks; a thousand sentences take some seconds, and others wait for their turn.
    ///
    /// # Errors
    /// If there is no encoder.
    pub fn encode(&self, texts: &[&str]) -> Result<Vec<Vector>, EncodeError> {
        let shared = self.0.as_ref().ok_or(EncodeError::None)?;
        let _turn = shared.many.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(shared.encoder()?.encode(texts))
    }

    /// The vector of one text, at once: some milliseconds of work.
    pub fn encode_now(&self, text: &str) -> Option<Vector> {
        let encoded = match &self.0 {
            Some(shared) => shared.encoder().map(|encoder| encoder.encode(&[text])),
            None => return None,
        };
        match encoded {
            Ok(vectors) => vectors.into_iter().next(),
            Err(error) => {
                tracing::warn!(%error, "a question is answered by its words only");
                None
            }
        }
    }
}

impl Shared {
    fn encoder(&self) -> Result<&Encoder, EncodeError> {
        self.encoder.get_or_init(Encoder::load).as_ref().map_err(|damaged| damaged.clone().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_encoder_says_or_that_there_is_none() {
        let texts = ["Heat pumps move heat instead of making it.", "", "Bread needs time."];
        let worker = Worker::default();
        let vectors = worker.encode(&texts).unwrap();
        assert_eq!(vectors, Encoder::load().unwrap().encode(&texts));
        assert_eq!(worker.clone().encode_now(texts[0]).as_ref(), vectors.first());
        assert!(matches!(Worker::none().encode(&texts), Err(EncodeError::None)));
        assert_eq!(Worker::none().encode_now(texts[0]), None);
    }

    #[test]
    fn a_question_does_not_wait_for_who_has_many_texts() {
        let worker = Worker::default();
        let turn = worker.0.as_ref().unwrap().many.lock().unwrap();
        assert!(worker.encode_now("Who pays for heat pumps?").is_some());
        drop(turn);
    }
}
