//! Which insights are about the same thing, by their words and, where there are vectors, their meaning. In memory,
//! exact, made of the store; what a viewer may not see takes no part in what that viewer is shown.

mod change;
mod counts;
mod find;
mod forms;
mod kept;
mod order;
mod same;
#[cfg(test)]
mod tests;
mod words;

use crate::model::{InsightId, ItemId, Related, SourceId, SubscriberId, Visibility};
use crate::text::embed::Vector;
use crate::text::lists::Lists;
use crate::text::names::Names;
use crate::text::table::Table;
use crate::text::varint::Reader;
use find::Found;
pub use kept::Part;
use serde::{Deserialize, Serialize};
use words::{Bag, Shared, Size, Words};

/// How near two insights are: this times the cosine of meaning, plus the cosine of words. Learned, as is the floor,
/// from some 80 pairs of insights of different episodes, judged one by one for whether a reader of the one wants
/// to be shown the other: three of four pairs above the floor were such, and nine of ten labelled passages. That was with
/// another encoder; the floor is where as many pairs of claims lie above it with this one.
const MEANING: f32 = 0.75;
const FLOOR: f32 = 0.54;
/// By words alone.
const FLOOR_WORDS: f32 = 0.2;
/// Two terms at least must be shared then, or one is a coincidence.
const SHARED: u8 = 2;
/// What being of the same source costs: readers want to hear another voice.
const SAME_SOURCE: f32 = 0.8;
/// Of one item and of one source at most.
const OF_ITEM: usize = 2;
const OF_SOURCE: usize = 5;
/// How many are put in order with care; those below are far from the best.
const CAREFUL: usize = 120;
/// When more than this many are gone, and more than a third of all, the lists are written anew. Few in tests, so that it happens.
const MOST_GONE: usize = if cfg!(test) { 2 } else { 1000 };

/// Whose insight it is, and for whom.
pub struct Place {
    /// Its name.
    pub id: InsightId,
    /// Where it was said.
    pub item: ItemId,
    /// By which source.
    pub source: SourceId,
    /// Who may see it.
    pub visibility: Visibility,
}

/// A [`Place`] in few bytes: there are many.
#[derive(Clone, Serialize, Deserialize)]
struct Held {
    id: InsightId,
    item: u32,
    source: u32,
    /// Who alone may see it.
    owner: Option<Owner>,
}

/// Numbers of readers begin with 1, so that none takes no room of its own.
type Owner = std::num::NonZeroU32;

#[derive(Clone, Serialize, Deserialize)]
struct Document {
    place: Held,
    size: Size,
    /// A vector was made; it may be zero.
    embedded: bool,
}

/// Insights by their words and meaning.
#[derive(Default)]
pub struct RelatedIndex {
    words: Words,
    slots: Vec<Option<Document>>,
    /// By slot: the terms of the text.
    bags: Lists,
    /// By slot, as far as there are any; zero where there is none. Apart, because all are read at every search.
    vectors: Vec<Vector>,
    places: Table,
    /// How many there are.
    count: usize,
    items: Names<ItemId>,
    sources: Names<SourceId>,
    owners: Names<SubscriberId>,
}

impl RelatedIndex {
    /// Nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing in it, with room for so many.
    pub fn with_room(count: usize) -> Self {
        Self {
            slots: Vec::with_capacity(count),
            vectors: Vec::with_capacity(count),
            places: Table::with_room(count),
            ..Self::default()
        }
    }

    /// Gives back memory that was taken ahead, when many insights were added at once.
    pub fn settle(&mut self) {
        self.words.settle();
    }

    /// How many insights it holds.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Insights of other items about the same thing that `viewer` may see, best first and different from each other;
    /// those of other sources are preferred. Nothing where nothing is related. The score is how near it is.
    pub fn related(
        &self,
        id: &InsightId,
        viewer: Option<&SubscriberId>,
        limit: usize,
    ) -> Vec<Related> {
        let Some((at, own)) = self.document(id) else { return Vec::new() };
        let wanted = |_, shared: Shared, meaning: Option<f32>, place: &Held| {
            // Who says the very same is named beside it (`RelatedIndex::repeats`), and adds nothing here.
            let other =
                place.item != own.place.item && same::likeness(shared.cosine, meaning) < 1.0;
            other.then(|| near(shared, meaning))?
        };
        let found = self.search(self.bag(at, own), self.vector(at), viewer, wanted, usize::MAX);
        let mut scores = self.scores(&found);
        for (score, found) in scores.iter_mut().zip(&found) {
            if found.document.place.source == own.place.source {
                *score *= SAME_SOURCE;
            }
        }
        let alike = |a: usize, b: usize| {
            let (words, meaning) = self.between(&found[a], &found[b]);
            (words + MEANING * meaning.max(0.0)) / (1.0 + MEANING)
        };
        let room = |text: usize, picked: &[usize]| {
            let place = &found[text].document.place;
            let of = |same: &dyn Fn(&Held) -> bool| {
                picked.iter().filter(|p| same(&found[**p].document.place)).count()
            };
            of(&|other| other.item == place.item) < OF_ITEM
                && of(&|other| other.source == place.source) < OF_SOURCE
        };
        order::varied(&scores, limit, alike, room)
            .into_iter()
            .map(|text| Related {
                id: found[text].document.place.id.clone(),
                score: (found[text].near / (1.0 + MEANING)).clamp(0.0, 1.0),
            })
            .collect()
    }

    /// All insights that have anything to do with `text` and that `viewer` may see, best first.
    pub fn query(
        &self,
        text: &str,
        vector: Option<&Vector>,
        viewer: Option<&SubscriberId>,
        limit: usize,
    ) -> Vec<Related> {
        self.best(text, vector, viewer, |_| true, limit)
    }

    /// As [`RelatedIndex::query`], of `ids` alone.
    pub fn query_among(
        &self,
        ids: impl Iterator<Item = InsightId>,
        text: &str,
        vector: Option<&Vector>,
        viewer: Option<&SubscriberId>,
        limit: usize,
    ) -> Vec<Related> {
        let mut among = vec![false; self.slots.len()];
        for slot in ids.filter_map(|id| self.slot(&id)) {
            among[slot] = true;
        }
        self.best(text, vector, viewer, |slot| among[slot], limit)
    }

    fn best(
        &self,
        text: &str,
        vector: Option<&Vector>,
        viewer: Option<&SubscriberId>,
        among: impl Fn(usize) -> bool,
        limit: usize,
    ) -> Vec<Related> {
        let made = self.words.look(text);
        let vector = vector.filter(|vector| !vector.is_zero());
        let wanted = |slot: usize, shared: Shared, meaning: Option<f32>, _: &Held| {
            let meaning = meaning.unwrap_or(0.0).max(0.0);
            let has = (shared.terms > 0 || meaning > 0.0) && among(slot);
            has.then_some(shared.cosine + MEANING * meaning)
        };
        let found = self.search(made.bag(), vector, viewer, wanted, limit.max(CAREFUL));
        let mut ranked: Vec<(f32, &Found)> = self.scores(&found).into_iter().zip(&found).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked
            .into_iter()
            .take(limit)
            .map(|(score, found)| Related { id: found.document.place.id.clone(), score })
            .collect()
    }

    /// Insights of other items that say the very same, most alike first, and who published each; only what `viewer`
    /// may see.
    pub fn repeats(
        &self,
        id: &InsightId,
        viewer: Option<&SubscriberId>,
    ) -> Vec<(InsightId, SourceId)> {
        let Some((at, own)) = self.document(id) else { return Vec::new() };
        let wanted = |_, shared: Shared, meaning: Option<f32>, place: &Held| {
            let other = place.item != own.place.item;
            other.then(|| same::likeness(shared.cosine, meaning)).filter(|near| *near >= 1.0)
        };
        let bag = self.bag(at, own);
        let mut found = self.search(bag, self.vector(at), viewer, wanted, usize::MAX);
        found.sort_by(|a, b| b.near.total_cmp(&a.near));
        let name = |found: Found| {
            let place = &found.document.place;
            Some((place.id.clone(), self.sources.name(place.source)?.clone()))
        };
        found.into_iter().filter_map(name).collect()
    }

    /// Whether two insights say the very same. False where one isn't known.
    pub fn same(&self, a: &InsightId, b: &InsightId) -> bool {
        let (Some((at, one)), Some((to, other))) = (self.document(a), self.document(b)) else {
            return false;
        };
        let meaning = self.vector(at).zip(self.vector(to)).map(|(a, b)| a.dot(b));
        let words = self.words.cosine(self.bag(at, one), self.bag(to, other));
        same::likeness(words, meaning) >= 1.0
    }

    /// Insights whose meaning is as near to `vector` as `least` (a cosine), those of every viewer.
    pub fn near(&self, vector: &Vector, least: f32) -> Vec<InsightId> {
        let cosines = vector.dots(&self.vectors);
        let near = self.slots.iter().zip(cosines).filter(|(_, cosine)| *cosine >= least);
        near.filter_map(|(document, _)| Some(document.as_ref()?.place.id.clone())).collect()
    }

    /// Up to `limit` public insights with their vectors, taken evenly from all.
    pub fn samples(&self, limit: usize) -> Vec<(InsightId, Vector)> {
        let open = self.slots.iter().enumerate().filter_map(|(slot, document)| {
            let place = &document.as_ref()?.place;
            let vector = self.vector(slot)?;
            place.owner.is_none().then(|| (place.id.clone(), vector.clone()))
        });
        open.step_by((self.len() / limit.max(1)).max(1)).take(limit).collect()
    }

    /// Whether an insight is in it.
    pub fn holds(&self, id: &InsightId) -> bool {
        self.slot(id).is_some()
    }

    /// An insight's vector, if it has one.
    pub fn vector_of(&self, id: &InsightId) -> Option<&Vector> {
        self.vector(self.slot(id)?)
    }

    /// Up to `limit` insights without a vector, each with whom it may be read as.
    pub fn without_vector(&self, limit: usize) -> Vec<(InsightId, Option<SubscriberId>)> {
        let lacking = self.slots.iter().flatten().filter(|document| !document.embedded);
        let place = lacking.map(|document| &document.place);
        let whose = |owner: Owner| self.owners.name(owner.get() - 1).cloned();
        place.take(limit).map(|place| (place.id.clone(), place.owner.and_then(whose))).collect()
    }

    fn document(&self, id: &InsightId) -> Option<(usize, &Document)> {
        let slot = self.slot(id)?;
        Some((slot, self.slots[slot].as_ref()?))
    }

    /// Where an insight is, if it is there.
    fn slot(&self, id: &InsightId) -> Option<usize> {
        self.places.find(id, |slot| is(&self.slots, slot, id)).map(|slot| slot as usize)
    }

    /// The words of what is in a slot.
    fn bag(&self, slot: usize, document: &Document) -> Bag<'_> {
        Bag::kept(Reader::new(self.bags.get(slot as u32)), document.size)
    }

    fn vector(&self, slot: usize) -> Option<&Vector> {
        self.vectors.get(slot).filter(|vector| !vector.is_zero())
    }
}

fn is(slots: &[Option<Document>], slot: u32, id: &InsightId) -> bool {
    let document = slots.get(slot as usize).and_then(Option::as_ref);
    document.is_some_and(|document| document.place.id == *id)
}

/// How near, if near enough to be shown.
fn near(shared: Shared, meaning: Option<f32>) -> Option<f32> {
    match meaning {
        Some(meaning) => {
            let near = shared.cosine + MEANING * meaning.max(0.0);
            (near >= FLOOR).then_some(near)
        }
        None => (shared.cosine >= FLOOR_WORDS && shared.terms >= SHARED).then_some(shared.cosine),
    }
}
