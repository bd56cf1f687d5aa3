//! How long texts are kept: they go by age and by size; insights stay, and so does every text that a brief rests on.

use std::collections::HashSet;

use super::feeds::rows;
use super::sources::dated;
use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{BlobId, Delivered, Insight, Item, ItemId, ItemState, Timestamp};
use crate::store::{Forgotten, Result};

/// Rows changed in one batch.
const BATCH: usize = 500;

/// The bodies that an item names.
pub(super) fn bodies_of(item: &Item) -> impl Iterator<Item = &BlobId> {
    let images = item.mail.iter().flat_map(|m| m.images.iter().map(|i| &i.body));
    let drafts = match &item.state {
        ItemState::Drafted { drafts, .. } => Some(drafts),
        _ => None,
    };
    item.notes.iter().chain(&item.transcript).chain(drafts).chain(images)
}

/// All bodies that are named by any row.
pub(super) fn named(store: &SledStore) -> Result<HashSet<BlobId>> {
    let mut named = HashSet::new();
    for item in rows::<Item>(store, keys::ITEM) {
        named.extend(bodies_of(&item?).cloned());
    }
    Ok(named)
}

/// Items that somebody's brief was made of.
fn delivered(store: &SledStore) -> Result<HashSet<ItemId>> {
    let mut items = HashSet::new();
    for row in rows::<Delivered>(store, keys::LEDGER) {
        if let Some(insight) = store.read::<Insight>(keys::insight(&row?.insight))? {
            items.insert(insight.item);
        }
    }
    Ok(items)
}

/// Whether nothing is still to be done with its texts.
fn is_done(item: &Item) -> bool {
    matches!(item.state, ItemState::Published { .. } | ItemState::Skipped | ItemState::Failed)
}

pub(super) fn forget(
    store: &SledStore,
    before: Option<Timestamp>,
    most: Option<u64>,
) -> Result<Forgotten> {
    if before.is_none() && most.is_none() {
        return Ok(Forgotten::default());
    }
    let excepted = delivered(store)?;
    let mut candidates: Vec<(Timestamp, ItemId, u64)> = Vec::new();
    let mut seen = HashSet::new();
    let mut all = 0_u64;
    for item in rows::<Item>(store, keys::ITEM) {
        let item = item?;
        let mut size = 0;
        for body in bodies_of(&item) {
            // One that two items name counts once.
            if seen.insert(body.clone()) {
                size += store.bodies.size_of(body);
            }
        }
        all += size;
        if bodies_of(&item).next().is_some() && is_done(&item) && !excepted.contains(&item.id) {
            candidates.push((dated(&item), item.id, size));
        }
    }
    candidates.sort();
    let mut forgotten = Forgotten::default();
    let mut go = Vec::new();
    for (at, id, size) in candidates {
        let old = before.is_some_and(|before| at < before);
        if !old && most.is_none_or(|most| all <= most) {
            continue;
        }
        all = all.saturating_sub(size);
        go.push(id);
    }
    for some in go.chunks(BATCH) {
        let held = store.writer();
        let mut batch = Writes::default();
        for id in some {
            let Some(mut item) = store.read::<Item>(keys::item(id))? else { continue };
            if !is_done(&item) {
                continue;
            }
            item.notes = None;
            item.transcript = None;
            if let Some(mail) = &mut item.mail {
                mail.images.clear();
            }
            batch.insert(keys::item(id), record::encode(&item)?);
            forgotten.items += 1;
        }
        store.finish(batch, held)?;
    }
    let swept = store.sweep()?;
    (forgotten.bodies, forgotten.bytes) = (swept.bodies, swept.bytes);
    Ok(forgotten)
}
