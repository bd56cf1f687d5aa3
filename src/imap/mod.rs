//! Newsletters out of the operator's own IMAP account: folders are read and never changed, and what is for a newsletter
//! goes the way of all mail. Waits for news with IDLE (RFC 2177) where the server has it.

mod account;
mod route;
mod visit;
mod wire;

use std::collections::BTreeSet;
use std::time::Duration;

use async_imap::Session;
use async_imap::types::UnsolicitedResponse;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

pub use account::{Account, Password, Security};

use self::visit::visit;
use self::wire::{Wire, connect};
use crate::model::{Route, Source, SourceStatus, Timestamp};
use crate::pipeline::Context;
use crate::pipeline::Refusal;

/// Connections to one server; what has more folders takes turns.
const CONNECTIONS: usize = 5;
/// Sources may have changed what they want.
const LOOK: Duration = Duration::from_secs(30);
/// One turn over folders that can't all be waited for.
const TURN: Duration = Duration::from_secs(300);
/// RFC 2177 asks for less than 29 minutes.
const IDLE: Duration = Duration::from_secs(25 * 60);
/// One answer of the server.
const ANSWER: Duration = Duration::from_secs(60);
/// After a failure, doubled with each, up to the longest.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(900);

/// What went wrong with the account.
#[derive(Debug, thiserror::Error)]
enum ImapError {
    #[error("{0}")]
    Account(String),
    #[error("the server can't be reached: {0}")]
    Connect(#[from] std::io::Error),
    #[error("the server does not let {user} in: {detail}. Check imap.user and the password")]
    Login { user: String, detail: String },
    #[error("the folder {folder:?} can't be read: {detail}")]
    Folder { folder: String, detail: String },
    #[error("the server broke off: {0}")]
    Imap(#[from] async_imap::error::Error),
    #[error("the server did not answer in time")]
    Silent(#[from] tokio::time::error::Elapsed),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

/// Reads the account until `stop` turns true.
pub async fn run(
    ctx: Context,
    account: Account,
    clock: fn() -> Timestamp,
    mut stop: watch::Receiver<bool>,
) {
    let mut folders = BTreeSet::new();
    let mut readers = JoinSet::new();
    loop {
        match wanted(&ctx, &account).await {
            Ok(now) if now != folders => {
                readers.shutdown().await;
                folders = now;
                let all: Vec<String> = folders.iter().cloned().collect();
                for group in share(&all, CONNECTIONS) {
                    readers.spawn(keep_reading(ctx.clone(), account.clone(), group, clock));
                }
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the sources can't be read"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => break,
        }
    }
    // What was being handed over is known by its Message-ID when it comes again.
    readers.shutdown().await;
}

/// The folders that some mailbox may want something of: every one may be written to behind a plus.
async fn wanted(ctx: &Context, account: &Account) -> Result<BTreeSet<String>, ImapError> {
    let sources = mailboxes(ctx).await?;
    let mut folders = BTreeSet::new();
    for mailbox in sources.iter().filter_map(Source::mailbox) {
        folders.extend(account.folders.iter().cloned());
        folders.extend(mailbox.routes.iter().filter_map(|route| match route {
            Route::Folder(name) => Some(name.clone()),
            Route::ListId(_) | Route::Sender(_) => None,
        }));
    }
    Ok(folders)
}

/// Mailboxes that take mail now.
async fn mailboxes(ctx: &Context) -> Result<Vec<Source>, ImapError> {
    let sources = ctx.door.call(|store| store.sources()).await?;
    let active = |s: &Source| s.mailbox().is_some() && s.status == SourceStatus::Active;
    Ok(sources.into_iter().filter(active).collect())
}

/// In at most `most` groups, as evenly as can be.
fn share(folders: &[String], most: usize) -> Vec<Vec<String>> {
    let mut groups = vec![Vec::new(); folders.len().min(most)];
    for (at, folder) in folders.iter().enumerate() {
        let group = at % most;
        groups[group].push(folder.clone());
    }
    groups
}

/// Connects again and again; a server that is away is asked less and less often.
async fn keep_reading(
    ctx: Context,
    account: Account,
    folders: Vec<String>,
    clock: fn() -> Timestamp,
) {
    let mut pause = PAUSE;
    loop {
        let mut well = false;
        let ended = read(&ctx, &account, &folders, clock, &mut well).await;
        if well {
            pause = PAUSE;
        }
        if let Err(error) = ended {
            let server = account.server.as_str();
            tracing::warn!(%error, server, ?folders, "IMAP: trying again in {} s", pause.as_secs());
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}

/// One connection: every folder in turn, then waits for news of the last. Sets `well` after the first whole turn.
async fn read(
    ctx: &Context,
    account: &Account,
    folders: &[String],
    clock: fn() -> Timestamp,
    well: &mut bool,
) -> Result<(), ImapError> {
    let mut session = connect(account).await?;
    let can_idle = timeout(ANSWER, session.capabilities()).await??.has_str("IDLE");
    loop {
        let mut there = 0;
        for folder in folders {
            there = visit(ctx, &mut session, account, folder, clock).await?;
        }
        *well = true;
        if grew(&session, there) {
            continue;
        }
        let span = if folders.len() == 1 { IDLE } else { TURN };
        session = if can_idle { idle(session, span).await? } else { rest(session).await? };
    }
}

/// Whether a message came into the open folder after it was opened with `there` messages: a server says so once, with the
/// answer to whatever is asked next, and not again while we wait (RFC 3501 7.3.1).
fn grew(session: &Session<Box<dyn Wire>>, there: u32) -> bool {
    let told = std::iter::from_fn(|| session.unsolicited_responses.try_recv().ok());
    told.fold(false, |grew, said| {
        grew | matches!(said, UnsolicitedResponse::Exists(n) if n > there)
    })
}

/// Until something happens in the folder that is open, or `span` is over.
async fn idle(
    session: Session<Box<dyn Wire>>,
    span: Duration,
) -> Result<Session<Box<dyn Wire>>, ImapError> {
    let mut handle = session.idle();
    timeout(ANSWER, handle.init()).await??;
    {
        let (news, _interrupt) = handle.wait_with_timeout(span);
        // The server's signs of life would put off the end for ever.
        if let Ok(ended) = timeout(span, news).await {
            ended?;
        }
    }
    Ok(timeout(ANSWER, handle.done()).await??)
}

async fn rest(mut session: Session<Box<dyn Wire>>) -> Result<Session<Box<dyn Wire>>, ImapError> {
    tokio::time::sleep(TURN).await;
    timeout(ANSWER, session.noop()).await??;
    Ok(session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_shared_evenly() {
        let names: Vec<String> = (0..7).map(|n| n.to_string()).collect();
        assert_eq!(
            share(&names, 5),
            [vec!["0", "5"], vec!["1", "6"], vec!["2"], vec!["3"], vec!["4"]]
        );
        assert_eq!(share(&names[..1], 5), [vec!["0"]]);
        assert!(share(&[], 5).is_empty());
    }
}
