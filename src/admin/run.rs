//! Runs a command against the store and the scheduler of this process.

use std::io::Write;
use std::sync::Arc;

use tokio::sync::{broadcast, mpsc};

use super::import::import;
use super::{AddedSource, Command, ModelUse, Reply};
use crate::jobs::{Clock, Handle};
use crate::model::{Source, SourceKind, SourceStatus, Timestamp};
use crate::pipeline::{Context, StageError, local_part, resolve};
use crate::publish::opml;
use crate::store::{Added, StoreError};

/// Items shown with a source.
const ITEMS_SHOWN: usize = 20;

/// What commands need.
#[derive(Clone)]
pub struct Admin {
    /// Store, fetcher and settings.
    pub ctx: Context,
    /// The scheduler.
    pub jobs: Handle,
    /// The clock.
    pub clock: Clock,
    /// Under which address the pages are, once they are.
    pub base_url: Option<String>,
    /// What the operator should know beside what the store tells.
    pub notices: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
}

/// A command failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stage failed.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The server was told to stop.
    #[error("podbrief was stopped before all work was done; the rest is done when it runs again")]
    Stopped,
    /// Nothing, or more than one thing, is meant.
    #[error("{0}")]
    Which(String),
}

impl Admin {
    /// Runs `command`, sending every reply to `replies`, the ending one last.
    pub async fn run(&self, command: Command, replies: mpsc::Sender<Reply>) {
        let last = match self.answer(command, &replies).await {
            Ok(reply) => reply,
            Err(error) => Reply::Error { message: error.to_string() },
        };
        // Whoever asked may have gone.
        let _ = replies.send(last).await;
    }

    /// Runs `command` for its ending reply alone.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn ask(&self, command: Command) -> Result<Reply, AdminError> {
        let (nobody, _) = mpsc::channel(1);
        self.answer(command, &nobody).await
    }

    async fn answer(
        &self,
        command: Command,
        replies: &mpsc::Sender<Reply>,
    ) -> Result<Reply, AdminError> {
        let now = (self.clock)();
        let door = &self.ctx.door;
        Ok(match command {
            Command::Add { addresses } => {
                let mut sources = Vec::with_capacity(addresses.len());
                for address in addresses {
                    sources.push(self.add(address).await?);
                }
                self.jobs.wake();
                Reply::Added { sources }
            }
            Command::List => {
                let writer = self.ctx.writer.clone();
                let asked = door.call(move |s| {
                    let model = ModelUse::of(s, writer.as_ref(), now)?.map(Box::new);
                    Ok((s.sources()?, model))
                });
                let (sources, model) = asked.await?;
                Reply::Sources { sources, model }
            }
            Command::Show { which, all } => {
                let source = self.find(&which).await?;
                let id = source.id.clone();
                let most = if all { usize::MAX } else { ITEMS_SHOWN };
                let items = door.call(move |s| s.items_of(&id, most)).await?;
                Reply::Source { source: Box::new(source), items }
            }
            Command::Remove { which } => {
                let source = self.find(&which).await?;
                let id = source.id.clone();
                let insights = door.call(move |s| {
                    let mut of_source = Vec::new();
                    s.each_insight(&mut |i| {
                        if i.source == id {
                            of_source.push(i.id);
                        }
                    })?;
                    s.remove_source(&id)?;
                    Ok(of_source)
                });
                self.ctx.index.remove(&insights.await?);
                Reply::Changed { source: Box::new(source) }
            }
            Command::Pause { which, resume } => {
                let source = self.find(&which).await?;
                let id = source.id.clone();
                let status = if resume { SourceStatus::Active } else { SourceStatus::Paused };
                door.call(move |s| s.set_status(&id, status, now)).await?;
                self.jobs.wake();
                Reply::Changed { source: Box::new(source) }
            }
            Command::Speech { which, policy } => {
                let mut source = self.find(&which).await?;
                if source.feed_url().is_none() {
                    return Err(AdminError::Which(format!("{:?} is no podcast", source.title)));
                }
                let id = source.id.clone();
                door.call(move |s| s.set_speech(&id, policy)).await?;
                source.speech = policy;
                Reply::Changed { source: Box::new(source) }
            }
            Command::Import { feeds } => {
                let report = door.call(move |s| import(s, feeds, now)).await?;
                self.jobs.wake();
                Reply::Imported(report)
            }
            Command::Export => {
                let sources = door.call(|s| s.sources()).await?;
                let bytes = opml::export(&sources);
                Reply::Opml { opml: String::from_utf8_lossy(&bytes).into_owned() }
            }
            Command::AddMailbox { name, public, reader, policy } => {
                let seen_by = self.seen_by(public, reader.as_deref()).await?;
                self.add_mailbox(&name, seen_by, policy, now).await?
            }
            Command::Trust { which, sender } => self.trust(&which, &sender, now).await?,
            Command::Fetch { which, routes } => self.fetch(&which, routes).await?,
            Command::Share { which, reader } => self.share(&which, reader.as_deref()).await?,
            Command::Policy { which, policy } => self.policy(&which, policy).await?,
            Command::Deliver { to, from, import, bytes, .. } => {
                self.deliver(to, from, import, bytes, now).await?
            }
            Command::Poll { all } => self.poll(all, replies).await?,
            Command::Status => self.status().await?,
            Command::Check { repair } => self.verify(repair, now).await?,
            Command::Compact => self.compact().await?,
            Command::Retry { which } => self.retry(which, now).await?,
            Command::Readers(command) => Reply::Readers(self.readers(command, now).await?),
            Command::Backup => Reply::Bytes,
        })
    }

    /// Writes a backup where it may block.
    ///
    /// # Errors
    /// If the store can't be read or `to` not be written.
    pub fn backup(&self, to: &mut dyn Write) -> Result<(), StoreError> {
        self.ctx.door.blocking().backup(to, (self.clock)()).map(|_| ())
    }

    async fn add(&self, address: String) -> Result<AddedSource, AdminError> {
        let now = (self.clock)();
        let (source, problem) = match resolve(&self.ctx, &address, now).await {
            Ok(found) => found,
            Err(error) => {
                let (what, hint) = (error.to_string(), error.hint());
                let problem = Some(crate::model::Problem { what, hint, since: now });
                return Ok(AddedSource { address, source: None, existing: false, problem });
            }
        };
        if let Some(known) = self.same_show(&source).await? {
            return self.moved(address, known, source, now).await;
        }
        let row = source.clone();
        let added = self.ctx.door.call(move |s| s.add_source(row)).await?;
        let existing = added == Added::Existing;
        Ok(AddedSource { address, source: Some(source), existing, problem })
    }

    /// The show that is a source already under another address: `podcast:guid` stays when a feed moves.
    async fn same_show(&self, new: &Source) -> Result<Option<Source>, AdminError> {
        let Some(guid) = new.podcast_guid.clone() else { return Ok(None) };
        let id = new.id.clone();
        let sources = self.ctx.door.call(|s| s.sources()).await?;
        let same = |s: &Source| s.id != id && s.podcast_guid.as_ref() == Some(&guid);
        Ok(sources.into_iter().find(|s| same(s) && s.visibility == new.visibility))
    }

    /// Where the known one can't be read any more, it goes on at the new address; else it is there already.
    async fn moved(
        &self,
        address: String,
        known: Source,
        new: Source,
        now: Timestamp,
    ) -> Result<AddedSource, AdminError> {
        let ended = known.status == SourceStatus::Gone || known.poll.problem.is_some();
        if ended {
            let (id, kind) = (known.id.clone(), new.kind);
            self.ctx.door.call(move |s| s.move_source(&id, kind, now)).await?;
        }
        let id = known.id.clone();
        let source = self.ctx.door.call(move |s| s.source(&id)).await?;
        Ok(AddedSource { address, source, existing: true, problem: None })
    }

    async fn poll(&self, all: bool, replies: &mpsc::Sender<Reply>) -> Result<Reply, AdminError> {
        let now = (self.clock)();
        self.ctx.door.call(|s| s.writable()).await?;
        let mut events = self.jobs.events();
        if all {
            self.ctx.door.call(move |s| s.poll_now(None, now)).await?;
        }
        self.jobs.wake();
        let idle = self.jobs.idle();
        tokio::pin!(idle);
        loop {
            tokio::select! {
                // What happened before the end is told before the end.
                biased;
                event = events.recv() => match event {
                    Ok(event) => {
                        // Whoever asked may have gone; the work is done all the same.
                        let _ = replies.send(Reply::Event(event)).await;
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => break,
                },
                done = &mut idle => {
                    if !done {
                        return Err(AdminError::Stopped);
                    }
                    break;
                }
            }
        }
        Ok(Reply::Done)
    }

    /// By id (six characters of it are enough), by address, or by the start of the title, if that is one.
    pub(super) async fn find(&self, which: &str) -> Result<Source, AdminError> {
        let sources = self.ctx.door.call(|s| s.sources()).await?;
        let wanted = which.trim().to_lowercase();
        let exact = sources.iter().find(|s| {
            let address = match &s.kind {
                SourceKind::Feed { url } => url == which.trim(),
                SourceKind::Mailbox(mailbox) => local_part(&wanted) == mailbox.local,
            };
            s.id.as_str() == wanted || address
        });
        if let Some(source) = exact {
            return Ok(source.clone());
        }
        let mut near = sources.iter().filter(|s| {
            !wanted.is_empty()
                && (s.title.to_lowercase().starts_with(&wanted)
                    || (wanted.len() >= 6 && s.id.as_str().starts_with(&wanted)))
        });
        match (near.next(), near.next()) {
            (Some(source), None) => Ok(source.clone()),
            (None, _) => Err(AdminError::Which(format!(
                "there is no source {which:?}; `podbrief source list` names them"
            ))),
            (Some(one), Some(two)) => Err(AdminError::Which(format!(
                "{which:?} could be {:?} or {:?}; give the id that `podbrief source list` shows",
                one.title, two.title
            ))),
        }
    }
}
