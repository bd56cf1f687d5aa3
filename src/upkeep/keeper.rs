//! Looks after the server while it runs: whether the store takes writes, whether a backup is due, what has had its time.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

use super::backup::{NightError, Nights, newest};
use super::history::Gauges;
use super::vitals::{Vitals, resident};
use crate::admin::Admin;
use crate::model::Timestamp;
use crate::search;
use crate::store::{Counts, StoreError, Usage};

/// How often it is looked whether the store takes writes.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is looked whether a backup is due.
const NIGHTLY: Duration = Duration::from_secs(60);
/// How often it is measured what is on disk, and counted what is kept.
const HOURLY: Duration = Duration::from_secs(3600);
/// Bytes of the kept index for each insight, at most.
const OF_INSIGHT: u64 = 2048;
/// After a failed backup, the next attempt.
const AGAIN: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The operator's choices.
#[derive(Debug, Clone)]
pub struct Keeping {
    /// Backups.
    pub nights: Nights,
    /// Bytes that stay free on the disk.
    pub floor: u64,
    /// Texts are kept so long; for ever if none.
    pub texts: Option<Duration>,
    /// Texts take so many bytes at most.
    pub texts_bytes: Option<u64>,
}

/// Runs beside the scheduler.
pub struct Keeper {
    admin: Admin,
    keeping: Keeping,
    dir: PathBuf,
    vitals: Vitals,
    /// Measured seldom, because it looks at each file and at each key.
    hourly: Option<(Instant, Usage, Counts)>,
    /// Why the store took nothing when it was looked at last.
    refused: Option<String>,
    /// A failed backup is not tried again before.
    backup_not_before: Option<Instant>,
}

impl Keeper {
    /// For this server.
    pub fn new(admin: Admin, keeping: Keeping, dir: &Path, vitals: Vitals) -> Self {
        let dir = dir.to_owned();
        Self { admin, keeping, dir, vitals, hourly: None, refused: None, backup_not_before: None }
    }

    /// Until `stop` turns true.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut nightly = tokio::time::interval(NIGHTLY);
        nightly.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*stop.borrow() {
            tokio::select! {
                _ = look.tick() => self.look().await,
                _ = nightly.tick() => {
                    self.measure().await;
                    self.nightly().await;
                }
                _ = stop.changed() => {}
            }
        }
        self.save();
        self.keep_index().await;
    }

    /// So that the next start is quick.
    async fn keep_index(&self) {
        let index = Arc::clone(&self.admin.ctx.index);
        let need = self.keeping.floor.saturating_add(index.len() as u64 * OF_INSIGHT);
        if self.admin.ctx.mail.space.free().is_ok_and(|free| free < need) {
            return;
        }
        let path = self.dir.join(search::FILE);
        match tokio::task::spawn_blocking(move || index.keep(&path)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "the index can't be kept; the next start takes longer");
            }
            Err(error) => tracing::warn!(%error, "keeping the index failed"),
        }
    }

    async fn measure(&mut self) {
        let now = (self.admin.clock)();
        let door = &self.admin.ctx.door;
        let queue = door.call(|s| Ok((s.jobs_queued()?, s.next_due(Timestamp::from_secs(0))?)));
        let Ok((jobs, next)) = queue.await else { return };
        let (usage, counts) = match self.hourly {
            Some((at, usage, counts)) if at.elapsed() < HOURLY => (usage, counts),
            _ => {
                let Ok(counts) = door.call(|s| s.counts()).await else { return };
                let usage = door.call(|s| s.usage()).await.unwrap_or_default();
                self.hourly = Some((Instant::now(), usage, counts));
                self.save();
                self.keep_index().await;
                (usage, counts)
            }
        };
        let free = self.admin.ctx.mail.space.free().unwrap_or(usage.free);
        let gauges = Gauges {
            memory: resident(),
            queue_age: next.map_or(0, |due| now.since(due).as_secs()),
            writable: self.refused.is_none(),
            usage: Usage { free, ..usage },
            counts: Counts { jobs, ..counts },
            backup: newest(&self.keeping.nights.folder).first().map(|(at, _)| *at),
        };
        self.vitals.measured(now, gauges);
    }

    /// Best effort: it is a picture, no more.
    fn save(&self) {
        if let Err(error) = self.vitals.save(&self.dir) {
            tracing::debug!(%error, "the history can't be written");
        }
    }

    /// Tells when the store stops and begins again to take writes; asking it mends what can be mended.
    async fn look(&mut self) {
        let now = match self.admin.ctx.door.call(|s| s.writable()).await {
            Ok(()) => None,
            Err(error) => Some(error.to_string()),
        };
        match (&self.refused, &now) {
            (None, Some(why)) => tracing::error!(%why, "nothing new is taken"),
            (Some(_), None) => {
                tracing::warn!("new things are taken again");
                self.admin.jobs.wake();
            }
            _ => {}
        }
        self.refused = now;
    }

    async fn nightly(&mut self) {
        let now = (self.admin.clock)();
        if self.backup_not_before.is_some_and(|at| Instant::now() < at) {
            return;
        }
        match self.night(now).await {
            Ok(()) => self.backup_not_before = None,
            Err(error) => {
                tracing::error!(%error, "no backup was made tonight; it is tried again in an hour");
                if matches!(error, NightError::Store(_)) {
                    // A start without it reads the whole store, and mends what is damaged.
                    let _ = std::fs::remove_file(self.dir.join(search::FILE));
                }
                self.backup_not_before = Some(Instant::now() + AGAIN);
            }
        }
    }

    /// Backup first; only then may anything go.
    async fn night(&self, now: Timestamp) -> Result<(), NightError> {
        let instance = self.admin.ctx.door.call(|s| s.instance()).await?;
        let nights = self.keeping.nights.clone();
        let last = newest(&nights.folder).first().map(|(at, _)| *at);
        if !nights.is_due(last, instance.created, now) {
            return Ok(());
        }
        let (door, floor) = (self.admin.ctx.door.clone(), self.keeping.floor);
        let made = tokio::task::spawn_blocking(move || {
            nights.make(now, floor, |out| door.blocking().backup(out, now).map(|_| ()))
        });
        let ended = |error: tokio::task::JoinError| StoreError::Failed(error.to_string());
        let (file, summary) = made.await.map_err(ended)??;
        let (rows, texts) = (summary.rows, summary.bodies);
        tracing::info!(file = %file.display(), rows, texts, "backup made");
        self.forget(now).await?;
        Ok(())
    }

    async fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let before = self.keeping.texts.map(|age| now.before(age.max(DAY)));
        let most = self.keeping.texts_bytes;
        let gone = self.admin.ctx.door.call(move |s| s.forget_texts(before, most)).await?;
        if gone.items > 0 {
            tracing::info!(items = gone.items, bytes = gone.bytes, "texts were removed");
        }
        Ok(())
    }
}
