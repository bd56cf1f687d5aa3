//! Insights' vectors: one small row each, replaced when the model changes.

use super::{SledStore, keys, record};
use crate::model::{InsightId, Job, JobKind, Timestamp};
use crate::store::{Embedding, EmbeddingStore, Result, StoreError};
use crate::text::embed::Vector;

impl EmbeddingStore for SledStore {
    fn save_embeddings(&self, embeddings: Vec<Embedding>, next: Option<Timestamp>) -> Result<()> {
        let held = self.writer();
        let mut batch = ::sled::Batch::default();
        for embedding in embeddings {
            if self.db()?.contains_key(keys::insight(&embedding.insight))? {
                let row = record::encode(&embedding)?;
                batch.insert(keys::embedding(&embedding.insight), row);
            }
        }
        match next {
            Some(due) => self.enqueue(&mut batch, &Job::new(JobKind::Embed, due))?,
            None => self.unqueue(&mut batch, &JobKind::Embed)?,
        }
        self.finish_unseen(batch, held)
    }

    fn each_embedding(&self, model: &str, each: &mut dyn FnMut(InsightId, Vector)) -> Result<()> {
        use super::scan::Scan;
        for row in Scan::new(self.db()?, keys::EMBEDDING) {
            let (key, value) = row?;
            let name = String::from_utf8_lossy(&key);
            match record::decode::<Embedding>(&value, &name) {
                Ok(row) if row.model == model => each(row.insight, row.vector),
                Ok(_) => {}
                Err(error @ StoreError::TooNew { .. }) => return Err(error),
                Err(error) => tracing::warn!(%error, "a vector is made again"),
            }
        }
        Ok(())
    }
}
