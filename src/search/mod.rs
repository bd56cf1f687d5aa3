//! Derived data for finding insights: rebuilt from the store at start, kept up as insights are published.
//! Nothing here is the only copy of anything.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::model::{Insight, InsightId, SourceId, SubscriberId};
use crate::rank::related::{Place, RelatedIndex};
use crate::store::{Result, Store};
use crate::text::embed::{MODEL, Vector};
use crate::text::token::{lower, tokens};

/// Relations between insights, by their words and, once given, their vectors.
#[derive(Default)]
pub struct Index {
    related: RwLock<RelatedIndex>,
}

impl Index {
    /// From all that the store holds. Insights without a vector of the present model are related by their words
    /// until they have one ([`Index::without_vector`]).
    ///
    /// # Errors
    /// If the store can't be read.
    pub fn build(store: &dyn Store) -> Result<Self> {
        let mut related = RelatedIndex::with_room(store.counts()?.insights);
        store.each_insight(&mut |insight| add(&mut related, &insight))?;
        store.each_embedding(MODEL, &mut |id, vector| related.set_vector(&id, vector))?;
        related.settle();
        Ok(Self { related: RwLock::new(related) })
    }

    /// Up to `limit` insights that have no vector, each with whom it may be read as.
    pub fn without_vector(&self, limit: usize) -> Vec<(InsightId, Option<SubscriberId>)> {
        self.read().without_vector(limit)
    }

    /// Takes in what was just published, by its words.
    pub fn add(&self, insights: &[Insight]) {
        let mut related = self.write();
        for insight in insights {
            add(&mut related, insight);
        }
    }

    /// Gives insights their vectors: those of [`sense`], all of one model. Unknown insights are passed over.
    pub fn set_vectors(&self, vectors: impl IntoIterator<Item = (InsightId, Vector)>) {
        let mut related = self.write();
        for (id, vector) in vectors {
            related.set_vector(&id, vector);
        }
    }

    /// Forgets what was removed.
    pub fn remove(&self, insights: &[InsightId]) {
        let mut related = self.write();
        for id in insights {
            related.remove(id);
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
        let near = self.read().related(&insight.id, viewer, limit);
        let mut found = Vec::with_capacity(near.len());
        for related in near {
            // The store has the last word on what is there and who may see it.
            if let Some(other) = store.insight(&related.id, viewer)? {
                found.push((other, related.score));
            }
        }
        Ok(found)
    }

    /// Who else said the very same: near-duplicates of an insight in other items that `viewer` may see, most alike
    /// first. Takes milliseconds, however much is known.
    pub fn also_said(
        &self,
        insight: &InsightId,
        viewer: Option<&SubscriberId>,
    ) -> Vec<(InsightId, SourceId)> {
        self.read().repeats(insight, viewer)
    }

    /// Whether two insights say the very same. Takes microseconds; false where one isn't known.
    pub fn same_claim(&self, a: &InsightId, b: &InsightId) -> bool {
        self.read().same(a, b)
    }

    /// An insight's vector, if it has one by now.
    pub fn vector(&self, insight: &InsightId) -> Option<Vector> {
        self.read().vector_of(insight).cloned()
    }

    /// Up to `limit` public insights with their vectors, taken evenly from all.
    pub fn samples(&self, limit: usize) -> Vec<(InsightId, Vector)> {
        self.read().samples(limit)
    }

    /// Cosine of an insight's meaning and a vector of the same model, -1 to 1; none if it has no vector by now.
    pub fn likeness(&self, to: &Vector, insight: &InsightId) -> Option<f32> {
        self.read().vector_of(insight).map(|vector| vector.dot(to))
    }

    fn read(&self) -> RwLockReadGuard<'_, RelatedIndex> {
        self.related.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, RelatedIndex> {
        self.related.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an insight's vector is made of.
pub fn sense(insight: &Insight) -> String {
    format!("{} {} {}", insight.headline, insight.claim, insight.quote.text)
}

fn add(related: &mut RelatedIndex, insight: &Insight) {
    // The quote holds names that the claim may leave out. Who said it isn't what it is about: two claims of one
    // speaker would be near by the rarest of words.
    let speaker: Vec<String> =
        insight.quote.speaker.iter().flat_map(|name| name.split_whitespace().map(lower)).collect();
    let text = sense(insight);
    let words = tokens(&text);
    let said = words.iter().map(|word| word.lower.as_str()).filter(|word| {
        let name = word.strip_suffix("'s").unwrap_or(word);
        !speaker.iter().any(|part| part == name)
    });
    let said: Vec<&str> = said.collect();
    let place = Place {
        id: insight.id.clone(),
        item: insight.item.clone(),
        source: insight.source.clone(),
        visibility: insight.visibility.clone(),
    };
    related.add_words(place, &said, None);
}
