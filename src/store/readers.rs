//! The part of the contract that is about readers: who they are, how they get in, and what they were given.
//! Everything here is one reader's own; nothing of it may show in what others see.

use jiff::civil::Date;

use super::Result;
use crate::model::{
    Access, Delivered, Edition, InsightId, Invite, Moved, SecretHash, Subscriber, SubscriberId,
    Timestamp, Vote,
};

/// Readers and their secrets, of which only hashes are kept.
pub trait SubscriberStore {
    /// Adds a reader with their way in, and queues their first edition. An invitation, if one is named, is used up in
    /// the same commit; false, and nothing is added, if it was used or ended before.
    fn add_subscriber(
        &self,
        subscriber: Subscriber,
        secret: SecretHash,
        due: Timestamp,
        invite: Option<&SecretHash>,
    ) -> Result<bool>;
    /// By id.
    fn subscriber(&self, id: &SubscriberId) -> Result<Option<Subscriber>>;
    /// All, the oldest first.
    fn subscribers(&self) -> Result<Vec<Subscriber>>;
    /// Whose secret has this hash. One that was changed opens nothing but the notice, and after its grace not even that.
    fn access(&self, hash: &SecretHash, now: Timestamp) -> Result<Option<Access>>;
    /// Changes what the reader can set; `progress` and `id` stay as they are. `due` moves the next edition, if given.
    fn change_subscriber(
        &self,
        id: &SubscriberId,
        due: Option<Timestamp>,
        change: &mut dyn FnMut(&mut Subscriber),
    ) -> Result<Option<Subscriber>>;
    /// Gives the reader a new secret. The old ones end at once, or after `grace` in which they only say that the
    /// address was changed. False if there is no such reader.
    fn change_secret(
        &self,
        id: &SubscriberId,
        new: SecretHash,
        now: Timestamp,
        grace: Option<Moved>,
    ) -> Result<bool>;
    /// Removes the reader and all that is kept of them, their private sources too. False if there is none.
    fn remove_subscriber(&self, id: &SubscriberId) -> Result<bool>;
    /// Keeps an invitation; drops those that have ended by `now`.
    fn add_invite(&self, invite: Invite, now: Timestamp) -> Result<()>;
    /// Whether an invitation is good.
    fn invite(&self, hash: &SecretHash, now: Timestamp) -> Result<bool>;
    /// The server's key for signing. Kept as given the first time; later the kept one is returned.
    fn server_key(&self, fresh: [u8; 32]) -> Result<[u8; 32]>;
}

/// What a reader was given and what they said of it.
pub trait EditionStore {
    /// Newest first; those with a number below `before`, if given.
    fn editions(
        &self,
        id: &SubscriberId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Edition>>;
    /// That of a local day.
    fn edition_of(&self, id: &SubscriberId, day: Date) -> Result<Option<Edition>>;
    /// Everything they were ever given, in no order.
    fn delivered(&self, id: &SubscriberId) -> Result<Vec<Delivered>>;
    /// All votes, the oldest first.
    fn votes(&self, id: &SubscriberId) -> Result<Vec<Vote>>;
    /// The vote on one insight.
    fn vote(&self, id: &SubscriberId, insight: &InsightId) -> Result<Option<Vote>>;
    /// Keeps a vote; an earlier one on the same insight is replaced. False if there is no such reader.
    fn save_vote(&self, vote: Vote) -> Result<bool>;
    /// Takes votes back: that on one insight, or all.
    fn drop_votes(&self, id: &SubscriberId, insight: Option<&InsightId>) -> Result<()>;
    /// Commits a day: its edition, if there is one, what it delivered, the reader's progress, and the next job.
    /// A day that has an edition keeps it, whatever comes. Returns what was added.
    fn save_edition(&self, composition: Composition) -> Result<Option<Edition>>;
    /// Moves a reader's next edition.
    fn plan_edition(&self, id: &SubscriberId, due: Timestamp) -> Result<()>;
}

/// What the making of an edition came to.
#[derive(Debug, Clone)]
pub struct Composition {
    /// For whom.
    pub subscriber: SubscriberId,
    /// The local day that is seen to by this; none if it was not time yet.
    pub day: Option<Date>,
    /// What was chosen, with its claims, unless there was nothing. The store mints its number.
    pub edition: Option<(Edition, Vec<Delivered>)>,
    /// All insights up to this `seq` were looked at.
    pub seq: u64,
    /// When to look again.
    pub next: Timestamp,
    /// Older editions than the newest so many leave the feed.
    pub keep: usize,
}
