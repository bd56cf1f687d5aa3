//! Finished documents by address, as long as the store has not changed. Bounded in bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::rendered::Rendered;

/// Bytes kept in all codings together.
const LIMIT: usize = 8 * 1024 * 1024;

/// What a slot takes beside its document, roughly.
const OVERHEAD: usize = 512;

/// How often the store has changed, and what is derived from it. Only grows.
pub type Generation = (u64, u64);

/// Documents of one generation; the longest unused leaves first.
pub struct Cache {
    limit: usize,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    generation: Generation,
    slots: HashMap<String, Slot>,
    bytes: usize,
    clock: u64,
}

struct Slot {
    document: Arc<Rendered>,
    used: u64,
}

impl Cache {
    /// Empty.
    pub fn new() -> Self {
        Self::with_limit(LIMIT)
    }

    fn with_limit(limit: usize) -> Self {
        Self { limit, held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Documents are whole whatever happened to the thread that put them.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The document of `key` if it was made from this generation. A key that is a bare path, without a question mark or a
    /// space, is what that address answers everyone.
    pub fn get(&self, key: &str, generation: Generation) -> Option<Arc<Rendered>> {
        let mut held = self.held();
        if held.generation != generation {
            return None;
        }
        held.clock += 1;
        let now = held.clock;
        let slot = held.slots.get_mut(key)?;
        slot.used = now;
        Some(Arc::clone(&slot.document))
    }

    /// Keeps a document that was made from what was there at `generation` or later.
    pub fn put(&self, key: String, generation: Generation, document: &Arc<Rendered>) {
        let size = document.size() + key.len() + OVERHEAD;
        let mut held = self.held();
        if size > self.limit || generation < held.generation {
            return;
        }
        if generation > held.generation {
            *held = Held { generation, clock: held.clock, ..Held::default() };
        }
        held.clock += 1;
        let slot = Slot { document: Arc::clone(document), used: held.clock };
        held.remove(&key);
        while held.bytes + size > self.limit {
            let oldest = held.slots.iter().min_by_key(|(_, s)| s.used).map(|(k, _)| k.clone());
            let Some(oldest) = oldest else { break };
            held.remove(&oldest);
        }
        held.bytes += size;
        held.slots.insert(key, slot);
    }
}

impl Held {
    fn remove(&mut self, key: &str) {
        if let Some(slot) = self.slots.remove(key) {
            self.bytes -= slot.document.size() + key.len() + OVERHEAD;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::rendered::Made;

    fn document(length: usize) -> Arc<Rendered> {
        // Bytes that don't compress, so that the size is about three times the length.
        let bytes = (0..length as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8);
        let made = Made {
            bytes: bytes.collect(),
            media_type: "text/plain",
            language: None,
            modified: None,
            max_age: 0,
            span: None,
            links: None,
        };
        Arc::new(Rendered::new(made).unwrap())
    }

    #[test]
    fn the_longest_unused_leaves_first_and_bytes_are_bounded() {
        let one = document(1000);
        let room = (one.size() + OVERHEAD + 1) * 2;
        let cache = Cache::with_limit(room);
        cache.put("a".into(), (1, 0), &one);
        cache.put("b".into(), (1, 0), &one);
        assert!(cache.get("a", (1, 0)).is_some());
        cache.put("c".into(), (1, 0), &one);
        let kept = ["a", "b", "c"].map(|key| cache.get(key, (1, 0)).is_some());
        assert_eq!(kept, [true, false, true]);
        cache.put("c".into(), (1, 0), &one);
        assert!(cache.held().bytes <= room);
        cache.put("huge".into(), (1, 0), &document(room));
        assert!(cache.get("huge", (1, 0)).is_none() && cache.get("a", (1, 0)).is_some());
    }

    #[test]
    fn a_change_of_the_store_empties_it() {
        let cache = Cache::new();
        cache.put("a".into(), (1, 0), &document(10));
        assert!(cache.get("a", (2, 0)).is_none());
        cache.put("b".into(), (2, 0), &document(10));
        cache.put("late".into(), (1, 0), &document(10));
        assert_eq!(cache.held().slots.len(), 1);
        assert!(cache.get("b", (2, 0)).is_some());
    }
}
