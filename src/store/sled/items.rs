//! Items on their way, and the commit that publishes an item's insights.

use super::sources::bury;
use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{
    Basis, BlobId, Gone, Insight, InsightId, Item, ItemId, ItemState, Job, JobKind, Problem,
    Source, SourceId, Timestamp, Visibility,
};
use crate::store::{Extraction, ItemStore, Result, Scope, StoreError, TranscriptOutcome, Unheard};

impl SledStore {
    fn item_to_change(&self, id: &ItemId) -> Result<Item> {
        self.read(keys::item(id))?.ok_or_else(|| StoreError::Gone(format!("item {id}")))
    }

    /// Removes an insight's rows and all indexes but its source's.
    pub(super) fn unpublish(&self, batch: &mut Writes, id: &InsightId) -> Result<()> {
        if let Some(insight) = self.read::<Insight>(keys::insight(id))? {
            for key in index_keys(&insight) {
                batch.remove(key);
            }
            if insight.visibility == Visibility::Public {
                bury(batch, Gone::Insight(id.clone()), None)?;
            }
        }
        batch.remove(keys::insight(id));
        batch.remove(keys::entry(id));
        batch.remove(keys::embedding(id));
        self.unrelate(batch, id)
    }
}

/// Every index key of an insight. What is private is in no public index.
pub(super) fn index_keys(insight: &Insight) -> Vec<Vec<u8>> {
    let mut prefixes = vec![
        keys::scope(&Scope::Source(insight.source.clone())),
        keys::insights_of_item(&insight.item),
    ];
    if insight.visibility == Visibility::Public {
        prefixes.push(keys::scope(&Scope::Latest));
        prefixes.extend(insight.topics.iter().map(|t| keys::scope(&Scope::Topic(t.clone()))));
    }
    prefixes.iter().map(|p| keys::with_seq(p, insight.seq)).collect()
}

impl ItemStore for SledStore {
    fn item(&self, id: &ItemId) -> Result<Option<Item>> {
        self.read(keys::item(id))
    }

    fn items_of(&self, source: &SourceId, limit: usize) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        for key in self.db()?.scan_prefix(keys::items_of(source)).keys().take(limit) {
            let key = key?;
            let id = &key[key.len().saturating_sub(20)..];
            if let Some(item) = self.read([keys::ITEM, id].concat())? {
                items.push(item);
            }
        }
        Ok(items)
    }

    fn await_speech(&self, unheard: Unheard) -> Result<()> {
        let held = self.writer();
        let mut item = self.item_to_change(&unheard.item)?;
        let mut batch = Writes::default();
        self.unqueue(&mut batch, &JobKind::Transcribe(item.id.clone()))?;
        if item.state == ItemState::New {
            let job = Job::new(JobKind::Recognise(item.id.clone()), unheard.now);
            if !self.db()?.contains_key(keys::job(&job.kind.key()))? {
                self.enqueue(&mut batch, &job)?;
            }
            item.recognised_by = Some(unheard.by);
            item.problem = unheard.problem;
            batch.insert(keys::item(&item.id), record::encode(&item)?);
        }
        self.finish(batch, held)
    }

    fn save_transcript(&self, outcome: TranscriptOutcome) -> Result<()> {
        let held = self.writer();
        let mut item = self.item_to_change(&outcome.item)?;
        let mut batch = Writes::default();
        self.unqueue(&mut batch, &JobKind::Transcribe(item.id.clone()))?;
        self.unqueue(&mut batch, &JobKind::Recognise(item.id.clone()))?;
        if item.state == ItemState::New {
            item.recognised_by = outcome.recognised_by;
            item.transcript = Some(outcome.body);
            item.state = ItemState::Transcribed { origin: outcome.origin };
            item.problem = outcome.problem;
            item.chapters = outcome.chapters;
            item.drift_ms = outcome.drift_ms;
            let job = Job::new(JobKind::Extract(item.id.clone()), outcome.now);
            self.enqueue(&mut batch, &job)?;
            batch.insert(keys::item(&item.id), record::encode(&item)?);
        }
        self.finish(batch, held)
    }

    fn save_drafts(&self, id: &ItemId, drafts: BlobId, now: Timestamp) -> Result<()> {
        let held = self.writer();
        let mut item = self.item_to_change(id)?;
        let mut batch = Writes::default();
        self.unqueue(&mut batch, &JobKind::Extract(id.clone()))?;
        if let ItemState::Transcribed { origin } = item.state {
            item.state = ItemState::Drafted { origin, drafts, since: now };
            self.enqueue(&mut batch, &Job::new(JobKind::Write(id.clone()), now))?;
            batch.insert(keys::item(id), record::encode(&item)?);
        }
        self.finish(batch, held)
    }

    fn save_extraction(&self, extraction: Extraction) -> Result<Vec<Insight>> {
        let mut held = self.writer();
        let mut item = self.item_to_change(&extraction.item)?;
        let mut batch = Writes::default();
        self.unqueue(&mut batch, &JobKind::Extract(item.id.clone()))?;
        self.unqueue(&mut batch, &JobKind::Write(item.id.clone()))?;
        if !matches!(item.state, ItemState::Transcribed { .. } | ItemState::Drafted { .. }) {
            self.finish(batch, held)?;
            return Ok(Vec::new());
        }
        let mut next = *held;
        let mut published: Vec<Insight> = Vec::new();
        let mut embed_at = None;
        // Best first in, best last out: feeds are read from the highest `seq` down.
        for publication in extraction.publications.into_iter().rev() {
            let mut insight = publication.insight;
            let row = keys::insight(&insight.id);
            let twice = published.iter().any(|p| p.id == insight.id);
            if twice || self.db()?.contains_key(&row)? {
                continue;
            }
            insight.seq = next;
            next += 1;
            for key in index_keys(&insight) {
                batch.insert(key, insight.id.as_str().as_bytes());
            }
            batch.remove(keys::tombstone(&Gone::Insight(insight.id.clone())));
            batch.insert(row, record::encode(&insight)?);
            batch.insert(keys::entry(&insight.id), record::encode(&publication.entry)?);
            match &publication.embedding {
                Some(made) => {
                    batch.insert(keys::embedding(&insight.id), record::encode(made)?);
                }
                None => embed_at = Some(insight.published),
            }
            published.push(insight);
        }
        if let Some(due) = embed_at {
            self.enqueue(&mut batch, &Job::new(JobKind::Embed, due))?;
        }
        batch.insert(keys::SEQ, &(next - 1).to_be_bytes());
        let count = u32::try_from(published.len()).unwrap_or(u32::MAX);
        item.state = ItemState::Published { insights: count, origin: extraction.origin };
        batch.insert(keys::item(&item.id), record::encode(&item)?);
        if let Some(writing) = &extraction.writing {
            if writing.tally.passages > 0 {
                self.add_tally(&mut batch, &item.source, &writing.tally, writing.at)?;
            }
            if writing.relate && !published.is_empty() {
                let job = Job::new(JobKind::Relate(item.id.clone()), writing.at);
                self.enqueue(&mut batch, &job)?;
            }
        }
        if let Some(mut source) = self.read::<Source>(keys::source(&item.source))? {
            if let Some(writing) = &extraction.writing {
                source.coverage.to_write += writing.tally.passages;
                source.coverage.written += writing.tally.written;
                source.coverage.dropped += writing.tally.dropped();
            }
            source.coverage.processed += 1;
            source.coverage.insights += count;
            if Basis::from(extraction.origin).is_spoken() {
                source.coverage.with_transcript += 1;
            }
            batch.insert(keys::source(&source.id), record::encode(&source)?);
        }
        *held = next;
        self.finish(batch, held)?;
        Ok(published)
    }

    fn fail_item(&self, id: &ItemId, job: &JobKind, problem: Problem) -> Result<()> {
        let held = self.writer();
        let mut batch = Writes::default();
        self.unqueue(&mut batch, job)?;
        if let Some(mut item) = self.read::<Item>(keys::item(id))? {
            item.state = ItemState::Failed;
            item.problem = Some(problem);
            batch.insert(keys::aside(id), Vec::new());
            batch.insert(keys::item(id), record::encode(&item)?);
        }
        self.finish(batch, held)
    }
}
