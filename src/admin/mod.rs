//! The verbs that need the store, as data: run in this process, or through the running server's socket.

mod ask;
mod import;
mod podping;
mod readers;
mod run;
mod secret;
mod socket;

use serde::{Deserialize, Serialize};

pub use ask::{AskError, Link, connect};
pub use import::ImportReport;
pub use readers::{NewReader, ReaderCommand, ReaderReply};
pub use run::{Admin, AdminError};
pub use secret::{Purpose, Secret, SecretError};
pub use socket::{SOCKET, Socket, bind, serve};

use crate::jobs::Event;
use crate::model::{Item, Problem, Source};
use crate::store::{Counts, Instance};

/// What a verb asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Command {
    /// Add sources by address.
    Add {
        /// Feeds or pages that name one.
        addresses: Vec<String>,
    },
    /// All sources.
    List,
    /// One source with its newest items, by id, address or the start of either's name.
    Show {
        /// Which.
        which: String,
    },
    /// Remove a source and all that came from it.
    Remove {
        /// Which.
        which: String,
    },
    /// Stop or resume polling.
    Pause {
        /// Which.
        which: String,
        /// Resume instead.
        resume: bool,
    },
    /// Add the feeds of an OPML document, unread as yet.
    Import {
        /// Title, if it has one, and address of each.
        feeds: Vec<(Option<String>, String)>,
    },
    /// The sources as OPML.
    Export,
    /// Ask feeds now and finish all queued work.
    Poll {
        /// Those that are not due too.
        all: bool,
    },
    /// How things stand.
    Status,
    /// About readers.
    Readers(ReaderCommand),
    /// A backup; its bytes follow the answer.
    Backup,
}

/// What comes back, one JSON line each; all but `Event` end the answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// Work goes on.
    Event(Event),
    /// To `Add`.
    Added {
        /// One each address, in order.
        sources: Vec<AddedSource>,
    },
    /// To `List`.
    Sources {
        /// By title.
        sources: Vec<Source>,
    },
    /// To `Show`.
    Source {
        /// The source.
        source: Box<Source>,
        /// Newest first.
        items: Vec<Item>,
    },
    /// To `Remove` and `Pause`.
    Changed {
        /// The source as it was.
        source: Box<Source>,
    },
    /// To `Import`.
    Imported(ImportReport),
    /// To `Export`.
    Opml {
        /// The document.
        opml: String,
    },
    /// To `Poll`: all work is done.
    Done,
    /// To `Status`.
    Status {
        /// Rows.
        counts: Counts,
        /// Who we are.
        instance: Instance,
        /// The server's version.
        version: String,
        /// Under which address its pages are, if they are.
        #[serde(default)]
        base_url: Option<String>,
    },
    /// To `Readers`.
    Readers(ReaderReply),
    /// To `Backup`: raw bytes follow until the end.
    Bytes,
    /// It can't be done.
    Error {
        /// What and what to do.
        message: String,
    },
}

/// What became of an address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddedSource {
    /// As given.
    pub address: String,
    /// Whether it is a source now.
    pub source: Option<Source>,
    /// Whether it was one before.
    pub existing: bool,
    /// What is wrong with it.
    pub problem: Option<Problem>,
}
