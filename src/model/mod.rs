//! Plain types that every other room speaks in. No I/O, no clock, no async, no domain decisions.

mod account;
mod edition;
mod entry;
mod feed;
mod id;
mod insight;
mod item;
mod job;
mod lease;
mod listener;
mod mail;
mod query;
mod rhythm;
mod secret;
mod source;
mod subscriber;
mod time;
mod tombstone;
mod topic;
mod transcript;

pub use account::{Account, Call, Cap, Caps, Relation, Reply, Spend, Stance, Tally};
pub use edition::{BASE, Delivered, Edition, Pick};
pub use entry::{Entry, EntrySource};
pub use feed::{ParsedFeed, ParsedItem};
pub use id::{
    BlobId, CallId, IdError, InsightId, ItemId, ListenerId, QueryId, SourceId, SubscriberId,
};
pub use insight::{Basis, Insight, Quote, Related, Written};
pub use item::{
    Chapter, Enclosure, EpisodeKind, Item, ItemKind, ItemState, Person, Soundbite, TranscriptLink,
};
pub use job::{Job, JobKind};
pub use lease::Lease;
pub use listener::{Grant, Listener, Mode, Wish};
pub use mail::{
    Authenticity, Folder, MailFacts, MailImage, MailPolicy, Mailbox, Notice, NoticeKind, Route,
    Sender, Verdict, aligned,
};
pub use query::{Cut, Expr, Field, Query, Since, Term};
pub use rhythm::{Rhythm, Why};
pub use secret::{Secret, SecretHash};
pub use source::{
    Coverage, PollState, Problem, Source, SourceKind, SourceStatus, SpeechPolicy, Validators,
    Visibility,
};
pub use subscriber::{
    Access, Days, EDITION_SIZE, Invite, MOST_SIZE, Moved, Progress, SavedQuery, Shape, Subscriber,
    Vote, VoteKind,
};
pub use time::Timestamp;
pub use tombstone::{Gone, Tombstone};
pub use topic::{Topic, TopicSet, TopicSetError};
pub use transcript::{Segment, Transcript, TranscriptFormat, TranscriptOrigin};
