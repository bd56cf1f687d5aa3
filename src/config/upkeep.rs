//! Options about the disk: what stays free, what is kept and how long.

use std::path::PathBuf;

use jiff::civil::Time;
use serde::Deserialize;

use super::{Config, ConfigError};

/// `[disk]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// MiB.
    pub keep_free_mib: u64,
}

/// `[backup]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// Count; 0 is no backup.
    pub keep: usize,
    at: String,
    folder: PathBuf,
}

/// `[keep]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// Days; 0 is for ever.
    pub texts_days: u32,
    /// MiB; 0 is as many as there are.
    pub texts_mib: u64,
}

impl Config {
    /// When nightly backups are made (UTC).
    ///
    /// # Errors
    /// [`ConfigError`] if it is no time of day.
    pub fn backup_at(&self) -> Result<Time, ConfigError> {
        let text = self.backup.at.trim();
        Time::strptime("%H:%M", text).map_err(|_| ConfigError::Value {
            from: "backup.at".into(),
            detail: format!("{text:?} is not a time of day like \"03:30\""),
        })
    }

    /// Where backups are.
    pub fn backup_folder(&self) -> PathBuf {
        if self.backup.folder.as_os_str().is_empty() {
            return self.data_dir.join("backups");
        }
        self.backup.folder.clone()
    }
}
