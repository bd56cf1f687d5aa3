//! Sources, and the commit of a poll.

use std::collections::HashSet;

use super::writes::Writes;
use super::{SledStore, keys, record};
use crate::model::{
    Gone, InsightId, Item, ItemId, ItemState, Job, JobKind, Lease, PollState, Source, SourceId,
    SourceKind, SourceStatus, SpeechPolicy, Timestamp, Tombstone,
};
use crate::store::{Added, PollOutcome, Result, Scope, SourceStore, StoreError};

impl SourceStore for SledStore {
    fn add_source(&self, source: Source) -> Result<Added> {
        let held = self.writer();
        let key = keys::source(&source.id);
        if self.db()?.contains_key(&key)? {
            return Ok(Added::Existing);
        }
        let mut batch = Writes::default();
        if source.status == SourceStatus::Active && source.feed_url().is_some() {
            let job = Job::new(JobKind::Poll(source.id.clone()), source.poll.next);
            self.enqueue(&mut batch, &job)?;
        }
        batch.remove(keys::tombstone(&Gone::Source(source.id.clone())));
        batch.insert(key, record::encode(&source)?);
        self.finish(batch, held)?;
        Ok(Added::New)
    }

    fn source(&self, id: &SourceId) -> Result<Option<Source>> {
        self.read(keys::source(id))
    }

    fn sources(&self) -> Result<Vec<Source>> {
        let mut all = Vec::new();
        for row in self.db()?.scan_prefix(keys::SOURCE) {
            let (key, value) = row?;
            all.push(record::decode::<Source>(&value, &String::from_utf8_lossy(&key))?);
        }
        all.sort_by_cached_key(|s| (s.title.to_lowercase(), s.id.clone()));
        Ok(all)
    }

    fn remove_source(&self, id: &SourceId) -> Result<bool> {
        let held = self.writer();
        let Some(source) = self.read::<Source>(keys::source(id))? else { return Ok(false) };
        // What is private was never there.
        let public = source.visibility.allows(None);
        let mut batch = Writes::default();
        batch.remove(keys::source(id));
        if public {
            bury(&mut batch, Gone::Source(id.clone()), source.podcast_guid)?;
        }
        self.unqueue(&mut batch, &JobKind::Poll(id.clone()))?;
        for key in self.db()?.scan_prefix(keys::items_of(id)).keys() {
            let key = key?;
            if let Some(item) = item_in(&key) {
                self.unqueue(&mut batch, &JobKind::Transcribe(item.clone()))?;
                self.unqueue(&mut batch, &JobKind::Recognise(item.clone()))?;
                self.unqueue(&mut batch, &JobKind::Extract(item.clone()))?;
                self.unqueue(&mut batch, &JobKind::Write(item.clone()))?;
                self.unqueue(&mut batch, &JobKind::Relate(item.clone()))?;
                let row = self.read::<Item>(keys::item(&item))?;
                if public && row.is_some_and(|row| row.state != ItemState::Held) {
                    bury(&mut batch, Gone::Item(item.clone()), None)?;
                }
                batch.remove(keys::item(&item));
                batch.remove(keys::aside(&item));
            }
            batch.remove(key);
        }
        for key in self.db()?.scan_prefix(keys::calls_of(id)).keys() {
            batch.remove(key?);
        }
        for key in self.db()?.scan_prefix(keys::issues_of(id)).keys() {
            batch.remove(key?);
        }
        for row in self.db()?.scan_prefix(keys::scope(&Scope::Source(id.clone()))) {
            let (key, value) = row?;
            batch.remove(key);
            if let Some(insight) = insight_in(&value) {
                self.unpublish(&mut batch, &insight)?;
            }
        }
        self.next_epoch(&mut batch)?;
        self.finish(batch, held)?;
        Ok(true)
    }

    fn set_status(&self, id: &SourceId, status: SourceStatus, now: Timestamp) -> Result<bool> {
        let held = self.writer();
        let Some(mut source) = self.read::<Source>(keys::source(id))? else { return Ok(false) };
        let mut batch = Writes::default();
        let poll = JobKind::Poll(id.clone());
        if status == SourceStatus::Active && source.feed_url().is_some() {
            source.poll.next = now;
            self.enqueue(&mut batch, &Job::new(poll, now))?;
        } else {
            self.unqueue(&mut batch, &poll)?;
        }
        source.status = status;
        batch.insert(keys::source(id), record::encode(&source)?);
        self.finish(batch, held)?;
        Ok(true)
    }

    fn move_source(&self, id: &SourceId, kind: SourceKind, now: Timestamp) -> Result<bool> {
        let held = self.writer();
        let Some(mut source) = self.read::<Source>(keys::source(id))? else { return Ok(false) };
        source.kind = kind;
        source.status = SourceStatus::Active;
        source.lease = None;
        let (recent, rhythm) = (source.poll.recent, source.poll.rhythm);
        source.poll = PollState { recent, rhythm, next: now, ..PollState::default() };
        let mut batch = Writes::default();
        self.enqueue(&mut batch, &Job::new(JobKind::Poll(id.clone()), now))?;
        batch.insert(keys::source(id), record::encode(&source)?);
        self.finish(batch, held)?;
        Ok(true)
    }

    fn set_speech(&self, id: &SourceId, policy: Option<SpeechPolicy>) -> Result<bool> {
        let held = self.writer();
        let Some(mut source) = self.read::<Source>(keys::source(id))? else { return Ok(false) };
        source.speech = policy;
        let mut batch = Writes::default();
        batch.insert(keys::source(id), record::encode(&source)?);
        self.finish(batch, held)?;
        Ok(true)
    }

    fn move_polls(&self, plan: &[(SourceId, Timestamp)]) -> Result<()> {
        let held = self.writer();
        let mut batch = Writes::default();
        for (id, next) in plan {
            let Some(mut source) = self.read::<Source>(keys::source(id))? else { continue };
            if source.status == SourceStatus::Active {
                source.poll.next = *next;
                self.enqueue(&mut batch, &Job::new(JobKind::Poll(id.clone()), *next))?;
                batch.insert(keys::source(id), record::encode(&source)?);
            }
        }
        self.finish_unseen(batch, held)
    }

    fn save_lease(&self, id: &SourceId, lease: Option<Lease>) -> Result<bool> {
        let held = self.writer();
        let Some(mut source) = self.read::<Source>(keys::source(id))? else { return Ok(false) };
        source.lease = lease;
        let mut batch = Writes::default();
        batch.insert(keys::source(id), record::encode(&source)?);
        self.finish_unseen(batch, held)?;
        Ok(true)
    }

    fn known_items(&self, id: &SourceId) -> Result<HashSet<ItemId>> {
        let mut known = HashSet::new();
        for key in self.db()?.scan_prefix(keys::items_of(id)).keys() {
            known.extend(item_in(&key?));
        }
        Ok(known)
    }

    fn save_quiet_poll(&self, outcome: &PollOutcome) -> Result<bool> {
        let quiet = outcome.new.is_empty()
            && outcome.changed.is_empty()
            && outcome.url.is_none()
            && outcome.profile.is_none()
            && outcome.status == SourceStatus::Active;
        if !quiet || self.committer.owes_long() {
            return Ok(false);
        }
        let Ok(held) = self.writer.try_lock() else { return Ok(false) };
        let key = keys::source(&outcome.source);
        let Some(mut source) = self.read::<Source>(&key)? else { return Ok(false) };
        if source.status != SourceStatus::Active || !only_time_went(&source.poll, &outcome.state) {
            return Ok(false);
        }
        source.poll = outcome.state.clone();
        let mut batch = Writes::default();
        self.enqueue(&mut batch, &Job::new(JobKind::Poll(source.id.clone()), source.poll.next))?;
        batch.insert(key, record::encode(&source)?);
        self.finish_lightly(batch, held)?;
        Ok(true)
    }

    fn save_poll(&self, outcome: PollOutcome) -> Result<usize> {
        let held = self.writer();
        let key = keys::source(&outcome.source);
        let Some(mut source) = self.read::<Source>(&key)? else {
            return Err(StoreError::Gone(format!("source {}", outcome.source)));
        };
        let before = source.clone();
        let mut batch = Writes::default();
        let mut fresh = HashSet::new();
        let mut seen = false;
        for new in outcome.new {
            let item = new.item;
            let row = keys::item(&item.id);
            if self.db()?.contains_key(&row)? || !fresh.insert(item.id.clone()) {
                continue;
            }
            if item.state == ItemState::New {
                self.enqueue(&mut batch, &Job::new(JobKind::Transcribe(item.id.clone()), new.due))?;
            }
            batch.remove(keys::tombstone(&Gone::Item(item.id.clone())));
            batch.insert(keys::item_of(&source.id, dated(&item), &item.id), Vec::new());
            batch.insert(row, record::encode(&item)?);
        }
        for mut item in outcome.changed {
            let row = keys::item(&item.id);
            let Some(old) = self.read::<Item>(&row)? else { continue };
            // It may have been transcribed or published since the poll began; its words stay as they were read.
            if old.state != ItemState::New {
                continue;
            }
            seen = true;
            // How its recognition does was learned since the poll began, too.
            (item.recognised_by, item.problem) = (old.recognised_by.clone(), old.problem.clone());
            batch.remove(keys::item_of(&source.id, dated(&old), &old.id));
            batch.insert(keys::item_of(&source.id, dated(&item), &item.id), Vec::new());
            batch.insert(row, record::encode(&item)?);
        }
        source.coverage.items += u32::try_from(fresh.len()).unwrap_or(u32::MAX);
        source.poll = outcome.state;
        // An operator's pause during the poll wins.
        if source.status == SourceStatus::Active {
            source.status = outcome.status;
        }
        if let Some(url) = outcome.url {
            source.kind = SourceKind::Feed { url };
        }
        if let Some(profile) = outcome.profile {
            source.title = profile.title;
            source.link = profile.link;
            source.description = profile.description;
            source.author = profile.author;
            source.language = profile.language;
            source.podcast_guid = profile.podcast_guid;
            source.medium = profile.medium;
        }
        let poll = JobKind::Poll(source.id.clone());
        if source.status == SourceStatus::Active {
            self.enqueue(&mut batch, &Job::new(poll, source.poll.next))?;
        } else {
            self.unqueue(&mut batch, &poll)?;
        }
        batch.insert(key, record::encode(&source)?);
        // How its polls go is shown to the operator only, and never kept: what is kept of feeds stays good.
        let light = only_time_went(&before.poll, &source.poll);
        let shown = Source { poll: before.poll.clone(), ..source };
        if seen || shown != before || !fresh.is_empty() {
            self.finish(batch, held)?;
        } else if light {
            self.finish_lightly(batch, held)?;
        } else {
            self.finish_unseen(batch, held)?;
        }
        Ok(fresh.len())
    }
}

/// Puts a tombstone into `batch`.
pub(super) fn bury(batch: &mut Writes, of: Gone, podcast_guid: Option<String>) -> Result<()> {
    batch.insert(keys::tombstone(&of), record::encode(&Tombstone { of, podcast_guid })?);
    Ok(())
}

/// Where an item stands among its source's items.
pub(super) fn dated(item: &Item) -> Timestamp {
    item.published.unwrap_or(item.seen)
}

/// The item at the end of an index key.
fn item_in(key: &[u8]) -> Option<ItemId> {
    let at = key.len().checked_sub(20)?;
    std::str::from_utf8(key.get(at..)?).ok()?.parse().ok()
}

pub(super) fn insight_in(value: &[u8]) -> Option<InsightId> {
    std::str::from_utf8(value).ok()?.parse().ok()
}
/// Whether nothing was learned but that there is no news: who forgets that asks once more.
fn only_time_went(before: &PollState, now: &PollState) -> bool {
    let timeless = |state: &PollState| PollState {
        last: None,
        last_success: None,
        next: Timestamp::default(),
        why: None,
        http_status: None,
        ..state.clone()
    };
    now.last_success == now.last && timeless(before) == timeless(now)
}
