//! Insights' vectors: one small row each, replaced when the model changes.

use super::scan::Scan;
use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{InsightId, Job, JobKind, Timestamp};
use crate::store::{Embedding, EmbeddingStore, Result, StoreError};
use crate::text::embed::Vector;

impl EmbeddingStore for SledStore {
    fn save_embeddings(&self, embeddings: Vec<Embedding>, next: Option<Timestamp>) -> Result<()> {
        let held = self.writer();
        let mut batch = Writes::default();
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
        for row in Scan::new(self.db()?, keys::EMBEDDING) {
            let (key, value) = row?;
            if let Some(row) = read(&key, &value, model)? {
                each(row.insight, row.vector);
            }
        }
        Ok(())
    }

    fn embedding(&self, model: &str, id: &InsightId) -> Result<Option<Vector>> {
        let key = keys::embedding(id);
        let Some(value) = self.db()?.get(&key)? else { return Ok(None) };
        Ok(read(&key, &value, model)?.map(|row| row.vector))
    }
}

/// The row, if it is of that model and can be read.
fn read(key: &[u8], value: &[u8], model: &str) -> Result<Option<Embedding>> {
    match record::decode::<Embedding>(value, &String::from_utf8_lossy(key)) {
        Ok(row) => Ok(Some(row).filter(|row| row.model == model)),
        Err(error @ StoreError::TooNew { .. }) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "a vector is made again");
            Ok(None)
        }
    }
}
