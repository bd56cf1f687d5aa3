//! The store's contract: small traits named by use, and the intents that writes take.
//!
//! Every backend must pass `tests/contract`. A write commits its rows, their indexes and the next jobs
//! together, and returns only when that would survive a power cut. All calls block: async code goes
//! through [`Door`]. Whatever is private to one reader is given to that `viewer` only.

mod backup;
mod door;
mod error;
mod intent;
mod models;
mod readers;
pub mod sled;
mod space;
mod upkeep;

use std::collections::{BTreeMap, HashSet};
use std::io::Write;

pub use backup::BackupSummary;
pub use door::Door;
pub use error::StoreError;
pub use intent::{
    Added, Arrival, Counts, Embedding, Extraction, Instance, NewItem, PollOutcome, Profile,
    Publication, Scope, TranscriptOutcome, Unheard,
};
pub use models::{Held, MOST_LOST, ModelStore, Reserved, Settled, Writing};
pub use readers::{Composition, EditionStore, SubscriberStore};
pub use space::Space;
pub use upkeep::{Compacted, Finding, Forgotten, Report, UpkeepStore, Usage};

use crate::model::{
    BlobId, Entry, Folder, Gone, Insight, InsightId, Item, ItemId, Job, JobKind, Lease, Listener,
    ListenerId, MailPolicy, Problem, Route, Sender, Source, SourceId, SourceKind, SourceStatus,
    SpeechPolicy, SubscriberId, Timestamp, Tombstone, Visibility,
};
use crate::text::embed::Vector;

/// What every call gives.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Sources and what polling them brought.
pub trait SourceStore {
    /// Adds it and queues its first poll; a source of the same id is left as it is.
    fn add_source(&self, source: Source) -> Result<Added>;
    /// By id.
    fn source(&self, id: &SourceId) -> Result<Option<Source>>;
    /// All, by title.
    fn sources(&self) -> Result<Vec<Source>>;
    /// Removes the source with its items, insights, entries and jobs; of what everyone could see a tombstone is left. False
    /// if there is none.
    fn remove_source(&self, id: &SourceId) -> Result<bool>;
    /// Pauses, resumes or ends polling.
    fn set_status(&self, id: &SourceId, status: SourceStatus, now: Timestamp) -> Result<bool>;
    /// Gives a source another address and asks there now; what was learned of the old one's host is forgotten. False if
    /// there is no such source.
    fn move_source(&self, id: &SourceId, kind: SourceKind, now: Timestamp) -> Result<bool>;
    /// Sets when its speech is recognised; nothing: as for sources of which nothing is said. False if there is none.
    fn set_speech(&self, id: &SourceId, policy: Option<SpeechPolicy>) -> Result<bool>;
    /// Moves the next polls of active sources; others stay as they are.
    fn move_polls(&self, plan: &[(SourceId, Timestamp)]) -> Result<()>;
    /// Records how a source's hub does. False if there is no such source.
    fn save_lease(&self, id: &SourceId, lease: Option<Lease>) -> Result<bool>;
    /// The ids of the items already recorded.
    fn known_items(&self, id: &SourceId) -> Result<HashSet<ItemId>>;
    /// Records a poll that learned nothing but that there is no news, if that can be done without waiting; a crash may undo it.
    /// False if it can't, and then nothing was done: [`SourceStore::save_poll`] can.
    ///
    /// # Errors
    /// If the store fails.
    fn save_quiet_poll(&self, outcome: &PollOutcome) -> Result<bool>;
    /// Records a poll: the source's new state, its new and changed items, their jobs and the next poll.
    /// Returns how many items were new.
    fn save_poll(&self, outcome: PollOutcome) -> Result<usize>;
}

/// Newsletters that come by mail.
pub trait MailStore {
    /// Records messages with their jobs, all together. Gives for each whether it was new: the same item again changes
    /// nothing. Mail for a source that is gone is passed over.
    fn save_mail(&self, arrivals: Vec<Arrival>) -> Result<Vec<Added>>;
    /// Lets a sender feed a mailbox and releases what was held of it. Returns how many items that were, or nothing if
    /// there is no such mailbox.
    fn trust_sender(&self, id: &SourceId, sender: Sender) -> Result<Option<usize>>;
    /// Sets what becomes of mail that nobody vouches for. False if there is no such mailbox.
    fn set_policy(&self, id: &SourceId, policy: MailPolicy) -> Result<bool>;
    /// Sets what of an IMAP account is for a mailbox, and forgets how far its folders were read: older mail may be for
    /// it, too. False if there is no such mailbox.
    fn set_routes(&self, id: &SourceId, routes: Vec<Route>) -> Result<bool>;
    /// Sets who sees what comes to a mailbox. False if there is no such mailbox, or if insights came of it already:
    /// what was seen is not taken back.
    fn set_visibility(&self, id: &SourceId, visibility: Visibility) -> Result<bool>;
    /// How far a folder of an IMAP account was read.
    fn folder(&self, name: &str) -> Result<Option<Folder>>;
    /// Records that.
    fn save_folder(&self, folder: &Folder) -> Result<()>;
    /// The issues of a source that may be shown, by arrival, newest first; those with `seq` below `before` if given.
    fn issues_for(
        &self,
        source: &SourceId,
        viewer: Option<&SubscriberId>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Item>>;
}

/// Items on their way through the pipeline.
pub trait ItemStore {
    /// By id.
    fn item(&self, id: &ItemId) -> Result<Option<Item>>;
    /// Newest first.
    fn items_of(&self, source: &SourceId, limit: usize) -> Result<Vec<Item>>;
    /// Queues the recognition of an item's speech in place of the search for a transcript, or records how it does. An
    /// item that has its words is left as it is.
    fn await_speech(&self, unheard: Unheard) -> Result<()>;
    /// Records an item's words and queues its extraction.
    fn save_transcript(&self, outcome: TranscriptOutcome) -> Result<()>;
    /// Records what the extractive engine made of an item, and queues the writing of it.
    fn save_drafts(&self, id: &ItemId, drafts: BlobId, now: Timestamp) -> Result<()>;
    /// Publishes an item's insights. An item published before is left as it is. Returns what became visible.
    fn save_extraction(&self, extraction: Extraction) -> Result<Vec<Insight>>;
    /// Sets an item aside for good and drops the job that failed.
    fn fail_item(&self, id: &ItemId, job: &JobKind, problem: Problem) -> Result<()>;
}

/// The queue.
pub trait JobStore {
    /// Work that is due, soonest first, without that whose key `pass` passes over.
    fn due_jobs(
        &self,
        now: Timestamp,
        limit: usize,
        pass: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Job>>;
    /// When the next job is due that is not due by `after`, if there is one.
    fn next_due(&self, after: Timestamp) -> Result<Option<Timestamp>>;
    /// Puts a job off after a failure, counting the attempt. What keeps a source from being polled is shown with it.
    fn postpone_job(&self, kind: &JobKind, due: Timestamp, problem: &Problem) -> Result<()>;
    /// Puts a job off that was not tried.
    fn defer_job(&self, kind: &JobKind, due: Timestamp) -> Result<()>;
    /// Makes the polls of these sources (all active ones if `None`) due now. Returns how many.
    fn poll_now(&self, sources: Option<&[SourceId]>, now: Timestamp) -> Result<usize>;
    /// Drops a job whose object is gone.
    fn drop_job(&self, kind: &JobKind) -> Result<()>;
}

/// What is published.
pub trait FeedStore {
    /// By id.
    fn insight(&self, id: &InsightId, viewer: Option<&SubscriberId>) -> Result<Option<Insight>>;
    /// The frozen entry of an insight.
    fn entry(&self, id: &InsightId, viewer: Option<&SubscriberId>) -> Result<Option<Entry>>;
    /// Newest first by `seq`; those with `seq` below `before` if given.
    fn insights_for(
        &self,
        scope: &Scope,
        viewer: Option<&SubscriberId>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Insight>>;
    /// As [`FeedStore::insights_for`], with `seq`.
    fn entries_for(
        &self,
        scope: &Scope,
        viewer: Option<&SubscriberId>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Entry)>>;
    /// Insights of one item, in the order published.
    fn insights_of_item(
        &self,
        item: &ItemId,
        viewer: Option<&SubscriberId>,
    ) -> Result<Vec<Insight>>;
    /// Calls `each` with every insight, private ones included, for derived data.
    fn each_insight(&self, each: &mut dyn FnMut(Insight)) -> Result<()>;
    /// As [`FeedStore::each_insight`], with those only whose `seq` is greater.
    fn insights_after(&self, seq: u64, each: &mut dyn FnMut(Insight)) -> Result<()>;
    /// A number that is another whenever what was published is removed or changed, and in every other store: derived data
    /// that was kept, and has taken in what was published since, holds as long as it is the same. A source that is
    /// removed makes it greater by one.
    fn epoch(&self) -> Result<u64>;
    /// Public insights of each topic that has any.
    fn topic_counts(&self) -> Result<BTreeMap<String, usize>>;
    /// What is left of something that everyone could see, and that was removed.
    fn tombstone(&self, of: &Gone) -> Result<Option<Tombstone>>;
    /// Files all that is filed under a topic, and what readers follow of it, under its new slug. Entries stay as they are.
    fn rename_topic(&self, old: &str, new: &str) -> Result<()>;
    /// Changes whenever anything that is shown to readers changes, and not when a poll finds nothing; starts anew with
    /// the process.
    fn generation(&self) -> u64;
}

/// Who listens to our hub.
pub trait ListenerStore {
    /// All, in no order.
    fn listeners(&self) -> Result<Vec<Listener>>;
    /// Records what is asked for in a listener's name, in place of what was asked for before and is not confirmed. One
    /// that is not known comes in only if there is `room` for it beside all others. False if there is not.
    fn ask_hub(&self, listener: Listener, room: &dyn Fn(&[Listener]) -> bool) -> Result<bool>;
    /// Changes one as it is now; it goes if `change` says false. False if there is none.
    fn change_listener(
        &self,
        id: &ListenerId,
        change: &mut dyn FnMut(&mut Listener) -> bool,
    ) -> Result<bool>;
}

/// Insights' vectors.
pub trait EmbeddingStore {
    /// Keeps vectors in place of those there were; of insights that are gone, none. Queues the next such work for
    /// `next`, or ends it.
    fn save_embeddings(&self, embeddings: Vec<Embedding>, next: Option<Timestamp>) -> Result<()>;
    /// Calls `each` with every vector of `model`, those of private insights included, for derived data. What can't be
    /// read any more is left out: it can be made again.
    fn each_embedding(&self, model: &str, each: &mut dyn FnMut(InsightId, Vector)) -> Result<()>;
    /// An insight's vector, if there is one of that model; else as [`EmbeddingStore::each_embedding`].
    fn embedding(&self, model: &str, id: &InsightId) -> Result<Option<Vector>>;
}

/// Large texts, named by their content.
pub trait BodyStore {
    /// Keeps it durably; the same bytes are kept once.
    fn put_body(&self, bytes: &[u8]) -> Result<BlobId>;
    /// Several at once, which costs little more than one; their names in order.
    fn put_bodies(&self, bodies: &[&[u8]]) -> Result<Vec<BlobId>>;
    /// The bytes.
    fn body(&self, id: &BlobId) -> Result<Vec<u8>>;
}

/// The store as a whole.
pub trait WholeStore {
    /// What was minted at first start.
    fn instance(&self) -> Result<Instance>;
    /// For status lines. Reads all keys there are: to be asked seldom.
    fn counts(&self) -> Result<Counts>;
    /// Insights kept. Reads their keys.
    fn insights_kept(&self) -> Result<usize>;
    /// Jobs in the queue. Reads their keys.
    fn jobs_queued(&self) -> Result<usize>;
    /// Writes a consistent copy while others go on reading.
    fn backup(&self, to: &mut dyn Write, now: Timestamp) -> Result<BackupSummary>;
}

/// A backend.
pub trait Store:
    SourceStore
    + MailStore
    + ItemStore
    + JobStore
    + FeedStore
    + ListenerStore
    + EmbeddingStore
    + ModelStore
    + BodyStore
    + SubscriberStore
    + EditionStore
    + WholeStore
    + UpkeepStore
    + Send
    + Sync
{
}

impl<T> Store for T where
    T: SourceStore
        + MailStore
        + ItemStore
        + JobStore
        + FeedStore
        + ListenerStore
        + EmbeddingStore
        + ModelStore
        + BodyStore
        + SubscriberStore
        + EditionStore
        + WholeStore
        + UpkeepStore
        + Send
        + Sync
{
}
