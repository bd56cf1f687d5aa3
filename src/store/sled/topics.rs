//! A topic gets another slug: whatever is filed under the old one, or follows it, goes along.

use super::feeds::rows;
use super::items::index_keys;
use super::sources::insight_in;
use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{Insight, Subscriber, Vote};
use crate::parse::query;
use crate::store::{Result, Scope};

/// Insights of one batch: keeps memory bounded. What was done stays done if the program ends between two.
const BATCH: usize = 500;

/// Puts `new` where `old` stands; true if it did.
fn rename(slugs: &mut Vec<String>, old: &str, new: &str) -> bool {
    let found = slugs.iter().any(|slug| slug == old);
    let there = slugs.iter().any(|slug| slug == new);
    if there {
        slugs.retain(|slug| slug != old);
    } else {
        slugs.iter_mut().filter(|slug| *slug == old).for_each(|slug| *slug = new.to_owned());
    }
    found
}

impl SledStore {
    pub(super) fn move_topic(&self, old: &str, new: &str) -> Result<()> {
        let prefix = keys::scope(&Scope::Topic(old.to_owned()));
        loop {
            let held = self.writer();
            let mut batch = Writes::default();
            let mut count = 0;
            for row in self.db()?.scan_prefix(&prefix).take(BATCH) {
                let (key, value) = row?;
                count += 1;
                batch.remove(key);
                let Some(id) = insight_in(&value) else { continue };
                let Some(mut insight) = self.read::<Insight>(keys::insight(&id))? else { continue };
                rename(&mut insight.topics, old, new);
                for key in index_keys(&insight) {
                    batch.insert(key, id.as_str().as_bytes());
                }
                batch.insert(keys::insight(&id), record::encode(&insight)?);
            }
            if count == 0 {
                break;
            }
            self.next_epoch(&mut batch)?;
            self.finish(batch, held)?;
        }
        let held = self.writer();
        let mut batch = Writes::default();
        // Private ones are in no topic's index.
        let mut changed = false;
        for insight in rows::<Insight>(self, keys::INSIGHT) {
            let mut insight = insight?;
            if rename(&mut insight.topics, old, new) {
                batch.insert(keys::insight(&insight.id), record::encode(&insight)?);
                changed = true;
            }
        }
        if changed {
            self.next_epoch(&mut batch)?;
        }
        for reader in rows::<Subscriber>(self, keys::SUBSCRIBER) {
            let mut reader = reader?;
            let mut changed = rename(&mut reader.topics, old, new);
            for saved in &mut reader.saved {
                if let Some(renamed) = query::renamed_params(&saved.query, old, new) {
                    saved.query = renamed;
                    changed = true;
                }
            }
            if changed {
                batch.insert(keys::subscriber(&reader.id), record::encode(&reader)?);
            }
        }
        for vote in rows::<Vote>(self, keys::VOTE) {
            let mut vote = vote?;
            if rename(&mut vote.topics, old, new) {
                let key = keys::vote(&vote.subscriber, &vote.insight);
                batch.insert(key, record::encode(&vote)?);
            }
        }
        self.finish(batch, held)
    }
}
