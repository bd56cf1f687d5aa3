//! Make an item's insights and publish them. What is not in the transcript word for word is dropped here,
//! whoever proposed it.

use serde::{Deserialize, Serialize};

use super::{Context, StageError, chapters};
use crate::insight::{self, proof};
use crate::model::{
    Basis, Insight, InsightId, Item, ItemId, ItemState, JobKind, Source, SourceId, Timestamp,
    Transcript, TranscriptOrigin,
};
use crate::publish::entry;
use crate::search::sense;
use crate::store::{Embedding, Extraction, Publication, StoreError};
use crate::text::embed::{Embed, MODEL};
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

struct Loaded {
    item: Item,
    source: Source,
    origin: TranscriptOrigin,
    transcript: Transcript,
}

/// From so many insights is learned what is usual.
const USUAL: usize = 300;

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
    let vectors = extraction.publications.iter().filter_map(|p| p.embedding.clone());
    let vectors: Vec<_> = vectors.map(|made| (made.insight, made.vector)).collect();
    match ctx.door.call(move |s| s.save_extraction(extraction)).await {
        Ok(published) => {
            report.insights = published.len();
            ctx.index.add(&published);
            ctx.index.set_vectors(vectors);
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
    let max_insights = ctx.settings.insights_per_item;
    let options = insight::Options { max_insights, basis, ..insight::Options::default() };
    let context = insight::Context {
        show: &source.title,
        title: &item.title,
        language: transcript.language.as_deref().or(item.language.as_deref()),
        persons: &item.persons,
        soundbites: &item.soundbites,
    };
    let embed = |texts: &[&str]| match ctx.encoder.encode(texts) {
        Ok(vectors) => Some(vectors),
        Err(error) => {
            tracing::warn!(%error, item = %item.title, "there are no sentence vectors for it now");
            None
        }
    };
    let drafts = insight::extract(&transcript, &context, &options, &embed);
    let drafted = drafts.len();
    let proved = drafts.into_iter().filter(|draft| proof::holds(&draft.quote, &transcript));
    let mut insights: Vec<Insight> =
        proved.map(|draft| of_draft(draft, &item, &source, basis, now)).collect();
    let unproved = drafted - insights.len();
    let senses: Vec<String> = insights.iter().map(sense).collect();
    let senses: Vec<&str> = senses.iter().map(String::as_str).collect();
    let vectors = if senses.is_empty() { None } else { embed(&senses) }.unwrap_or_default();
    learn_topics(ctx, &embed);
    let mut publications = Vec::new();
    for (at, mut insight) in insights.drain(..).enumerate() {
        let vector = vectors.get(at);
        insight.names = names(&insight, &item);
        let text = format!("{} {}", insight.claim, insight.quote.text);
        // A chapter's title says what is talked of as the episode's does.
        let titles = match &insight.chapter {
            Some(chapter) => format!("{} {chapter}", item.title),
            None => item.title.clone(),
        };
        insight.topics = ctx.tagger.tag(&text, &titles, vector.map_or(&[], std::slice::from_ref));
        let embedding = vector.map(|vector| Embedding {
            insight: insight.id.clone(),
            model: MODEL.to_owned(),
            vector: vector.clone(),
        });
        let entry = entry::freeze(&insight, &item, &source, &ctx.topics, &ctx.authority);
        publications.push(Publication { insight, entry, embedding });
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

/// Teaches the tagger the topics' meaning before the first insight is made, and what is usual for each from insights
/// that are kept. Without vectors it is tried again with the next item.
pub fn learn_topics(ctx: &Context, embed: Embed<'_>) {
    if ctx.tagger.has_learned() {
        return;
    }
    let Some(vectors) = embed(&ctx.tagger.texts()) else { return };
    let store = ctx.door.blocking();
    let kept = ctx.index.samples(USUAL).into_iter().filter_map(|(id, vector)| {
        let insight = store.insight(&id, None).ok()??;
        Some((format!("{} {}", insight.claim, insight.quote.text), vec![vector]))
    });
    ctx.tagger.learn(&vectors, &kept.collect::<Vec<_>>());
}

/// Who said it counts where the words name them; hosts and guests are known from the feed.
fn names(insight: &Insight, item: &Item) -> Vec<String> {
    let persons = item.persons.iter().map(|person| person.name.as_str());
    let persons = persons.chain(insight.quote.speaker.as_deref());
    insight::names(&insight.claim, &insight.quote.text, insight.language.as_deref(), persons)
}

fn of_draft(
    draft: insight::Draft,
    item: &Item,
    source: &Source,
    basis: Basis,
    now: Timestamp,
) -> Insight {
    let quote = draft.quote;
    let chapter = chapters::title_at(&item.chapters, quote.start_ms).map(str::to_owned);
    Insight {
        id: InsightId::new(&item.id, quote.first, quote.last, &normal_words(&quote.text)),
        item: item.id.clone(),
        source: source.id.clone(),
        visibility: source.visibility.clone(),
        topics: Vec::new(),
        claim: draft.claim,
        headline: draft.headline,
        quote,
        basis,
        score: draft.score,
        names: Vec::new(),
        episode_kind: item.episode_kind,
        chapter,
        language: draft.language,
        published: now,
        // The store mints the real one.
        seq: 0,
    }
}
