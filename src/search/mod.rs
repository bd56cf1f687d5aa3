//! Derived data for finding insights: made of the store at the first start, kept in a file for the next ones, kept up as
//! insights are published. Nothing here is the only copy of anything.

mod kept;
mod query;
mod text;

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use self::kept::{Of, Part};
pub use self::query::{NEAR, Ranked};
use self::text::TextIndex;
pub use self::text::{Ask, Match};
use crate::model::{Insight, InsightId, SourceId, SubscriberId};
use crate::rank::related::{Place, RelatedIndex};
use crate::store::{Result, Store};
use crate::text::embed::{MODEL, Vector};
use crate::text::token::{lower, tokens};

/// The file's name in the data directory.
pub const FILE: &str = "search.index";
/// So many changes are worth a new file: fewer are taken in at a start within a tenth of a second.
const WORTH: usize = 1000;
/// Who publishes adds to the store first and to the index then: so many of the last ones, by `seq`, may be missing in it.
const UNDERWAY: u64 = 500;

/// Insights by their words and, once given, their vectors: what is related, and what a question finds.
#[derive(Default)]
pub struct Index {
    related: RwLock<RelatedIndex>,
    text: RwLock<TextIndex>,
    generation: AtomicU64,
    /// The store's, as far as is known here.
    epoch: AtomicU64,
    /// The last insight that was taken in.
    seq: AtomicU64,
    /// Insights that came or went, and vectors that came, since the file was written.
    changes: AtomicUsize,
}

impl Index {
    /// From all that the store holds. Insights without a vector of the present model are related by their words
    /// until they have one ([`Index::without_vector`]).
    ///
    /// # Errors
    /// If the store can't be read.
    pub fn build(store: &dyn Store) -> Result<Self> {
        // First: what is removed meanwhile makes a file of this one of no use.
        let epoch = store.epoch()?;
        let mut related = RelatedIndex::with_room(store.insights_kept()?);
        let mut text = TextIndex::default();
        let mut seq = 0;
        store.each_insight(&mut |insight| {
            add(&mut related, &insight);
            text.add(&insight);
            seq = seq.max(insight.seq);
        })?;
        store.each_embedding(MODEL, &mut |id, vector| related.set_vector(&id, vector))?;
        related.settle();
        text.shrink();
        let changes = related.len();
        Ok(Self::of(related, text, Of::new(epoch, seq), changes))
    }

    /// From the file that [`Index::keep`] wrote and what was published since; as [`Index::build`] where there is none that
    /// fits the store.
    ///
    /// # Errors
    /// If the store can't be read.
    pub fn open(store: &dyn Store, path: &Path) -> Result<Self> {
        let epoch = store.epoch()?;
        let (mut related, mut text) = (RelatedIndex::new(), TextIndex::default());
        let read = kept::read(
            path,
            |of| *of == Of::new(epoch, of.seq),
            |part| match part {
                Part::Text(part) => text.take(part),
                Part::Related(part) => related.take(part),
                Part::Of(_) | Part::End => {}
            },
        );
        let of = match read {
            Ok(Some(of)) if related.fits() => of,
            Ok(_) => return Self::build(store),
            Err(error) => {
                tracing::info!(%error, file = %path.display(), "the index is made anew");
                return Self::build(store);
            }
        };
        let (mut seq, mut changes) = (of.seq, 0);
        store.insights_after(of.seq.saturating_sub(UNDERWAY), &mut |insight| {
            seq = seq.max(insight.seq);
            if !related.holds(&insight.id) {
                add(&mut related, &insight);
                text.add(&insight);
                changes += 1;
            }
        })?;
        for (id, _) in related.without_vector(usize::MAX) {
            if let Some(vector) = store.embedding(MODEL, &id)? {
                related.set_vector(&id, vector);
            }
        }
        Ok(Self::of(related, text, Of::new(epoch, seq), changes))
    }

    fn of(related: RelatedIndex, text: TextIndex, of: Of, changes: usize) -> Self {
        Self {
            related: RwLock::new(related),
            text: RwLock::new(text),
            generation: AtomicU64::new(0),
            epoch: AtomicU64::new(of.epoch),
            seq: AtomicU64::new(of.seq),
            changes: AtomicUsize::new(changes),
        }
    }

    /// How many insights it holds.
    pub fn len(&self) -> usize {
        read(&self.related).len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the file for [`Index::open`], if so much changed that it is worth it; says whether it did. Additions wait
    /// while it is written, and not while it is brought to the disk.
    ///
    /// # Errors
    /// What the disk gives; the file that was there stays then.
    pub fn keep(&self, path: &Path) -> io::Result<bool> {
        let changes = self.changes.load(Ordering::Acquire);
        if changes < WORTH {
            return Ok(false);
        }
        // Before the rest: the next start looks again for what comes meanwhile, and what goes makes the file of no use.
        let of = Of::new(self.epoch.load(Ordering::Acquire), self.seq.load(Ordering::Acquire));
        kept::write(path, of, |out| {
            let (text, related) = (read(&self.text), read(&self.related));
            text.give(&mut |part| out.put(&Part::Text(part)))?;
            related.give(&mut |part| out.put(&Part::Related(part)))
        })?;
        self.changes.fetch_sub(changes, Ordering::AcqRel);
        Ok(true)
    }

    /// Up to `limit` insights that have no vector, each with whom it may be read as.
    pub fn without_vector(&self, limit: usize) -> Vec<(InsightId, Option<SubscriberId>)> {
        read(&self.related).without_vector(limit)
    }

    /// Takes in what was just published, by its words.
    pub fn add(&self, insights: &[Insight]) {
        {
            let mut text = write(&self.text);
            insights.iter().for_each(|insight| text.add(insight));
        }
        {
            let mut related = write(&self.related);
            insights.iter().for_each(|insight| add(&mut related, insight));
        }
        if let Some(last) = insights.iter().map(|insight| insight.seq).max() {
            self.seq.fetch_max(last, Ordering::AcqRel);
        }
        self.changes.fetch_add(insights.len(), Ordering::AcqRel);
        self.changed();
    }

    /// Gives insights their vectors: those of [`sense`], all of one model. Unknown insights are passed over.
    pub fn set_vectors(&self, vectors: impl IntoIterator<Item = (InsightId, Vector)>) {
        {
            let mut related = write(&self.related);
            for (id, vector) in vectors {
                related.set_vector(&id, vector);
                self.changes.fetch_add(1, Ordering::AcqRel);
            }
        }
        self.changed();
    }

    /// Forgets a source that was removed: all its insights.
    pub fn remove(&self, insights: &[InsightId]) {
        {
            let mut text = write(&self.text);
            insights.iter().for_each(|id| text.remove(id));
        }
        {
            let mut related = write(&self.related);
            insights.iter().for_each(|id| related.remove(id));
        }
        // As the store counts. If the two ever differ, the file doesn't fit the store and is made anew.
        self.epoch.fetch_add(1, Ordering::AcqRel);
        // The file there is fits no more.
        self.changes.fetch_add(WORTH, Ordering::AcqRel);
        self.changed();
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
        let near = read(&self.related).related(&insight.id, viewer, limit);
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
        read(&self.related).repeats(insight, viewer)
    }

    /// Whether two insights say the very same. Takes microseconds; false where one isn't known.
    pub fn same_claim(&self, a: &InsightId, b: &InsightId) -> bool {
        read(&self.related).same(a, b)
    }

    /// An insight's vector, if it has one by now.
    pub fn vector(&self, insight: &InsightId) -> Option<Vector> {
        read(&self.related).vector_of(insight).cloned()
    }

    /// Up to `limit` public insights with their vectors, taken evenly from all.
    pub fn samples(&self, limit: usize) -> Vec<(InsightId, Vector)> {
        read(&self.related).samples(limit)
    }

    /// Cosine of an insight's meaning and a vector of the same model, -1 to 1; none if it has no vector by now.
    pub fn likeness(&self, to: &Vector, insight: &InsightId) -> Option<f32> {
        read(&self.related).vector_of(insight).map(|vector| vector.dot(to))
    }

    /// All that everyone may see, of one topic or source if such is given, in the order of publication.
    pub fn outline(&self, topic: Option<&str>, source: Option<&SourceId>) -> Vec<Match> {
        read(&self.text).outline(topic, source)
    }

    /// The word that a beginning most likely becomes, if no public insight holds it as it is.
    pub fn completed(&self, begun: &str) -> Option<String> {
        read(&self.text).completed(begun)
    }

    /// Changes whenever an answer may change. The index follows the store within moments, so whoever keeps answers
    /// must heed this beside the store's own generation.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn changed(&self) {
        self.generation.fetch_add(1, Ordering::Release);
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
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
