//! Derived data for finding insights: rebuilt from the store at start, kept up as insights are published.
//! Nothing here is the only copy of anything.

use std::sync::{PoisonError, RwLock};

use crate::model::{Insight, InsightId, SubscriberId};
use crate::rank::related::RelatedIndex;
use crate::store::{Result, Store};

/// Candidates looked at for each place, because some may be private or gone.
const SLACK: usize = 5;

/// Relations between insights, by their words.
#[derive(Default)]
pub struct Index {
    words: RwLock<RelatedIndex>,
}

impl Index {
    /// From all that the store holds.
    ///
    /// # Errors
    /// If the store can't be read.
    pub fn build(store: &dyn Store) -> Result<Self> {
        let mut words = RelatedIndex::default();
        store.each_insight(&mut |insight| add(&mut words, &insight))?;
        Ok(Self { words: RwLock::new(words) })
    }

    /// Takes in what was just published.
    pub fn add(&self, insights: &[Insight]) {
        let mut words = self.words.write().unwrap_or_else(PoisonError::into_inner);
        for insight in insights {
            add(&mut words, insight);
        }
    }

    /// Forgets what was removed.
    pub fn remove(&self, insights: &[InsightId]) {
        let mut words = self.words.write().unwrap_or_else(PoisonError::into_inner);
        for id in insights {
            words.remove(id);
        }
    }

    /// Insights of other items that are about the same, best first; only what `viewer` may see.
    ///
    /// # Errors
    /// If the store can't be read.
    pub fn related(
        &self,
        store: &dyn Store,
        insight: &Insight,
        viewer: Option<&SubscriberId>,
        limit: usize,
    ) -> Result<Vec<(Insight, f32)>> {
        let near = {
            let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
            words.related(&insight.id, limit * SLACK)
        };
        let mut found = Vec::new();
        for related in near {
            if found.len() >= limit {
                break;
            }
            if let Some(other) = store.insight(&related.id, viewer)? {
                found.push((other, related.score));
            }
        }
        Ok(found)
    }
}

fn add(words: &mut RelatedIndex, insight: &Insight) {
    // The quote holds names that the claim may leave out.
    let text = format!("{} {} {}", insight.headline, insight.claim, insight.quote.text);
    words.add(insight.id.clone(), insight.item.clone(), insight.source.clone(), &text);
}
