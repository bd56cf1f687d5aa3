//! Backups as files: written beside, read back, and only then given their name; and those of every night.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Time;

use crate::model::Timestamp;
use crate::store::{BackupSummary, Space, StoreError, sled};

const PREFIX: &str = "podbrief-";
const SUFFIX: &str = ".backup";
const FORM: &str = "%Y%m%dT%H%M%SZ";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// No backup was made.
#[derive(Debug, thiserror::Error)]
pub enum NightError {
    /// A file or folder.
    #[error("can't write {}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes a backup to `file` by `fill`, reads it back, and puts it in its place; an older one there is kept until then.
///
/// # Errors
/// What `fill` gives, and if the file can't be written or is not whole.
pub fn write<E: From<NightError>>(
    file: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
) -> Result<BackupSummary, E> {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    let temp = PathBuf::from(name);
    let failed = |error| NightError::File { path: file.to_owned(), error };
    // For the owner only: addresses of feeds can hold secrets.
    let private =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temp);
    let mut out = BufWriter::new(private.map_err(failed)?);
    let written = fill(&mut out).and_then(|()| {
        let synced = out.into_inner().map_err(io::IntoInnerError::into_error);
        synced.and_then(|file| file.sync_all()).map_err(failed)?;
        Ok(sled::verify(&|| open(&temp)).map_err(NightError::from)?)
    });
    let named = written.and_then(|summary| {
        fs::rename(&temp, file).map_err(failed)?;
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty());
        // The name must survive a power cut; a folder that can't be synced keeps it soon all the same.
        let _ = File::open(folder.unwrap_or(Path::new("."))).and_then(|d| d.sync_all());
        Ok(summary)
    });
    if named.is_err() {
        // What matters is the first error.
        let _ = fs::remove_file(&temp);
    }
    named
}

/// For reading it.
///
/// # Errors
/// If it is not there.
pub(super) fn open(file: &Path) -> io::Result<Box<dyn BufRead>> {
    Ok(Box::new(BufReader::new(File::open(file)?)))
}

/// Backups of a folder, newest first, with when they were made.
pub fn newest(folder: &Path) -> Vec<(Timestamp, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let made = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        let stamp = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        let at = jiff::civil::DateTime::strptime(FORM, stamp).ok()?;
        let at = jiff::tz::TimeZone::UTC.to_timestamp(at).ok()?;
        Some(Timestamp::from_secs(at.as_second()))
    };
    let mut all: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter_map(|path| Some((made(&path)?, path)))
        .collect();
    all.sort_by(|a, b| b.cmp(a));
    all
}

/// The backups of every night.
#[derive(Debug, Clone)]
pub struct Nights {
    /// Where.
    pub folder: PathBuf,
    /// When (UTC).
    pub at: Time,
    /// The newest so many stay; none is made if 0.
    pub keep: usize,
}

impl Nights {
    /// Whether one is to be made: the last time for it has passed since the newest one and since the data began.
    pub fn is_due(&self, newest: Option<Timestamp>, begun: Timestamp, now: Timestamp) -> bool {
        let of_day = i64::from(self.at.hour()) * 3600 + i64::from(self.at.minute()) * 60;
        let midnight = now.secs().div_euclid(86_400) * 86_400;
        let today = Timestamp::from_secs(midnight.saturating_add(of_day));
        let last = if today <= now { today } else { today.before(DAY) };
        // One from the future was made by a clock that was wrong.
        let newest = newest.filter(|at| *at <= now).unwrap_or(begun).max(begun);
        self.keep > 0 && newest < last
    }

    /// Makes one and removes those that are too many.
    ///
    /// # Errors
    /// [`NightError`]; then the older ones stay.
    pub fn make(
        &self,
        now: Timestamp,
        floor: u64,
        fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), StoreError>,
    ) -> Result<(PathBuf, BackupSummary), NightError> {
        let failed = |error| NightError::File { path: self.folder.clone(), error };
        if !self.folder.exists() {
            use std::os::unix::fs::DirBuilderExt;
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder);
            made.map_err(failed)?;
        }
        // About as large as the last one.
        let size = newest(&self.folder).first().and_then(|(_, path)| fs::metadata(path).ok());
        let room = size.map_or(0, |found| found.len()).saturating_add(floor);
        Space::new(&self.folder, room).check()?;
        let stamp = now.rfc3339().replace(['-', ':'], "");
        let file = self.folder.join(format!("{PREFIX}{stamp}{SUFFIX}"));
        let summary = write::<NightError>(&file, |out| Ok(fill(out)?))?;
        for (_, old) in newest(&self.folder).into_iter().skip(self.keep) {
            fs::remove_file(&old).map_err(failed)?;
        }
        Ok((file, summary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nights() -> Nights {
        Nights { folder: PathBuf::new(), at: Time::constant(3, 30, 0, 0), keep: 2 }
    }

    fn at(day: i64, hour: i64, minute: i64) -> Timestamp {
        Timestamp::from_secs(86_400 * (20_000 + day) + 3600 * hour + 60 * minute)
    }

    #[test]
    fn one_is_due_once_a_day_and_when_it_was_missed() {
        let due = |newest, now| nights().is_due(newest, at(0, 12, 0), now);
        assert!(!due(None, at(1, 3, 29)), "the data is younger than the last time");
        assert!(due(None, at(1, 3, 30)));
        assert!(!due(Some(at(1, 3, 30)), at(1, 23, 0)));
        assert!(due(Some(at(1, 3, 31)), at(2, 3, 30)));
        assert!(due(Some(at(1, 3, 30)), at(9, 1, 0)), "missed while it was off");
        assert!(due(Some(at(50, 0, 0)), at(9, 1, 0)), "from a clock that was wrong");
        assert!(!Nights { keep: 0, ..nights() }.is_due(None, at(0, 0, 0), at(9, 0, 0)));
    }

    #[test]
    fn the_newest_are_kept_and_a_failed_one_loses_none() {
        let dir = tempfile::tempdir().unwrap();
        let nights = Nights { folder: dir.path().join("backups"), ..nights() };
        let store_dir = dir.path().join("data");
        let mint = sled::Mint { now: at(0, 0, 0), host: "x", random: "r" };
        let store = sled::open(&store_dir, &mint).unwrap();
        for day in 1..4 {
            let fill = |out: &mut BufWriter<File>| {
                crate::store::WholeStore::backup(&store, out, at(day, 0, 0)).map(|_| ())
            };
            nights.make(at(day, 3, 30), 0, fill).unwrap();
        }
        let kept: Vec<_> = newest(&nights.folder).into_iter().map(|(at, _)| at).collect();
        assert_eq!(kept, [at(3, 3, 30), at(2, 3, 30)]);
        let broken = nights.make(at(4, 3, 30), 0, |_| Err(StoreError::Gone("it".into())));
        assert!(broken.is_err());
        assert!(nights.make(at(4, 3, 30), u64::MAX, |_| Ok(())).is_err(), "there is no room");
        assert_eq!(newest(&nights.folder).len(), 2);
        assert_eq!(fs::read_dir(&nights.folder).unwrap().count(), 2, "nothing half done is left");
    }
}
