//! Readers, their ways in, and invitations.

use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{
    Access, Invite, Job, JobKind, Moved, SecretHash, Source, SourceId, Subscriber, SubscriberId,
    Timestamp, Visibility,
};
use crate::store::{Result, SourceStore, StoreError, SubscriberStore};

impl SledStore {
    fn accesses(&self, id: &SubscriberId) -> Result<Vec<Access>> {
        let mut found = Vec::new();
        for row in self.db()?.scan_prefix(keys::accesses_of(id)) {
            let (_, hash) = row?;
            found.extend(self.read::<Access>([keys::ACCESS, &hash].concat())?);
        }
        Ok(found)
    }
}

/// Puts a way in and its index into `batch`.
pub(super) fn put_access(batch: &mut Writes, access: &Access) -> Result<()> {
    let hash = access.hash.as_str().as_bytes();
    batch.insert(keys::access(&access.hash), record::encode(access)?);
    batch.insert([&keys::accesses_of(&access.subscriber), hash].concat(), hash);
    Ok(())
}

fn drop_access(batch: &mut Writes, access: &Access) {
    batch.remove(keys::access(&access.hash));
    batch
        .remove([&keys::accesses_of(&access.subscriber), access.hash.as_str().as_bytes()].concat());
}

impl SubscriberStore for SledStore {
    fn add_subscriber(
        &self,
        subscriber: Subscriber,
        secret: SecretHash,
        due: Timestamp,
        invite: Option<&SecretHash>,
    ) -> Result<bool> {
        let held = self.writer();
        let mut batch = Writes::default();
        if let Some(hash) = invite {
            if !self.invite(hash, subscriber.created)? {
                return Ok(false);
            }
            batch.remove(keys::invite(hash));
        }
        let id = subscriber.id.clone();
        let created = subscriber.created;
        put_access(
            &mut batch,
            &Access { hash: secret, subscriber: id.clone(), created, moved: None },
        )?;
        batch.insert(keys::subscriber(&id), record::encode(&subscriber)?);
        self.enqueue(&mut batch, &Job::new(JobKind::Compose(id), due))?;
        self.finish_unseen(batch, held)?;
        Ok(true)
    }

    fn subscriber(&self, id: &SubscriberId) -> Result<Option<Subscriber>> {
        self.read(keys::subscriber(id))
    }

    fn subscribers(&self) -> Result<Vec<Subscriber>> {
        let mut all: Vec<Subscriber> =
            super::feeds::rows(self, keys::SUBSCRIBER).collect::<Result<_>>()?;
        all.sort_by(|a, b| a.created.cmp(&b.created).then_with(|| a.id.cmp(&b.id)));
        Ok(all)
    }

    fn access(&self, hash: &SecretHash, now: Timestamp) -> Result<Option<Access>> {
        // The row is found by the hash, so how long it takes tells something of the hash at most, from which no
        // secret can be guessed; what is found is compared in constant time all the same.
        let found = self.read::<Access>(keys::access(hash))?.filter(|row| row.hash.is(hash));
        Ok(found.filter(|row| row.moved.is_none_or(|moved| now < moved.until)))
    }

    fn change_subscriber(
        &self,
        id: &SubscriberId,
        due: Option<Timestamp>,
        change: &mut dyn FnMut(&mut Subscriber),
    ) -> Result<Option<Subscriber>> {
        let held = self.writer();
        let Some(old) = self.subscriber(id)? else { return Ok(None) };
        let mut new = old.clone();
        change(&mut new);
        new.id = old.id;
        new.created = old.created;
        new.progress = old.progress;
        let mut batch = Writes::default();
        batch.insert(keys::subscriber(id), record::encode(&new)?);
        if let Some(due) = due {
            self.enqueue(&mut batch, &Job::new(JobKind::Compose(id.clone()), due))?;
        }
        self.finish_unseen(batch, held)?;
        Ok(Some(new))
    }

    fn change_secret(
        &self,
        id: &SubscriberId,
        new: SecretHash,
        now: Timestamp,
        grace: Option<Moved>,
    ) -> Result<bool> {
        let held = self.writer();
        if self.subscriber(id)?.is_none() {
            return Ok(false);
        }
        let mut batch = Writes::default();
        for mut old in self.accesses(id)? {
            let ended = old.moved.is_some_and(|moved| moved.until <= now);
            match grace {
                None => drop_access(&mut batch, &old),
                Some(_) if ended => drop_access(&mut batch, &old),
                // One that was changed before keeps its own end.
                Some(_) if old.moved.is_some() => {}
                Some(moved) => {
                    old.moved = Some(moved);
                    put_access(&mut batch, &old)?;
                }
            }
        }
        let access = Access { hash: new, subscriber: id.clone(), created: now, moved: None };
        put_access(&mut batch, &access)?;
        self.finish_unseen(batch, held)?;
        Ok(true)
    }

    fn remove_subscriber(&self, id: &SubscriberId) -> Result<bool> {
        let own = Visibility::Private(id.clone());
        let sources: Vec<SourceId> = self
            .sources()?
            .into_iter()
            .filter(|s: &Source| s.visibility == own)
            .map(|s| s.id)
            .collect();
        for source in sources {
            self.remove_source(&source)?;
        }
        let held = self.writer();
        if self.subscriber(id)?.is_none() {
            return Ok(false);
        }
        let mut batch = Writes::default();
        for access in self.accesses(id)? {
            drop_access(&mut batch, &access);
        }
        for prefix in keys::of_subscriber(id) {
            for key in self.db()?.scan_prefix(prefix).keys() {
                batch.remove(key?);
            }
        }
        self.unqueue(&mut batch, &JobKind::Compose(id.clone()))?;
        batch.remove(keys::subscriber(id));
        self.finish_unseen(batch, held)?;
        Ok(true)
    }

    fn add_invite(&self, invite: Invite, now: Timestamp) -> Result<()> {
        let held = self.writer();
        let mut batch = Writes::default();
        for row in super::feeds::rows::<Invite>(self, keys::INVITE) {
            let old = row?;
            if old.until <= now {
                batch.remove(keys::invite(&old.hash));
            }
        }
        batch.insert(keys::invite(&invite.hash), record::encode(&invite)?);
        self.finish_unseen(batch, held)
    }

    fn invite(&self, hash: &SecretHash, now: Timestamp) -> Result<bool> {
        let found = self.read::<Invite>(keys::invite(hash))?;
        Ok(found.is_some_and(|invite| invite.hash.is(hash) && now < invite.until))
    }

    fn server_key(&self, fresh: [u8; 32]) -> Result<[u8; 32]> {
        let held = self.writer();
        if let Some(kept) = self.db()?.get(keys::KEY)? {
            let bad = || StoreError::Record {
                kind: "key",
                key: "m/key".into(),
                detail: "it is not 32 bytes".into(),
            };
            return kept.as_ref().try_into().map_err(|_| bad());
        }
        let mut batch = Writes::default();
        batch.insert(keys::KEY, &fresh);
        self.finish_unseen(batch, held)?;
        Ok(fresh)
    }
}
