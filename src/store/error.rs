//! What can go wrong in a store, each with what to do.

use std::path::PathBuf;

/// A store call failed; nothing of it was acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds it.
    #[error("the store in {} is in use by another podbrief process", .0.display())]
    Locked(PathBuf),
    /// Another user's.
    #[error("{} belongs to another user; run podbrief as that user, or with sudo", .0.display())]
    Denied(PathBuf),
    /// It can't be opened.
    #[error(
        "the store in {} can't be read ({detail}). Nothing was changed. Move that folder aside and run \
         `podbrief restore FILE` with your newest backup, or start afresh and import your OPML", path.display()
    )]
    Unreadable {
        /// Its folder.
        path: PathBuf,
        /// What the backend says.
        detail: String,
    },
    /// Less room on the disk than is kept free.
    #[error(
        "the disk that holds {} is full ({} MiB are free, {} are kept free): nothing new is taken until there is room, \
         then it goes on by itself", dir.display(), free >> 20, floor >> 20
    )]
    Full {
        /// The data directory.
        dir: PathBuf,
        /// Bytes.
        free: u64,
        /// Bytes.
        floor: u64,
    },
    /// A record can't be decoded.
    #[error("the {kind} record {key} can't be read: {detail}")]
    Record {
        /// Which kind.
        kind: &'static str,
        /// Its key.
        key: String,
        /// Why.
        detail: String,
    },
    /// Written by a newer program.
    #[error(
        "the store was written by a newer podbrief ({kind} records of version {found}; this one knows up to {known}). \
         Install the newer version again, or restore a backup made by this one"
    )]
    TooNew {
        /// Which kind.
        kind: &'static str,
        /// As stored.
        found: u8,
        /// Highest known.
        known: u8,
    },
    /// Written by a newer program, as a whole.
    #[error(
        "the store in {} was written by a newer podbrief (it has form {found}; this one knows up to {known}). Nothing \
         was changed. Install the newer version again, or restore a backup made by this one into another directory",
        path.display()
    )]
    NewerStore {
        /// Its folder.
        path: PathBuf,
        /// As marked.
        found: u32,
        /// Highest known.
        known: u32,
    },
    /// Something named in a write is gone.
    #[error("{0} is not in the store any more")]
    Gone(String),
    /// The disk or the backend failed; the store takes no more writes until it was opened anew, which is tried again and
    /// again.
    #[error(
        "the store takes nothing new for now: {0}. Check the disk (space, errors); it goes on by itself once that is \
         mended"
    )]
    Failed(String),
    /// A file outside the database could not be read or written.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        error: std::io::Error,
    },
    /// A backup was refused.
    #[error("{0}")]
    Backup(String),
}
