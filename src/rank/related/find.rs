//! One pass over all texts: what each has to do with a probe, and the best of them in order.

use super::order::{self, Like};
use super::words::{Bag, Shared};
use super::{CAREFUL, Document, Held, Owner, RelatedIndex};
use crate::model::SubscriberId;
use crate::text::embed::Vector;

/// One of what was looked for.
pub(super) struct Found<'a> {
    pub slot: usize,
    pub document: &'a Document,
    pub like: Like,
    pub near: f32,
}

impl RelatedIndex {
    /// The `most` of those that are wanted, `wanted` saying by slot how near each is, with the most worth first; ties by name.
    pub(super) fn search(
        &self,
        bag: Bag<'_>,
        vector: Option<&Vector>,
        viewer: Option<&SubscriberId>,
        wanted: impl Fn(usize, Shared, Option<f32>, &Held) -> Option<f32>,
        most: usize,
    ) -> Vec<Found<'_>> {
        let viewer =
            viewer.and_then(|viewer| Owner::new(self.owners.number(viewer)?.saturating_add(1)));
        let length = |slot: usize| self.slots[slot].as_ref().map_or(0.0, |d| d.size.length);
        let shared = self.words.shared(bag, self.slots.len(), length);
        let meanings = vector.map(|own| own.dots(&self.vectors)).unwrap_or_default();
        let mut found = Vec::new();
        for (slot, (document, shared)) in self.slots.iter().zip(shared).enumerate() {
            let known = meanings.get(slot).filter(|_| self.vector(slot).is_some());
            let meaning = known.copied();
            if shared.terms == 0 && meaning.is_none() {
                continue;
            }
            let Some(document) = document else { continue };
            let Some(near) = wanted(slot, shared, meaning, &document.place) else { continue };
            if document.place.owner.is_none() || document.place.owner == viewer {
                let (length, count) = (document.size.length, document.size.words);
                let like = Like::new(shared.cosine, meaning.unwrap_or(0.0), length, count);
                found.push(Found { slot, document, like, near });
            }
        }
        let order = |a: &Found, b: &Found| {
            let worth = b.like.worth().total_cmp(&a.like.worth());
            worth.then_with(|| a.document.place.id.cmp(&b.document.place.id))
        };
        // Common words are in most texts, and few of them are asked for.
        if found.len() > most {
            found.select_nth_unstable_by(most, order);
            found.truncate(most);
            found.shrink_to_fit();
        }
        found.sort_unstable_by(order);
        found
    }

    /// Scores of what was found: with care for the first, then falling below the least of them.
    pub(super) fn scores(&self, found: &[Found]) -> Vec<f32> {
        let (first, rest) = found.split_at(found.len().min(CAREFUL));
        let likes: Vec<Like> = first.iter().map(|found| found.like).collect();
        let mut scores = order::echoed(&likes, |a, b| self.between(&first[a], &first[b]));
        let least = scores.iter().copied().fold(1.0, f32::min);
        let best = first.first().map_or(1.0, |found| found.like.worth().max(f32::MIN_POSITIVE));
        scores.extend(rest.iter().map(|found| least * (found.like.worth() / best).clamp(0.0, 1.0)));
        scores
    }

    pub(super) fn between(&self, a: &Found, b: &Found) -> (f32, f32) {
        let bag = |found: &Found| self.bag(found.slot, found.document);
        let words = self.words.cosine(bag(a), bag(b));
        let meaning = self.vector(a.slot).zip(self.vector(b.slot)).map_or(0.0, |(a, b)| a.dot(b));
        (words, meaning)
    }
}
