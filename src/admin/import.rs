//! A list of feeds in: each becomes a source; none is asked yet.

use serde::{Deserialize, Serialize};

use crate::model::{Timestamp, Visibility};
use crate::pipeline::new_source;
use crate::store::{Added, Result, Store};

/// What became of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// New sources.
    pub added: usize,
    /// Sources that were there already.
    pub existing: usize,
    /// Addresses that can't be asked.
    pub refused: Vec<String>,
}

pub(super) fn import(
    store: &dyn Store,
    feeds: Vec<(Option<String>, String)>,
    now: Timestamp,
) -> Result<ImportReport> {
    let mut report = ImportReport::default();
    for (title, url) in feeds {
        match new_source(&url, title.as_deref(), Visibility::Public, now) {
            Ok(source) => match store.add_source(source)? {
                Added::New => report.added += 1,
                Added::Existing => report.existing += 1,
            },
            Err(_) => report.refused.push(url),
        }
    }
    Ok(report)
}
