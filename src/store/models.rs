//! The part of the contract that is about language models: what they were asked, what they answered, and what that costs.

use super::Result;
use crate::model::{
    Account, CallId, Cap, Caps, InsightId, Relation, Reply, SourceId, Spend, SubscriberId, Tally,
    Timestamp,
};

/// A call is made at most so many times more than it is answered.
pub const MOST_LOST: u32 = 1;

/// Calls and their answers, accounts, and relations.
pub trait ModelStore {
    /// Sets `wish` aside for a call that is about to be made, if it was not answered before and `caps` allow it. What was
    /// set aside for it before and never settled (the program was killed) counts as lost.
    fn reserve(
        &self,
        call: &CallId,
        source: &SourceId,
        wish: Spend,
        caps: &Caps,
        now: Timestamp,
    ) -> Result<Reserved>;
    /// The answer to a call, if it was answered before.
    fn answer(&self, call: &CallId, source: &SourceId) -> Result<Option<Reply>>;
    /// Records what came of a call, in place of what was set aside. Its source may be gone meanwhile: it is paid for all
    /// the same.
    fn settle(&self, held: Held, outcome: Settled) -> Result<()>;
    /// All accounts from that day on (`2026-11-26`; all days if empty), by day and source.
    fn accounts(&self, since: &str) -> Result<Vec<Account>>;
    /// Forgets calls that were made before. Returns how many. Accounts stay.
    fn forget_calls(&self, before: Timestamp) -> Result<usize>;
    /// Records how insights stand to each other, those that are gone left out.
    fn save_relations(&self, relations: Vec<Relation>) -> Result<()>;
    /// Those in which an insight is either side, as far as `viewer` may see the other; in no order.
    fn relations_of(&self, id: &InsightId, viewer: Option<&SubscriberId>) -> Result<Vec<Relation>>;
}

/// What comes of the wish to make a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reserved {
    /// Make it, and settle it.
    Go(Held),
    /// It was answered before.
    Answered(Reply),
    /// This limit would be passed.
    Full(Cap),
    /// It was lost too often.
    GivenUp,
}

/// What was set aside for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub call: CallId,
    /// For whose item.
    pub source: SourceId,
    /// When; its day's account pays.
    pub asked: Timestamp,
    /// How much.
    pub spend: Spend,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// An answer, to be paid.
    Answered(Reply),
    /// It was not taken on: nothing is paid.
    Free,
    /// Nobody knows: it may have to be paid.
    Lost,
}

/// What came of a model's writing for one item, committed with its insights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writing {
    /// Passages and what became of them.
    pub tally: Tally,
    /// When.
    pub at: Timestamp,
    /// Whether the insights are to be compared with near ones.
    pub relate: bool,
}
