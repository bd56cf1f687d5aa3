//! A store that can't be opened is moved aside, never deleted, and the newest whole backup takes its place. What is
//! missing since then is written down for the operator.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use super::backup::{newest, open};
use crate::model::Timestamp;
use crate::store::sled;

/// Where the backup becomes a store, until it is whole.
const RESTORING: &str = "restoring";
/// It is.
const COMPLETE: &str = "complete";
/// What is told of it.
const TOLD: &str = "rescue.json";

/// What became of a store that could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescue {
    /// When it was found.
    pub at: Timestamp,
    /// What was wrong.
    pub detail: String,
    /// Where the damaged store is now.
    pub aside: PathBuf,
    /// The backup that took its place.
    pub backup: PathBuf,
    /// When that was made.
    pub made: Timestamp,
}

impl Rescue {
    /// The last one, for as long as the operator leaves its note.
    pub fn told(dir: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(dir.join(TOLD)).ok()?).ok()
    }

    /// What happened, what is missing, and what to do.
    pub fn words(&self, dir: &Path) -> String {
        format!(
            "on {} the store could not be opened ({}). It was moved to {}, and the backup of {} took its place: what came \
             between these times is missing but for what feeds still hold, which is read again. Mail of that time is in \
             {}, for `podbrief import FILE --mail WHICH`. Sign-ups, votes and editions of that time are lost. Remove {} \
             when you have read this",
            self.at.rfc3339(),
            self.detail,
            self.aside.display(),
            self.made.rfc3339(),
            dir.join("mail/raw").display(),
            dir.join(TOLD).display()
        )
    }
}

/// Ends what a crash interrupted. Before the store is opened.
///
/// # Errors
/// If a file can't be moved.
pub fn settle(dir: &Path) -> io::Result<()> {
    let from = dir.join(RESTORING);
    if from.join(COMPLETE).exists() && !dir.join("store").exists() {
        fs::rename(from.join("store"), dir.join("store"))?;
        fs::remove_dir_all(&from)?;
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// Puts the newest whole backup of `backups` in the place of the store in `dir`.
///
/// # Errors
/// If there is none, and then nothing was changed; or if a file can't be moved.
pub fn rescue(dir: &Path, backups: &Path, detail: &str, now: Timestamp) -> Result<Rescue> {
    let found = newest(backups);
    if found.is_empty() {
        bail!("there is no backup in {}, so nothing was changed", backups.display());
    }
    let temp = dir.join(RESTORING);
    let mut made_of = None;
    for (made, file) in found {
        clear(&temp)?;
        match sled::restore(&temp, now, &|| open(&file)) {
            Ok(_) => {
                made_of = Some((made, file));
                break;
            }
            Err(error) => tracing::error!(%error, file = %file.display(), "a backup is of no use"),
        }
    }
    let Some((made, backup)) = made_of else {
        clear(&temp)?;
        bail!("no backup in {} is whole, so nothing was changed", backups.display());
    };
    let aside = dir.join(format!("store.damaged-{}", now.rfc3339().replace(['-', ':'], "")));
    let rescue = Rescue { at: now, detail: detail.to_owned(), aside, backup, made };
    // Bodies first: rows never name one that is not there. Those that are there already have the same content.
    adopt(&temp.join("bodies"), &dir.join("bodies"))?;
    fs::write(dir.join(TOLD), serde_json::to_vec_pretty(&rescue)?)
        .context("what happened can't be written down")?;
    File::create(temp.join(COMPLETE)).and_then(|f| f.sync_all())?;
    File::open(&temp)?.sync_all()?;
    fs::rename(dir.join("store"), &rescue.aside)
        .with_context(|| format!("can't move the store to {}", rescue.aside.display()))?;
    settle(dir).context("can't move the backup's store in place")?;
    Ok(rescue)
}

fn clear(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("can't clear {}", dir.display()))
        }
        _ => Ok(()),
    }
}

/// Moves all files of `from`, two levels deep, over those of `to`.
fn adopt(from: &Path, to: &Path) -> Result<()> {
    for folder in fs::read_dir(from)? {
        let folder = folder?;
        let place = to.join(folder.file_name());
        fs::create_dir_all(&place)?;
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            fs::rename(file.path(), place.join(file.file_name()))?;
        }
        File::open(&place)?.sync_all()?;
    }
    Ok(File::open(to)?.sync_all()?)
}
