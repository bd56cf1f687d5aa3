//! Make an item's insights as the extractive engine tells them. They are published at once; where a language model is to
//! write them, they are kept as drafts for `write`.

use serde::{Deserialize, Serialize};

use super::{Context, StageError, publish};
use crate::insight::{self, Draft, proof, written};
use crate::model::{
    Basis, Item, ItemId, ItemState, JobKind, Source, SourceId, Tally, Timestamp, Transcript,
    TranscriptOrigin, Visibility,
};
use crate::store::StoreError;

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
    /// What a language model had to do with it.
    #[serde(default)]
    pub writing: Tally,
}

/// An item with all that its insights are made of.
pub(super) struct Loaded {
    pub item: Item,
    pub source: Source,
    pub origin: TranscriptOrigin,
    pub transcript: Transcript,
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
    let made = tokio::task::spawn_blocking(move || {
        let (drafts, unproved) = drafts(&maker, &loaded);
        (loaded, drafts, unproved)
    });
    let (loaded, drafts, unproved) = made.await.map_err(|_| failed_inside())?;
    if is_to_be_written(ctx, &loaded.source, &drafts) {
        return keep(ctx, id, &drafts, now).await.map(|()| None);
    }
    let told = drafts.into_iter().map(|draft| written::Told { draft, written: false }).collect();
    publish::publish(ctx, loaded, told, Tally::default(), unproved, now).await
}

pub(super) fn failed_inside() -> StageError {
    StageError::Retry {
        what: "extracting insights failed".into(),
        hint: "Please report the episode as a bug; `podbrief extract` on its transcript shows it."
            .into(),
        after: None,
    }
}

/// Whether a language model is to have its part in it: what is for one reader's eyes is sent only if the operator wants
/// that, and what is in a language that can't be checked not at all.
fn is_to_be_written(ctx: &Context, source: &Source, drafts: &[Draft]) -> bool {
    let Some(writer) = &ctx.writer else { return false };
    let language = drafts.first().and_then(|draft| draft.language.as_deref()).unwrap_or_default();
    (source.visibility == Visibility::Public || writer.terms.private) && written::knows(language)
}

/// For `write`.
async fn keep(
    ctx: &Context,
    id: &ItemId,
    drafts: &[Draft],
    now: Timestamp,
) -> Result<(), StageError> {
    let bytes = serde_json::to_vec(drafts).map_err(|e| StageError::Abort {
        what: format!("the drafts can't be kept: {e}"),
        hint: "Please report this as a bug.".into(),
    })?;
    let id = id.clone();
    let kept = ctx.door.call(move |s| {
        let body = s.put_body(&bytes)?;
        s.save_drafts(&id, body, now)
    });
    match kept.await {
        Ok(()) | Err(StoreError::Gone(_)) => Ok(()),
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
    let transcript = read_transcript(&bytes)?;
    Ok(Some(Loaded { item, source, origin, transcript }))
}

pub(super) fn read_transcript(bytes: &[u8]) -> Result<Transcript, StageError> {
    serde_json::from_slice(bytes).map_err(|e| StageError::Abort {
        what: format!("the stored transcript can't be read: {e}"),
        hint: "Restore a backup, or remove and add the source again.".into(),
    })
}

/// The pure part, and how many were dropped.
fn drafts(ctx: &Context, loaded: &Loaded) -> (Vec<Draft>, usize) {
    let Loaded { item, source, origin, transcript } = loaded;
    let basis = Basis::from(*origin);
    let max_insights = ctx.settings.insights_per_item;
    let options = insight::Options { max_insights, basis, ..insight::Options::default() };
    let context = insight::Context {
        show: &source.title,
        title: &item.title,
        language: transcript.language.as_deref().or(item.language.as_deref()),
        persons: &item.persons,
        soundbites: &item.soundbites,
    };
    let encode = publish::EncodeFor { encoder: &ctx.encoder, item };
    let mut drafts = insight::extract(transcript, &context, &options, &encode);
    let drafted = drafts.len();
    drafts.retain(|draft| proof::holds(&draft.quote, transcript));
    let unproved = drafted - drafts.len();
    (drafts, unproved)
}
