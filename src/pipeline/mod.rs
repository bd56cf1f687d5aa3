//! One file a stage, each: load, one pure call, one save that commits rows, indexes and next jobs together.
//! A stage run twice changes nothing.

mod address;
mod chapters;
mod compose;
mod drift;
mod embed;
mod error;
mod extract;
mod habit;
mod items;
mod linked;
mod meter;
mod model;
mod poll;
mod polls;
mod publish;
mod read;
mod reader;
mod receive;
mod recognise;
mod relate;
mod schedule;
mod senses;
mod speakers;
mod transcribe;
pub mod websub;
mod words;
mod write;

use std::sync::Arc;

pub use address::{new_mailbox, new_source, resolve, slug};
pub use compose::{ComposeReport, compose, plan_editions, preview};
pub use embed::embed;
pub use error::StageError;
pub use extract::{ExtractReport, extract};
pub use meter::{Count, Meter};
pub use model::{Terms, Writer};
pub use poll::{PollReport, poll};
pub use polls::{count_readers, plan_polls};
pub use publish::learn_topics;
pub use reader::{Asked, change_secret, new_secret, sign_up};
pub use receive::{Mail, ReceiveReport, Refusal, Taken, Trust, drain, local_part, receive};
pub use recognise::{Listening, hear_file, recognise};
pub use relate::relate;
pub use schedule::Intervals;
pub use senses::Senses;
pub use transcribe::{TranscribeReport, transcribe};
pub use write::write;

use crate::encode::Worker;
use crate::fetch::Fetcher;
use crate::insight::Tagger;
use crate::model::TopicSet;
use crate::publish::token::Key;
use crate::search::Index;
use crate::store::Door;

/// What the stages need.
#[derive(Clone)]
pub struct Context {
    /// The store.
    pub door: Door,
    /// Outgoing HTTP.
    pub fetcher: Fetcher,
    /// The same for addresses that strangers name: what the operator's own sources may reach is not theirs.
    pub strangers: Fetcher,
    /// Sentence vectors.
    pub encoder: Worker,
    /// Topics by name.
    pub topics: Arc<TopicSet>,
    /// Topics by words.
    pub tagger: Arc<Tagger>,
    /// Relations between insights.
    pub index: Arc<Index>,
    /// Vectors of what readers wrote.
    pub senses: Senses,
    /// Counts what happens.
    pub meter: Arc<Meter>,
    /// Signs the links in entries.
    pub key: Key,
    /// Authority of our `tag:` URIs.
    pub authority: String,
    /// Where hubs reach us: the public address without a slash at its end, if there is one.
    pub callback: Option<Arc<str>>,
    /// Where mail comes to.
    pub mail: Mail,
    /// How speech is recognised, if it is.
    pub listening: Option<Arc<Listening>>,
    /// A language model, if there is one.
    pub writer: Option<Writer>,
    /// The operator's choices.
    pub settings: Settings,
}

/// The operator's choices that stages heed.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Polling.
    pub intervals: Intervals,
    /// Items of a first poll that are worked on.
    pub initial_items: usize,
    /// Insights of one item at most.
    pub insights_per_item: usize,
    /// Bytes.
    pub max_feed: usize,
    /// Bytes.
    pub max_transcript: usize,
}
