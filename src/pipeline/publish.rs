//! Publish an item's insights, whoever told them. What is not in the transcript word for word is dropped here.

use super::extract::{ExtractReport, Loaded, failed_inside};
use super::{Context, StageError, chapters};
use crate::encode::{EncodeError, Worker};
use crate::insight::{self, proof, written};
use crate::model::{
    Basis, Insight, InsightId, Item, Source, Tally, Timestamp, Visibility, Written,
};
use crate::publish::entry;
use crate::search::sense;
use crate::store::{Embedding, Extraction, Publication, StoreError, Writing};
use crate::text::embed::{Embed, Encode, MODEL, Midway, Vector};
use crate::text::normal::normal_words;

/// From so many insights is learned what is usual.
const USUAL: usize = 300;

/// Commits all of the item's insights at once; from then on it is never extracted again.
pub(super) async fn publish(
    ctx: &Context,
    loaded: Loaded,
    told: Vec<written::Told>,
    tally: Tally,
    unproved: usize,
    now: Timestamp,
) -> Result<Option<ExtractReport>, StageError> {
    let maker = ctx.clone();
    let made = tokio::task::spawn_blocking(move || make(&maker, loaded, told, tally, now));
    let (extraction, mut report) = made.await.map_err(|_| failed_inside())?;
    report.unproved += unproved;
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

/// The encoder's process, asked for one item.
pub(super) struct EncodeFor<'a> {
    pub encoder: &'a Worker,
    pub item: &'a Item,
}

impl EncodeFor<'_> {
    fn told<T>(&self, made: Result<Vec<T>, EncodeError>) -> Option<Vec<T>> {
        let item = &self.item.title;
        made.inspect_err(
            |error| tracing::warn!(%error, %item, "there are no sentence vectors for it now"),
        )
        .ok()
    }
}

impl Encode for EncodeFor<'_> {
    fn vectors(&self, texts: &[&str]) -> Option<Vec<Vector>> {
        self.told(self.encoder.encode(texts))
    }

    fn midway(&self, texts: &[&str]) -> Option<Vec<Midway>> {
        self.told(self.encoder.midway(texts))
    }
}

fn make(
    ctx: &Context,
    loaded: Loaded,
    told: Vec<written::Told>,
    tally: Tally,
    now: Timestamp,
) -> (Extraction, ExtractReport) {
    let Loaded { item, source, origin, transcript } = loaded;
    let basis = Basis::from(origin);
    let embed = |texts: &[&str]| EncodeFor { encoder: &ctx.encoder, item: &item }.vectors(texts);
    let count = told.len();
    let proved = told.into_iter().filter(|told| proof::holds(&told.draft.quote, &transcript));
    let by = ctx
        .writer
        .as_ref()
        .map(|writer| Written { model: writer.chat.model().to_owned(), prompt: written::PROMPT });
    let mut insights: Vec<Insight> = proved
        .map(|told| {
            let by = by.clone().filter(|_| told.written);
            Insight { written: by, ..of_draft(told.draft, &item, &source, basis, now) }
        })
        .collect();
    let unproved = count - insights.len();
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
    let relate = source.visibility == Visibility::Public
        && ctx.writer.as_ref().is_some_and(|writer| writer.terms.relations);
    let report = ExtractReport {
        source: source.id,
        show: source.title,
        title: item.title,
        insights: publications.len(),
        unproved,
        writing: tally.clone(),
    };
    let writing =
        (relate || tally != Tally::default()).then_some(Writing { tally, at: now, relate });
    (Extraction { item: item.id, origin, publications, writing }, report)
}

/// Teaches the tagger the topics' meaning before the first insight is made, and what is usual for each from insights
/// that are kept. Without vectors it is tried again with the next item.
pub fn learn_topics(ctx: &Context, embed: Embed<'_>) {
    if ctx.tagger.has_learned() {
        return;
    }
    let Some(vectors) = ctx.tagger.vectors(embed) else { return };
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
        written: None,
        language: draft.language,
        published: now,
        // The store mints the real one.
        seq: 0,
    }
}
