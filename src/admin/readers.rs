//! The verbs about readers. Secrets are in the answer of whoever asked through the socket or the store itself, and
//! nowhere else.

use serde::{Deserialize, Serialize};

use super::run::{Admin, AdminError};
use crate::model::{Days, Invite, MOST_SIZE, Shape, SourceId, Subscriber, Timestamp, Vote};
use crate::pipeline::{self, Asked, StageError};
use crate::rank::slot;

/// What is asked about readers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ReaderCommand {
    /// A new one.
    Add(Box<NewReader>),
    /// All.
    List,
    /// One, by id or its beginning.
    Show {
        /// Which.
        which: String,
    },
    /// Remove one with all that is kept of them.
    Remove {
        /// Which.
        which: String,
    },
    /// A new address; the old one tells so for a while, or ends at once.
    Rotate {
        /// Which.
        which: String,
        /// End it at once.
        at_once: bool,
    },
    /// A link for one sign-up.
    Invite {
        /// Days that it is good.
        days: u16,
    },
}

/// A reader as the operator describes them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewReader {
    /// In their words.
    pub interests: String,
    /// Slugs.
    pub topics: Vec<String>,
    /// Ids, addresses or beginnings of titles.
    pub sources: Vec<String>,
    /// IANA.
    pub zone: String,
    /// 0 to 23.
    pub hour: u8,
    /// Insights of an edition.
    pub size: u8,
    /// Of the feed.
    pub shape: Shape,
    /// Of editions.
    pub days: Days,
    /// Something from outside the profile too.
    pub explore: bool,
    /// BCP 47.
    pub language: String,
}

/// What comes back.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ReaderReply {
    /// To `List`.
    List {
        /// The oldest first.
        readers: Vec<Subscriber>,
    },
    /// To `Show`.
    Reader {
        /// The reader.
        reader: Box<Subscriber>,
        /// The oldest first.
        votes: Vec<Vote>,
        /// When the next edition is due.
        next: Timestamp,
    },
    /// To `Add` and `Rotate`.
    Address {
        /// The reader.
        reader: Box<Subscriber>,
        /// Path of their page, below the base address. It holds the secret.
        path: String,
    },
    /// To `Remove`.
    Removed {
        /// As they were.
        reader: Box<Subscriber>,
    },
    /// To `Invite`.
    Invited {
        /// Path of the link, below the base address.
        path: String,
        /// Until when it is good.
        until: Timestamp,
    },
}

fn stage(error: StageError) -> AdminError {
    match error {
        StageError::Store(error) => AdminError::Store(error),
        other => AdminError::Which(other.to_string()),
    }
}

impl Admin {
    /// Answers what is asked about readers.
    ///
    /// # Errors
    /// If it can't be done, with what to do instead.
    pub async fn readers(
        &self,
        command: ReaderCommand,
        now: Timestamp,
    ) -> Result<ReaderReply, AdminError> {
        let door = &self.ctx.door;
        Ok(match command {
            ReaderCommand::Add(new) => {
                let asked = self.check(*new).await?;
                let signed = pipeline::sign_up(&self.ctx, asked, None, now).await.map_err(stage)?;
                let gone = || AdminError::Which("the reader could not be added".into());
                let (reader, secret) = signed.ok_or_else(gone)?;
                self.jobs.wake();
                let path = format!("/brief/{}", secret.reveal());
                ReaderReply::Address { reader: Box::new(reader), path }
            }
            ReaderCommand::List => {
                ReaderReply::List { readers: door.call(|s| s.subscribers()).await? }
            }
            ReaderCommand::Show { which } => {
                let reader = self.reader(&which).await?;
                let id = reader.id.clone();
                let votes = door.call(move |s| s.votes(&id)).await?;
                let next = slot::due(&reader, now);
                ReaderReply::Reader { reader: Box::new(reader), votes, next }
            }
            ReaderCommand::Remove { which } => {
                let reader = self.reader(&which).await?;
                let id = reader.id.clone();
                door.call(move |s| s.remove_subscriber(&id)).await?;
                ReaderReply::Removed { reader: Box::new(reader) }
            }
            ReaderCommand::Rotate { which, at_once } => {
                let reader = self.reader(&which).await?;
                let changed = pipeline::change_secret(&self.ctx, &reader.id, at_once, now).await;
                let gone = || AdminError::Which("the reader is gone".into());
                let secret = changed.map_err(stage)?.ok_or_else(gone)?;
                let path = format!("/brief/{}", secret.reveal());
                ReaderReply::Address { reader: Box::new(reader), path }
            }
            ReaderCommand::Invite { days } => {
                let secret = pipeline::new_secret().map_err(stage)?;
                let span = std::time::Duration::from_secs(u64::from(days.max(1)) * 86_400);
                let until = now.after(span);
                let invite = Invite { hash: secret.hash(), created: now, until };
                door.call(move |s| s.add_invite(invite, now)).await?;
                ReaderReply::Invited { path: format!("/invite/{}", secret.reveal()), until }
            }
        })
    }

    async fn check(&self, new: NewReader) -> Result<Asked, AdminError> {
        let wrong = |text: String| Err(AdminError::Which(text));
        for slug in &new.topics {
            if self.ctx.topics.get(slug).is_none() {
                return wrong(format!(
                    "there is no topic {slug:?}; the topics are: {}",
                    self.ctx.topics.iter().map(|t| t.slug.as_str()).collect::<Vec<_>>().join(", ")
                ));
            }
        }
        if slot::zone(&new.zone).is_none() {
            return wrong(format!(
                "there is no time zone {:?}; give one such as Europe/Berlin",
                new.zone
            ));
        }
        if new.hour > 23 {
            return wrong("the hour must be from 0 to 23".into());
        }
        if !(1..=MOST_SIZE).contains(&new.size) {
            return wrong(format!("the size must be from 1 to {MOST_SIZE}"));
        }
        let mut sources: Vec<SourceId> = Vec::new();
        for which in &new.sources {
            sources.push(self.find(which).await?.id);
        }
        Ok(Asked {
            interests: new.interests,
            topics: new.topics,
            sources,
            zone: new.zone,
            hour: new.hour,
            size: new.size,
            shape: new.shape,
            days: new.days,
            explore: new.explore,
            language: new.language,
        })
    }

    /// By id; six characters of it are enough, if they are one reader's only.
    pub(super) async fn reader(&self, which: &str) -> Result<Subscriber, AdminError> {
        let wanted = which.trim().to_lowercase();
        let readers = self.ctx.door.call(|s| s.subscribers()).await?;
        let mut found = readers.into_iter().filter(|reader| {
            let id = reader.id.as_str();
            id == wanted || (wanted.len() >= 6 && id.starts_with(&wanted))
        });
        match (found.next(), found.next()) {
            (Some(reader), None) => Ok(reader),
            (None, _) => Err(AdminError::Which(format!(
                "there is no subscriber {which:?}; `podbrief subscriber list` shows their ids"
            ))),
            (Some(_), Some(_)) => Err(AdminError::Which(format!(
                "{which:?} could be more than one subscriber; give more of the id"
            ))),
        }
    }
}
