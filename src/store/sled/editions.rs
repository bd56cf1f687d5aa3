//! Editions, the ledger of what was delivered, and votes.

use jiff::civil::Date;

use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{
    Delivered, Edition, InsightId, Job, JobKind, Subscriber, SubscriberId, Timestamp, Vote,
};
use crate::store::{Composition, EditionStore, Result, SubscriberStore};

impl SledStore {
    fn of_reader<T: record::Record>(&self, prefix: &[u8]) -> Result<Vec<T>> {
        let rows = self.db()?.scan_prefix(prefix).map(|row| {
            let (key, value) = row?;
            record::decode(&value, &String::from_utf8_lossy(&key))
        });
        rows.collect()
    }

    /// Edition rows beyond the newest `keep` leave; their days stay taken.
    fn thin(&self, batch: &mut Writes, id: &SubscriberId, keep: usize) -> Result<()> {
        for key in self.db()?.scan_prefix(keys::editions_of(id)).keys().rev().skip(keep) {
            batch.remove(key?);
        }
        Ok(())
    }
}

/// Puts an edition and its index by day into `batch`.
pub(super) fn put_edition(batch: &mut Writes, edition: &Edition) -> Result<()> {
    let key = keys::with_seq(&keys::editions_of(&edition.subscriber), edition.number);
    batch.insert(key, record::encode(edition)?);
    let day = keys::edition_day(&edition.subscriber, edition.day);
    batch.insert(day, &edition.number.to_be_bytes());
    Ok(())
}

impl EditionStore for SledStore {
    fn editions(
        &self,
        id: &SubscriberId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Edition>> {
        let prefix = keys::editions_of(id);
        let end = keys::with_seq(&prefix, before.unwrap_or(u64::MAX));
        let rows = self.db()?.range(keys::with_seq(&prefix, 0)..end).rev().take(limit);
        rows.map(|row| record::decode(&row?.1, "edition")).collect()
    }

    fn edition_of(&self, id: &SubscriberId, day: Date) -> Result<Option<Edition>> {
        let Some(number) = self.db()?.get(keys::edition_day(id, day))? else { return Ok(None) };
        self.read([&keys::editions_of(id)[..], &number].concat())
    }

    fn delivered(&self, id: &SubscriberId) -> Result<Vec<Delivered>> {
        self.of_reader(&keys::ledger(id))
    }

    fn votes(&self, id: &SubscriberId) -> Result<Vec<Vote>> {
        let mut votes: Vec<Vote> = self.of_reader(&keys::votes(id))?;
        votes.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.insight.cmp(&b.insight)));
        Ok(votes)
    }

    fn vote(&self, id: &SubscriberId, insight: &InsightId) -> Result<Option<Vote>> {
        self.read(keys::vote(id, insight))
    }

    fn save_vote(&self, vote: Vote) -> Result<bool> {
        let held = self.writer();
        if self.subscriber(&vote.subscriber)?.is_none() {
            return Ok(false);
        }
        let mut batch = Writes::default();
        batch.insert(keys::vote(&vote.subscriber, &vote.insight), record::encode(&vote)?);
        self.finish_unseen(batch, held)?;
        Ok(true)
    }

    fn drop_votes(&self, id: &SubscriberId, insight: Option<&InsightId>) -> Result<()> {
        let held = self.writer();
        let mut batch = Writes::default();
        match insight {
            Some(insight) => batch.remove(keys::vote(id, insight)),
            None => {
                for key in self.db()?.scan_prefix(keys::votes(id)).keys() {
                    batch.remove(key?);
                }
            }
        }
        self.finish_unseen(batch, held)
    }

    fn save_edition(&self, composition: Composition) -> Result<Option<Edition>> {
        let held = self.writer();
        let id = composition.subscriber;
        let job = JobKind::Compose(id.clone());
        let mut batch = Writes::default();
        let Some(mut reader) = self.read::<Subscriber>(keys::subscriber(&id))? else {
            self.unqueue(&mut batch, &job)?;
            self.finish_unseen(batch, held)?;
            return Ok(None);
        };
        self.enqueue(&mut batch, &Job::new(job, composition.next))?;
        let mut added = None;
        if let Some(day) = composition.day {
            let taken = self.db()?.contains_key(keys::edition_day(&id, day))?;
            if let Some((mut edition, delivered)) = composition.edition.filter(|_| !taken) {
                reader.progress.editions += 1;
                reader.progress.seq = reader.progress.seq.max(composition.seq);
                edition.number = reader.progress.editions;
                for row in delivered {
                    let row = Delivered { edition: edition.number, ..row };
                    batch.insert(keys::delivery(&id, &row.insight), record::encode(&row)?);
                }
                put_edition(&mut batch, &edition)?;
                self.thin(&mut batch, &id, composition.keep.saturating_sub(1))?;
                added = Some(edition);
            }
            reader.progress.day = Some(day);
            batch.insert(keys::subscriber(&id), record::encode(&reader)?);
        }
        self.finish_unseen(batch, held)?;
        Ok(added)
    }

    fn plan_edition(&self, id: &SubscriberId, due: Timestamp) -> Result<()> {
        let held = self.writer();
        let kind = JobKind::Compose(id.clone());
        let planned = self.read::<Job>(keys::job(&kind.key()))?.is_some_and(|job| job.due == due);
        if planned || self.subscriber(id)?.is_none() {
            return Ok(());
        }
        let mut batch = Writes::default();
        self.enqueue(&mut batch, &Job::new(kind, due))?;
        self.finish_unseen(batch, held)
    }
}
