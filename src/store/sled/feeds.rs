//! What is published, by scope, newest first.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::scan::Scan;
use super::sources::insight_in;
use super::{SledStore, keys, record};
use crate::model::{Entry, Gone, Insight, InsightId, ItemId, SubscriberId, Tombstone};
use crate::store::{FeedStore, Result, Scope, StoreError};

impl SledStore {
    /// Walks a scope from its newest end, giving each insight that `viewer` may see to `keep`.
    fn walk<T>(
        &self,
        scope: &Scope,
        viewer: Option<&SubscriberId>,
        before: Option<u64>,
        limit: usize,
        keep: impl Fn(Insight) -> Result<Option<T>>,
    ) -> Result<Vec<T>> {
        let prefix = keys::scope(scope);
        let end = keys::with_seq(&prefix, before.unwrap_or(u64::MAX));
        let mut kept = Vec::new();
        for row in self.db()?.range(keys::with_seq(&prefix, 0)..end).rev() {
            if kept.len() >= limit {
                break;
            }
            let (_, value) = row?;
            let Some(id) = insight_in(&value) else { continue };
            if let Some(insight) = self.insight(&id, viewer)? {
                kept.extend(keep(insight)?);
            }
        }
        Ok(kept)
    }
}

impl FeedStore for SledStore {
    fn insight(&self, id: &InsightId, viewer: Option<&SubscriberId>) -> Result<Option<Insight>> {
        let found = self.read::<Insight>(keys::insight(id))?;
        Ok(found.filter(|insight| insight.visibility.allows(viewer)))
    }

    fn entry(&self, id: &InsightId, viewer: Option<&SubscriberId>) -> Result<Option<Entry>> {
        match self.insight(id, viewer)? {
            Some(_) => self.read(keys::entry(id)),
            None => Ok(None),
        }
    }

    fn insights_for(
        &self,
        scope: &Scope,
        viewer: Option<&SubscriberId>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Insight>> {
        self.walk(scope, viewer, before, limit, |insight| Ok(Some(insight)))
    }

    fn entries_for(
        &self,
        scope: &Scope,
        viewer: Option<&SubscriberId>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Entry)>> {
        self.walk(scope, viewer, before, limit, |insight| {
            Ok(self.read::<Entry>(keys::entry(&insight.id))?.map(|entry| (insight.seq, entry)))
        })
    }

    fn insights_of_item(
        &self,
        item: &ItemId,
        viewer: Option<&SubscriberId>,
    ) -> Result<Vec<Insight>> {
        let mut insights = Vec::new();
        for value in self.db()?.scan_prefix(keys::insights_of_item(item)).values() {
            if let Some(id) = insight_in(&value?) {
                insights.extend(self.insight(&id, viewer)?);
            }
        }
        Ok(insights)
    }

    fn each_insight(&self, each: &mut dyn FnMut(Insight)) -> Result<()> {
        for row in rows::<Insight>(self, keys::INSIGHT) {
            each(row?);
        }
        Ok(())
    }

    fn insights_after(&self, seq: u64, each: &mut dyn FnMut(Insight)) -> Result<()> {
        let db = self.db()?;
        for source in db.scan_prefix(keys::SOURCE).keys() {
            let Some(of) =
                source?.get(keys::SOURCE.len()..).map(|id| [keys::OF_SOURCE, id].concat())
            else {
                continue;
            };
            for row in db.range(keys::with_seq(&of, seq.saturating_add(1))..) {
                let (key, value) = row?;
                if !key.starts_with(&of) {
                    break;
                }
                if let Some(id) = insight_in(&value)
                    && let Some(insight) = self.read::<Insight>(keys::insight(&id))?
                {
                    each(insight);
                }
            }
        }
        Ok(())
    }

    fn epoch(&self) -> Result<u64> {
        keys::epoch(&self.db()?)?.ok_or_else(|| StoreError::Failed("the store has no epoch".into()))
    }

    fn topic_counts(&self) -> Result<BTreeMap<String, usize>> {
        let mut counts = BTreeMap::new();
        for key in self.db()?.scan_prefix(keys::TOPIC).keys() {
            let key = key?;
            let end = key.len().saturating_sub(9);
            if let Some(slug) = key.get(keys::TOPIC.len()..end) {
                *counts.entry(String::from_utf8_lossy(slug).into_owned()).or_insert(0) += 1;
            }
        }
        Ok(counts)
    }

    fn tombstone(&self, of: &Gone) -> Result<Option<Tombstone>> {
        self.read(keys::tombstone(of))
    }

    fn rename_topic(&self, old: &str, new: &str) -> Result<()> {
        self.move_topic(old, new)
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}

/// All rows of one kind, for backups and derived data.
pub(super) fn rows<T: record::Record>(
    store: &SledStore,
    prefix: &'static [u8],
) -> impl Iterator<Item = Result<T>> {
    let (scan, failed) = match store.db() {
        Ok(db) => (Some(Scan::new(db, prefix)), None),
        Err(error) => (None, Some(Err(error))),
    };
    let rows = scan.into_iter().flatten().map(|row| {
        let (key, value) = row?;
        record::decode(&value, &String::from_utf8_lossy(&key))
    });
    failed.into_iter().chain(rows)
}
