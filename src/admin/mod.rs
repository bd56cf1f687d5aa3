//! The verbs that need the store, as data: run in this process, or through the running server's socket.

mod ask;
mod import;
mod mail;
mod model;
mod podping;
mod readers;
mod run;
mod secret;
mod socket;
mod upkeep;

use serde::{Deserialize, Serialize};

pub use ask::{AskError, Link, connect};
pub use import::ImportReport;
pub use model::{ModelUse, Sums};
pub use readers::{NewReader, ReaderCommand, ReaderReply};
pub use run::{Admin, AdminError};
pub use secret::{Purpose, SECRET, Secret, SecretError};
pub use socket::{SOCKET, Socket, bind, serve};

use crate::jobs::Event;
use crate::model::{Item, MailPolicy, Problem, Route, Source, SpeechPolicy};
use crate::store::{Compacted, Counts, Instance, Report};

pub use upkeep::Trouble;

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
        /// All items instead of the newest.
        #[serde(default)]
        all: bool,
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
    /// Mint an address for a newsletter.
    AddMailbox {
        /// As the operator calls it.
        name: String,
        /// Whether everyone may see what comes from it.
        public: bool,
        /// Whose brief it feeds if not; of nobody named, the only reader's, or else nobody's yet.
        #[serde(default)]
        reader: Option<String>,
        /// What becomes of mail that nobody vouches for.
        policy: MailPolicy,
    },
    /// Let a sender feed a mailbox.
    Trust {
        /// Which.
        which: String,
        /// Its address.
        sender: String,
    },
    /// Set when the speech of a podcast is recognised.
    Speech {
        /// Which.
        which: String,
        /// When; nothing: as for sources of which nothing is said.
        policy: Option<SpeechPolicy>,
    },
    /// Set what becomes of mail that nobody vouches for.
    Policy {
        /// Which.
        which: String,
        /// What.
        policy: MailPolicy,
    },
    /// Set what of the operator's IMAP account is for a mailbox.
    Fetch {
        /// Which.
        which: String,
        /// All that is; none for nothing.
        routes: Vec<Route>,
    },
    /// Set who sees what comes to a mailbox.
    Share {
        /// Which.
        which: String,
        /// A reader; nobody in particular for everyone.
        reader: Option<String>,
    },
    /// Take a message.
    Deliver {
        /// For which mailbox: an address, or a source if it is imported.
        to: String,
        /// `MAIL FROM`, if known.
        from: String,
        /// From the operator's own archive: straight into the store, without looking at who sent it.
        import: bool,
        /// How many bytes follow this line on the socket.
        size: usize,
        /// These bytes.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
    /// How things stand.
    Status,
    /// About readers.
    Readers(ReaderCommand),
    /// A backup; its bytes follow the answer.
    Backup,
    /// Verify what must hold in the store.
    Check {
        /// And mend what can be mended.
        repair: bool,
    },
    /// Give the store a fresh database.
    Compact,
    /// Try again what was set aside or has failed.
    Retry {
        /// Of which source; of all if none.
        which: Option<String>,
    },
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
        /// What a language model does, if there is or was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<Box<ModelUse>>,
    },
    /// To `Show`.
    Source {
        /// The source.
        source: Box<Source>,
        /// Newest first.
        items: Vec<Item>,
    },
    /// To `Trust`.
    Trusted {
        /// Items that were held and are on their way now.
        released: usize,
    },
    /// To `Deliver`: it is safe, or in the store.
    Delivered {
        /// What became of it, if that is known already.
        outcome: Option<String>,
    },
    /// To `Deliver`: it was not taken.
    Refused {
        /// For the sender.
        message: String,
        /// What is to be tried again, what not.
        why: Refused,
    },
    /// To `Remove`, `Pause`, `Speech`, `AddMailbox`, `Policy`, `Fetch` and `Share`.
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
        /// What a language model does, if there is or was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<Box<ModelUse>>,
        /// What the operator should know, one sentence each.
        #[serde(default)]
        notices: Vec<String>,
        /// What was set aside or waits to be tried again.
        #[serde(default)]
        trouble: Vec<Trouble>,
    },
    /// To `Check`.
    Checked(Report),
    /// To `Compact`.
    Compacted(Compacted),
    /// To `Retry`: so many are tried again.
    Retried {
        /// How many.
        count: usize,
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

/// Why a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Try again later.
    Later,
    /// There is no such mailbox.
    Unknown,
    /// The message is at fault.
    Message,
    /// The mailbox does not want it.
    Policy,
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
