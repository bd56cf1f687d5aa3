//! Make an item's insights and publish them. What is not in the transcript word for word is dropped here,
//! whoever proposed it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Context, StageError};
use crate::encode::EncodeError;
use crate::insight::{self, proof};
use crate::model::{
    Basis, Insight, InsightId, Item, ItemId, ItemState, JobKind, Source, SourceId, Timestamp,
    Transcript, TranscriptOrigin,
};
use crate::publish::entry;
use crate::search::sense;
use crate::store::{Extraction, Publication, StoreError};
use crate::text::normal::normal_words;

/// What the stage did, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtractReport {
    /// Whose.
    pub source: SourceId,
    /// As the source calls itself.
    pub show: String,
    /// The item's title.
    pub title: String,
    /// Insights published.
    pub insights: usize,
    /// Drafts dropped because their quote is not in the transcript.
    pub unproved: usize,
}

/// Relates new insights by meaning as well as by words. Without it, words alone relate them.
async fn give_vectors(ctx: &Context, published: Vec<Insight>) {
    let (encoder, index) = (ctx.encoder.clone(), Arc::clone(&ctx.index));
    let given = tokio::task::spawn_blocking(move || {
        let senses: Vec<String> = published.iter().map(sense).collect();
        let senses: Vec<&str> = senses.iter().map(String::as_str).collect();
        let vectors = encoder.encode(&senses)?;
        index.set_vectors(published.into_iter().map(|insight| insight.id).zip(vectors));
        Ok::<(), EncodeError>(())
    });
    if let Ok(Err(error)) = given.await {
        tracing::warn!(%error, "new insights are related by their words only");
    }
}

struct Loaded {
    item: Item,
    source: Source,
    origin: TranscriptOrigin,
    transcript: Transcript,
}

/// The stage.
///
/// # Errors
/// [`StageError::Abort`] if the stored transcript can't be read.
pub async fn extract(
    ctx: &Context,
    id: &ItemId,
    now: Timestamp,
) -> Result<Option<ExtractReport>, StageError> {
    let Some(loaded) = load(ctx, id).await? else {
        let job = JobKind::Extract(id.clone());
        ctx.door.call(move |s| s.drop_job(&job)).await?;
        return Ok(None);
    };
    let maker = ctx.clone();
    let made = tokio::task::spawn_blocking(move || make(&maker, loaded, now));
    let (extraction, mut report) = made.await.map_err(|_| StageError::Retry {
        what: "extracting insights failed".into(),
        hint: "Please report the episode as a bug; `podbrief extract` on its transcript shows it."
            .into(),
        after: None,
    })?;
    match ctx.door.call(move |s| s.save_extraction(extraction)).await {
        Ok(published) => {
            report.insights = published.len();
            ctx.index.add(&published);
            give_vectors(ctx, published).await;
            Ok(Some(report))
        }
        Err(StoreError::Gone(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn load(ctx: &Context, id: &ItemId) -> Result<Option<Loaded>, StageError> {
    let id = id.clone();
    let loaded = ctx.door.call(move |s| {
        let Some(item) = s.item(&id)? else { return Ok(None) };
        let ItemState::Transcribed { origin } = item.state else { return Ok(None) };
        let Some(source) = s.source(&item.source)? else { return Ok(None) };
        let bytes = match &item.transcript {
            Some(body) => s.body(body)?,
            None => return Ok(None),
        };
        Ok(Some((item, source, origin, bytes)))
    });
    let Some((item, source, origin, bytes)) = loaded.await? else { return Ok(None) };
    let transcript = serde_json::from_slice(&bytes).map_err(|e| StageError::Abort {
        what: format!("the stored transcript can't be read: {e}"),
        hint: "Restore a backup, or remove and add the source again.".into(),
    })?;
    Ok(Some(Loaded { item, source, origin, transcript }))
}

/// The pure part.
fn make(ctx: &Context, loaded: Loaded, now: Timestamp) -> (Extraction, ExtractReport) {
    let Loaded { item, source, origin, transcript } = loaded;
    let basis = Basis::from(origin);
    let options = insight::Options { max_insights: ctx.settings.insights_per_item, basis };
    let context = insight::Context {
        show: &source.title,
        title: &item.title,
        language: transcript.language.as_deref().or(item.language.as_deref()),
        persons: &item.persons,
        soundbites: &item.soundbites,
    };
    let mut publications = Vec::new();
    let mut unproved = 0;
    let embed = |texts: &[&str]| match ctx.encoder.encode(texts) {
        Ok(vectors) => Some(vectors),
        Err(error) => {
            tracing::warn!(%error, item = %item.title, "insights are chosen without sentence vectors");
            None
        }
    };
    for draft in insight::extract(&transcript, &context, &options, &embed) {
        if !proof::holds(&draft.quote, &transcript) {
            unproved += 1;
            continue;
        }
        let quote = draft.quote;
        let id = InsightId::new(&item.id, quote.first, quote.last, &normal_words(&quote.text));
        let insight = Insight {
            id,
            item: item.id.clone(),
            source: source.id.clone(),
            visibility: source.visibility.clone(),
            topics: ctx.tagger.tag(&format!("{} {}", draft.claim, quote.text), &item.title),
            claim: draft.claim,
            headline: draft.headline,
            quote,
            basis,
            score: draft.score,
            names: Vec::new(),
            language: draft.language,
            published: now,
            // The store mints the real one.
            seq: 0,
        };
        let entry = entry::freeze(&insight, &item, &source, &ctx.topics, &ctx.authority);
        publications.push(Publication { insight, entry });
    }
    let report = ExtractReport {
        source: source.id,
        show: source.title,
        title: item.title,
        insights: publications.len(),
        unproved,
    };
    (Extraction { item: item.id, origin, publications }, report)
}
