//! Readers: their ways in, their editions, and the ledger of what they were given.

use std::collections::HashMap;

use super::super::keys;
use super::super::record::{self, Record};
use super::Look;
use crate::model::{Access, Delivered, Edition, Invite, JobKind, Subscriber, SubscriberId, Vote};
use crate::store::Result;

/// Letters of a claim that the ledger keeps.
const CLAIM: usize = 300;

impl Look<'_> {
    pub(super) fn readers(&mut self) -> Result<()> {
        let mut readers: HashMap<SubscriberId, Subscriber> = HashMap::new();
        self.all::<Subscriber>(keys::SUBSCRIBER, |look, reader| {
            let why = format!("the reader {} is there", reader.id);
            look.queued(JobKind::Compose(reader.id.clone()), &why)?;
            readers.insert(reader.id.clone(), reader);
            Ok(())
        })?;
        self.all::<Access>(keys::ACCESS, |look, access| {
            let hash = access.hash.as_str().as_bytes();
            let key = [&keys::accesses_of(&access.subscriber), hash].concat();
            if look.nobodys::<Access>(&readers, &access.subscriber, keys::access(&access.hash)) {
                return Ok(());
            }
            look.file(key, hash, "a way in")
        })?;
        self.all::<Invite>(keys::INVITE, |_, _| Ok(()))?;
        let mut highest: HashMap<SubscriberId, u64> = HashMap::new();
        self.all::<Edition>(keys::EDITION, |look, edition| {
            let of = &edition.subscriber;
            let key = keys::with_seq(&keys::editions_of(of), edition.number);
            if look.nobodys::<Edition>(&readers, of, key) {
                return Ok(());
            }
            let last = highest.entry(of.clone()).or_default();
            *last = edition.number.max(*last);
            let name = format!("edition {} of the reader {of}", edition.number);
            look.file(keys::edition_day(of, edition.day), &edition.number.to_be_bytes(), &name)?;
            for pick in &edition.picks {
                let key = keys::delivery(of, &pick.insight);
                if look.has(&key)? {
                    continue;
                }
                let claim = pick.summary.chars().take(CLAIM).collect();
                let (subscriber, insight) = (of.clone(), pick.insight.clone());
                let row = Delivered { subscriber, insight, edition: edition.number, claim };
                let row = record::encode(&row)?;
                let what = format!(
                    "{name} holds the insight {}, which is not in the ledger",
                    pick.insight
                );
                look.mend(what, "it is written there", |batch| batch.insert(key, row));
            }
            Ok(())
        })?;
        for (id, last) in highest {
            let Some(reader) = readers.get(&id).filter(|r| r.progress.editions < last) else {
                continue;
            };
            let mut reader = reader.clone();
            let what = format!(
                "the reader {id} has edition {last}, but {} were counted",
                reader.progress.editions
            );
            reader.progress.editions = last;
            let row = record::encode(&reader)?;
            self.mend(what, "they are counted anew", |batch| {
                batch.insert(keys::subscriber(&id), row)
            });
        }
        self.all::<Delivered>(keys::LEDGER, |look, row| {
            let key = keys::delivery(&row.subscriber, &row.insight);
            look.nobodys::<Delivered>(&readers, &row.subscriber, key);
            Ok(())
        })?;
        self.all::<Vote>(keys::VOTE, |look, vote| {
            let key = keys::vote(&vote.subscriber, &vote.insight);
            look.nobodys::<Vote>(&readers, &vote.subscriber, key);
            Ok(())
        })
    }

    /// Whether a row is of a reader who is not there; then it goes.
    fn nobodys<T: Record>(
        &mut self,
        readers: &HashMap<SubscriberId, Subscriber>,
        id: &SubscriberId,
        key: Vec<u8>,
    ) -> bool {
        if readers.contains_key(id) {
            return false;
        }
        let what = format!("a row ({}) is of the reader {id}, who is not there", T::KIND);
        self.mend(what, "it is removed", |batch| batch.remove(key));
        true
    }
}
