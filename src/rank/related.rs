//! Which insights are about the same thing, by their words (TF-IDF of stems). In memory; rebuilt from the store.

use std::collections::{BTreeMap, HashMap};

use crate::model::{InsightId, ItemId, Related, SourceId};
use crate::text::language::stop_words;
use crate::text::stem::Stemmer;
use crate::text::token::tokens;

/// Below this cosine two insights only share words.
const FLOOR: f32 = 0.12;
/// What being of the same source costs: readers want to hear another voice.
const SAME_SOURCE: f32 = 0.8;
/// Two stems at least must be shared, or one is a coincidence.
const SHARED: u32 = 2;

struct Document {
    id: InsightId,
    item: ItemId,
    source: SourceId,
    /// Term and count, sorted by term.
    terms: Box<[(u32, u8)]>,
}

/// Insights by their words.
#[derive(Default)]
pub struct RelatedIndex {
    terms: HashMap<Box<str>, u32>,
    /// Per term: slots of the documents that have it.
    postings: Vec<Vec<u32>>,
    slots: Vec<Option<Document>>,
    free: Vec<u32>,
    places: BTreeMap<InsightId, u32>,
}

impl RelatedIndex {
    /// Nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many insights it holds.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Adds an insight, or replaces its words. `text` is its claim, or claim and headline.
    pub fn add(&mut self, id: InsightId, item: ItemId, source: SourceId, text: &str) {
        self.remove(&id);
        let mut counts: BTreeMap<u32, u8> = BTreeMap::new();
        for stem in stems(text) {
            let next = self.postings.len() as u32;
            let term = *self.terms.entry(stem.into_boxed_str()).or_insert(next);
            if term == next {
                self.postings.push(Vec::new());
            }
            let count = counts.entry(term).or_default();
            *count = count.saturating_add(1);
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        });
        for term in counts.keys() {
            self.postings[*term as usize].push(slot);
        }
        let terms = counts.into_iter().collect();
        self.places.insert(id.clone(), slot);
        self.slots[slot as usize] = Some(Document { id, item, source, terms });
    }

    /// Takes an insight out; no matter if it was never in.
    pub fn remove(&mut self, id: &InsightId) {
        let Some(slot) = self.places.remove(id) else { return };
        if let Some(document) = self.slots[slot as usize].take() {
            for (term, _) in &document.terms {
                self.postings[*term as usize].retain(|s| *s != slot);
            }
        }
        self.free.push(slot);
    }

    /// Insights of other items about the same thing, best first; those of other sources are preferred.
    /// Nothing where nothing is related.
    pub fn related(&self, id: &InsightId, limit: usize) -> Vec<Related> {
        let own = self.places.get(id).and_then(|slot| self.slots[*slot as usize].as_ref());
        let Some(own) = own else { return Vec::new() };
        self.search(&own.terms, limit, |other| {
            if other.item == own.item {
                None
            } else if other.source == own.source {
                Some(SAME_SOURCE)
            } else {
                Some(1.0)
            }
        })
    }

    /// Insights about the words of `text`, best first.
    pub fn query(&self, text: &str, limit: usize) -> Vec<Related> {
        let mut counts: BTreeMap<u32, u8> = BTreeMap::new();
        for term in stems(text).iter().filter_map(|s| self.terms.get(s.as_str())) {
            let count = counts.entry(*term).or_default();
            *count = count.saturating_add(1);
        }
        let terms: Vec<_> = counts.into_iter().collect();
        self.search(&terms, limit, |_| Some(1.0))
    }

    fn idf(&self, term: u32) -> f32 {
        let n = self.postings[term as usize].len() as f32;
        (1.0 + (self.places.len() as f32 + 1.0) / (n + 0.5)).ln()
    }

    fn weight(&self, (term, count): &(u32, u8)) -> f32 {
        (1.0 + f32::from(*count).ln()) * self.idf(*term)
    }

    fn length(&self, terms: &[(u32, u8)]) -> f32 {
        terms.iter().map(|t| self.weight(t).powi(2)).sum::<f32>().sqrt()
    }

    fn search(
        &self,
        terms: &[(u32, u8)],
        limit: usize,
        preference: impl Fn(&Document) -> Option<f32>,
    ) -> Vec<Related> {
        let length = self.length(terms);
        let mut shared: HashMap<u32, u32> = HashMap::new();
        for (term, _) in terms {
            for slot in &self.postings[*term as usize] {
                *shared.entry(*slot).or_default() += 1;
            }
        }
        let needed = SHARED.min(terms.len() as u32);
        let mut found: Vec<(f32, &InsightId)> = shared
            .into_iter()
            .filter(|(_, n)| *n >= needed)
            .filter_map(|(slot, _)| {
                let other = self.slots[slot as usize].as_ref()?;
                let preference = preference(other)?;
                let dot = self.dot(terms, &other.terms);
                let cosine = dot / (length * self.length(&other.terms)).max(f32::MIN_POSITIVE);
                (cosine >= FLOOR).then_some((cosine * preference, &other.id))
            })
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        found.truncate(limit);
        found
            .into_iter()
            .map(|(score, id)| Related { id: id.clone(), score: score.clamp(0.0, 1.0) })
            .collect()
    }

    fn dot(&self, a: &[(u32, u8)], b: &[(u32, u8)]) -> f32 {
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
            match x.0.cmp(&y.0) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    sum += self.weight(x) * self.weight(y);
                    i += 1;
                    j += 1;
                }
            }
        }
        sum
    }
}

/// Stems of the content words, in order. Claims are short and of any language, so each is looked at alone.
fn stems(text: &str) -> Vec<String> {
    let words = tokens(text);
    let language = ["en", "de", "fr", "es"]
        .into_iter()
        .max_by_key(|l| {
            let known = words.iter().filter(|t| stop_words(l).contains(t.lower.as_str())).count();
            (
                known,
                std::cmp::Reverse(*l == "es"),
                std::cmp::Reverse(*l == "fr"),
                std::cmp::Reverse(*l == "de"),
            )
        })
        .unwrap_or("en");
    let stops = stop_words(language);
    let stemmer = Stemmer::new(language);
    words
        .iter()
        .filter(|t| !stops.contains(t.lower.as_str()) && t.lower.chars().count() > 1)
        .map(|t| stemmer.stem(&t.lower).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u32) -> (InsightId, ItemId, SourceId) {
        // Two items a source.
        let source = SourceId::for_feed(&format!("https://example.org/{}", n / 2));
        let item = ItemId::new(&source, &n.to_string());
        (InsightId::new(&item, 0, 0, "q"), item, source)
    }

    fn index(texts: &[&str]) -> (RelatedIndex, Vec<InsightId>) {
        let mut index = RelatedIndex::new();
        let mut ids = Vec::new();
        for (n, text) in texts.iter().enumerate() {
            let (insight, item, source) = id(n as u32);
            ids.push(insight.clone());
            index.add(insight, item, source, text);
        }
        (index, ids)
    }

    const TEXTS: &[&str] = &[
        "Deep sleep clears waste from the brain every night",
        "Coffee after noon costs an hour of deep sleep",
        "The sleeping brain is cleared of its waste",
        "Rust programs have no garbage collector",
        "Bakers weigh their flour, they never measure it",
    ];

    #[test]
    fn other_sources_first_and_nothing_below_the_floor() {
        let (index, ids) = index(TEXTS);
        let found: Vec<_> = index.related(&ids[0], 10).into_iter().map(|r| r.id).collect();
        assert_eq!(found, [ids[2].clone(), ids[1].clone()]);
        assert!(index.related(&ids[4], 10).is_empty());
        assert_eq!(index.query("garbage collector of Rust", 10)[0].id, ids[3]);
        assert!(index.query("", 10).is_empty() && index.query("the", 10).is_empty());
    }

    #[test]
    fn removed_and_replaced_words_are_gone() {
        let (mut index, ids) = index(TEXTS);
        index.remove(&ids[2]);
        index.remove(&ids[2]);
        assert_eq!(index.len(), 4);
        assert!(index.related(&ids[0], 10).iter().all(|r| r.id != ids[2]));
        let (insight, item, source) = id(3);
        index.add(insight, item, source, "Deep sleep repairs the brain and clears its waste");
        assert_eq!(index.related(&ids[0], 1)[0].id, ids[3]);
        assert!(index.query("garbage collector", 10).is_empty());
    }

    #[test]
    fn the_same_item_is_never_related() {
        let mut index = RelatedIndex::new();
        let (_, item, source) = id(0);
        let a = InsightId::new(&item, 0, 1, "a");
        let b = InsightId::new(&item, 5, 6, "b");
        index.add(a.clone(), item.clone(), source.clone(), TEXTS[0]);
        index.add(b, item, source, TEXTS[0]);
        assert!(index.related(&a, 10).is_empty());
    }
}
