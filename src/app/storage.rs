//! Opens the store and builds what rests on it, behind a fence: whatever panics on damaged files is damage, and nothing
//! else. A server then goes on with its newest backup; a verb only tells.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::{MIB, now, topics};
use crate::config::Config;
use crate::search::{self, Index};
use crate::store::{Door, Space, StoreError, sled};
use crate::upkeep::{self, Keeping, Nights};

/// What becomes of a store that is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// Nothing: it is told.
    Tell,
    /// It is moved aside, and the newest backup takes its place.
    Rescue,
}

pub(super) fn open(config: &Config, damage: Damage) -> Result<(Door, Arc<Index>)> {
    let (dir, backups) = (&config.data_dir, config.backup_folder());
    upkeep::settle(dir).context("what an interrupted restore left can't be put in place")?;
    let error = match attempt(config) {
        Ok(opened) => return Ok(opened),
        Err(error) => error,
    };
    let detail = match error.downcast_ref() {
        Some(StoreError::Unreadable { detail, .. }) => detail.clone(),
        _ => return Err(error),
    };
    if damage == Damage::Tell {
        let Some((made, file)) = upkeep::newest(&backups).into_iter().next() else {
            return Err(error);
        };
        return Err(error.context(format!(
            "`podbrief serve` moves the damaged store aside and puts the backup of {} in its place ({})",
            made.rfc3339(),
            file.display()
        )));
    }
    let rescued = upkeep::rescue(dir, &backups, &detail, now())
        .map_err(|why| error.context(why.to_string()))?;
    tracing::error!(
        aside = %rescued.aside.display(), backup = %rescued.backup.display(), made = %rescued.made.rfc3339(), detail,
        "the store was damaged; {}", rescued.words(dir)
    );
    attempt(config)
}

fn attempt(config: &Config) -> Result<(Door, Arc<Index>)> {
    let dir = &config.data_dir;
    let mut random = [0_u8; 10];
    getrandom::fill(&mut random).context("the system gives no random bytes")?;
    let random: String = random.iter().map(|b| format!("{b:02x}")).collect();
    let mint = sled::Mint { now: now(), host: &config.host(), random: &random };
    let store = sled::open(dir, &mint)?.keeping_free(space(config));
    let door = Door::new(Arc::new(store));
    let topics = topics(dir)?;
    // This reads all there is, unless most of it is in a file; sled panics on some damage instead of telling it.
    let built = catch_unwind(AssertUnwindSafe(|| {
        for (old, new) in topics.renames() {
            match door.blocking().rename_topic(old, new) {
                // Another start does it.
                Err(error @ StoreError::Full { .. }) => {
                    tracing::warn!(%error, "a topic keeps its old name")
                }
                done => done?,
            }
        }
        Index::open(door.blocking(), &dir.join(search::FILE))
    }));
    match built {
        Ok(index) => Ok((door, Arc::new(index?))),
        Err(_) => {
            let path = dir.join("store");
            Err(StoreError::Unreadable { path, detail: "sled gave up while it was read".into() }
                .into())
        }
    }
}

/// What stays free on the disk.
pub(super) fn space(config: &Config) -> Space {
    Space::new(&config.data_dir, config.disk.keep_free_mib.saturating_mul(MIB as u64))
}

/// MiB as bytes; 0 means all there are.
pub(super) fn most_or_all(mib: u64) -> u64 {
    if mib == 0 { u64::MAX } else { mib.saturating_mul(MIB as u64) }
}

/// What is kept, and how long.
///
/// # Errors
/// If `backup.at` is no time.
pub(super) fn keeping(config: &Config) -> Result<Keeping> {
    let day = Duration::from_secs(24 * 3600);
    let nights = Nights {
        folder: config.backup_folder(),
        at: config.backup_at()?,
        keep: config.backup.keep,
    };
    let keep = &config.keep;
    Ok(Keeping {
        nights,
        floor: space(config).floor(),
        texts: (keep.texts_days > 0).then(|| day * keep.texts_days),
        texts_bytes: (keep.texts_mib > 0).then(|| most_or_all(keep.texts_mib)),
    })
}
