//! Newsletters that came by mail: the commit of their arrival, and their order for full-text feeds.

use std::collections::HashMap;

use super::sources::dated;
use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{
    Folder, Gone, Item, ItemId, ItemState, Job, JobKind, MailPolicy, Route, Sender, Source,
    SourceId, SourceKind, SubscriberId, Visibility,
};
use crate::store::{Added, Arrival, ItemStore, MailStore, Result, SourceStore};

impl MailStore for SledStore {
    fn save_mail(&self, arrivals: Vec<Arrival>) -> Result<Vec<Added>> {
        let mut held = self.writer();
        let mut next = *held;
        let mut batch = Writes::default();
        let mut sources: HashMap<SourceId, Source> = HashMap::new();
        let mut fresh: HashMap<ItemId, ()> = HashMap::new();
        let mut added = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            let source = match sources.get_mut(&arrival.source) {
                Some(source) => source,
                None => match self.source(&arrival.source)? {
                    Some(source) => sources.entry(arrival.source.clone()).or_insert(source),
                    None => {
                        added.push(Added::Existing);
                        continue;
                    }
                },
            };
            let SourceKind::Mailbox(mailbox) = &mut source.kind else {
                added.push(Added::Existing);
                continue;
            };
            let Some(mut item) = arrival.item else {
                mailbox.ignored += 1;
                added.push(Added::Existing);
                continue;
            };
            let known = self.db()?.contains_key(keys::item(&item.id))?;
            if known || fresh.insert(item.id.clone(), ()).is_some() {
                added.push(Added::Existing);
                continue;
            }
            mailbox.last = Some(arrival.now);
            if mailbox.senders.is_empty() {
                mailbox.senders.extend(arrival.learn);
            }
            source.coverage.items += 1;
            self.put_issue(&mut batch, &mut item, &mut next)?;
            if item.state == ItemState::New {
                let job = Job::new(JobKind::Transcribe(item.id.clone()), arrival.now);
                self.enqueue(&mut batch, &job)?;
            }
            batch.remove(keys::tombstone(&Gone::Item(item.id.clone())));
            batch.insert(keys::item_of(&source.id, dated(&item), &item.id), Vec::new());
            added.push(Added::New);
        }
        for source in sources.values() {
            batch.insert(keys::source(&source.id), record::encode(source)?);
        }
        batch.insert(keys::SEQ, &(next - 1).to_be_bytes());
        *held = next;
        self.finish(batch, held)?;
        Ok(added)
    }

    fn trust_sender(&self, id: &SourceId, sender: Sender) -> Result<Option<usize>> {
        let mut held = self.writer();
        let Some(mut source) = self.source(id)? else { return Ok(None) };
        let SourceKind::Mailbox(mailbox) = &mut source.kind else { return Ok(None) };
        let mut batch = Writes::default();
        let mut next = *held;
        mailbox.senders.retain(|known| known.address != sender.address);
        let mut released = 0;
        for mut item in self.items_of(id, usize::MAX)? {
            let theirs =
                item.mail.as_ref().is_some_and(|m| m.from == sender.address && m.notice.is_none());
            if item.state != ItemState::Held || !theirs {
                continue;
            }
            item.state = ItemState::New;
            if let Some(mail) = &mut item.mail {
                mail.held = None;
            }
            self.put_issue(&mut batch, &mut item, &mut next)?;
            self.enqueue(
                &mut batch,
                &Job::new(JobKind::Transcribe(item.id.clone()), sender.since),
            )?;
            released += 1;
        }
        mailbox.senders.push(sender);
        batch.insert(keys::source(id), record::encode(&source)?);
        batch.insert(keys::SEQ, &(next - 1).to_be_bytes());
        *held = next;
        self.finish(batch, held)?;
        Ok(Some(released))
    }

    fn set_policy(&self, id: &SourceId, policy: MailPolicy) -> Result<bool> {
        self.change_mailbox(id, |source, _| {
            if let SourceKind::Mailbox(mailbox) = &mut source.kind {
                mailbox.policy = policy;
            }
            Ok(true)
        })
    }

    fn set_routes(&self, id: &SourceId, routes: Vec<Route>) -> Result<bool> {
        self.change_mailbox(id, |source, batch| {
            if let SourceKind::Mailbox(mailbox) = &mut source.kind {
                mailbox.routes = routes;
            }
            for row in self.db()?.scan_prefix(keys::FOLDER) {
                batch.remove(row?.0);
            }
            Ok(true)
        })
    }

    fn set_visibility(&self, id: &SourceId, wanted: Visibility) -> Result<bool> {
        self.change_mailbox(id, |source, _| {
            if source.coverage.insights > 0 {
                return Ok(false);
            }
            source.visibility = wanted;
            Ok(true)
        })
    }

    fn folder(&self, name: &str) -> Result<Option<Folder>> {
        self.read(keys::folder(name))
    }

    fn save_folder(&self, folder: &Folder) -> Result<()> {
        let held = self.writer();
        let mut batch = Writes::default();
        batch.insert(keys::folder(&folder.name), record::encode(folder)?);
        self.finish(batch, held)
    }

    fn issues_for(
        &self,
        source: &SourceId,
        viewer: Option<&SubscriberId>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Item>> {
        if !self.source(source)?.is_some_and(|s| s.visibility.allows(viewer)) {
            return Ok(Vec::new());
        }
        let prefix = keys::issues_of(source);
        let end = keys::with_seq(&prefix, before.unwrap_or(u64::MAX));
        let mut issues = Vec::new();
        for row in self.db()?.range(keys::with_seq(&prefix, 0)..end).rev().take(limit) {
            let (_, id) = row?;
            issues.extend(self.read::<Item>([keys::ITEM, &id].concat())?);
        }
        Ok(issues)
    }
}

impl SledStore {
    /// Changes a mailbox's row; false, and nothing done, if there is none or `change` says so.
    fn change_mailbox(
        &self,
        id: &SourceId,
        change: impl FnOnce(&mut Source, &mut Writes) -> Result<bool>,
    ) -> Result<bool> {
        let held = self.writer();
        let Some(mut source) = self.source(id)?.filter(|s| s.mailbox().is_some()) else {
            return Ok(false);
        };
        let mut batch = Writes::default();
        if !change(&mut source, &mut batch)? {
            return Ok(false);
        }
        batch.insert(keys::source(id), record::encode(&source)?);
        self.finish(batch, held)?;
        Ok(true)
    }

    /// Writes an issue's row and gives it its place, if it may be shown.
    fn put_issue(&self, batch: &mut Writes, item: &mut Item, next: &mut u64) -> Result<()> {
        if let Some(mail) = &mut item.mail {
            mail.seq = *next;
            *next += 1;
        }
        if let Some(key) = issue_key(item) {
            batch.insert(key, item.id.as_str().as_bytes());
        }
        batch.insert(keys::item(&item.id), record::encode(item)?);
        Ok(())
    }
}

/// Where an issue stands among its mailbox's issues, if it may be shown.
pub(super) fn issue_key(item: &Item) -> Option<Vec<u8>> {
    let mail = item.mail.as_ref().filter(|_| item.state != ItemState::Held)?;
    Some(keys::with_seq(&keys::issues_of(&item.source), mail.seq))
}
