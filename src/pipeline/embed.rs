//! Make vectors of insights that have none of the present model: after a change of model, or where the encoder failed.
//! A few at a time, so that other work comes between.

use super::{Context, StageError};
use crate::model::{InsightId, Timestamp};
use crate::search::sense;
use crate::store::Embedding;
use crate::text::embed::MODEL;

/// Insights at a time: half a second of work.
const AT_ONCE: usize = 32;

/// The stage.
///
/// # Errors
/// [`StageError::Retry`] if the encoder can't be had.
pub async fn embed(ctx: &Context, now: Timestamp) -> Result<(), StageError> {
    let asked = ctx.index.without_vector(AT_ONCE);
    let last = asked.len() < AT_ONCE;
    let mut insights = ctx
        .door
        .call(move |store| {
            let read = asked.into_iter().map(|(id, viewer)| store.insight(&id, viewer.as_ref()));
            read.collect::<Result<Vec<_>, _>>()
        })
        .await?;
    insights.retain(Option::is_some);
    let encoder = ctx.encoder.clone();
    let made = tokio::task::spawn_blocking(move || {
        let senses: Vec<(InsightId, String)> =
            insights.into_iter().flatten().map(|i| (i.id.clone(), sense(&i))).collect();
        let texts: Vec<&str> = senses.iter().map(|(_, text)| text.as_str()).collect();
        let vectors = encoder.encode(&texts)?;
        Ok(senses.into_iter().map(|(id, _)| id).zip(vectors).collect::<Vec<_>>())
    });
    let retry = |what: String| StageError::Retry {
        what,
        hint: "Insights without vectors are related by their words until it works.".into(),
        after: None,
    };
    let made = made.await.map_err(|_| retry("making vectors failed".into()))?;
    let made = made.map_err(|error: crate::encode::EncodeError| retry(error.to_string()))?;
    let rows = made.iter().map(|(id, vector)| Embedding {
        insight: id.clone(),
        model: MODEL.to_owned(),
        vector: vector.clone(),
    });
    let rows: Vec<Embedding> = rows.collect();
    let next = (!last).then_some(now);
    ctx.door.call(move |store| store.save_embeddings(rows, next)).await?;
    ctx.index.set_vectors(made);
    if last {
        tracing::info!("vectors made");
    }
    Ok(())
}
