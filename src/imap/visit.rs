//! One look into a folder: what came since the last one is chosen by its head, and only what is for a newsletter is
//! fetched whole. `EXAMINE` and `PEEK`: nothing is marked as read, moved or deleted.

use async_imap::Session;
use futures_util::TryStreamExt as _;
use tokio::time::timeout;

use super::account::Account;
use super::route::wanted_by;
use super::wire::Wire;
use super::{ANSWER, ImapError, mailboxes};
use crate::model::{Folder, MailPolicy, Source, SourceId, Timestamp};
use crate::parse::mail;
use crate::pipeline::{Context, Refusal};
use crate::spool::{Envelope, Recipient, Via};

/// Heads asked for at once.
const HEADS: usize = 200;
const WANTED: &str = "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM DATE MESSAGE-ID LIST-ID TO CC DELIVERED-TO X-ORIGINAL-TO)])";

/// How many messages there were when it was opened.
pub(super) async fn visit(
    ctx: &Context,
    session: &mut Session<Box<dyn Wire>>,
    account: &Account,
    folder: &str,
    clock: fn() -> Timestamp,
) -> Result<u32, ImapError> {
    let fault = |error: async_imap::error::Error| ImapError::Folder {
        folder: folder.to_owned(),
        detail: error.to_string(),
    };
    let opened = timeout(ANSWER, session.examine(folder)).await?.map_err(fault)?;
    let name = format!("{}@{} {folder}", account.user, account.server);
    let validity = opened.uid_validity.unwrap_or(0);
    let asked = name.clone();
    let known = ctx.door.call(move |store| store.folder(&asked)).await?;
    let mut seen = known.filter(|f| f.validity == validity).map_or(0, |f| f.seen);
    if opened.exists == 0 || opened.uid_next.is_some_and(|next| next <= seen.saturating_add(1)) {
        return Ok(opened.exists);
    }
    let query = format!("UID {}:*", seen.saturating_add(1));
    let mut uids: Vec<u32> =
        // `*` is the last message, even if it is below.
        timeout(ANSWER, session.uid_search(query)).await??.into_iter().filter(|u| *u > seen).collect();
    uids.sort_unstable();
    for chunk in uids.chunks(HEADS) {
        let sources = mailboxes(ctx).await?;
        for (uid, size, to) in choose(session, folder, chunk, &sources).await? {
            if size > ctx.mail.max_message {
                tracing::warn!(
                    folder,
                    uid,
                    size,
                    "an IMAP message is larger than mail.max_message_mib"
                );
                continue;
            }
            if let Some(bytes) = whole(session, uid).await? {
                hand_over(ctx, &sources, to, bytes, clock()).await?;
            }
        }
        seen = chunk.last().copied().unwrap_or(seen);
        let row = Folder { name: name.clone(), validity, seen };
        ctx.door.call(move |store| store.save_folder(&row)).await?;
    }
    Ok(opened.exists)
}

/// Those that some mailbox wants, with their size.
async fn choose(
    session: &mut Session<Box<dyn Wire>>,
    folder: &str,
    uids: &[u32],
    sources: &[Source],
) -> Result<Vec<(u32, usize, Vec<SourceId>)>, ImapError> {
    let set = uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let mut chosen = Vec::new();
    let mut heads = timeout(ANSWER, session.uid_fetch(set, WANTED)).await??;
    while let Some(head) = timeout(ANSWER, heads.try_next()).await?? {
        let (Some(uid), Some(bytes)) = (head.uid, head.header()) else { continue };
        let Ok(message) = mail::read(bytes) else { continue };
        let to = wanted_by(folder, &message, sources);
        if !to.is_empty() && uids.binary_search(&uid).is_ok() {
            chosen.push((uid, head.size.map_or(0, |s| s as usize), to));
        }
    }
    chosen.sort_unstable_by_key(|(uid, ..)| *uid);
    Ok(chosen)
}

/// Nothing if it was deleted meanwhile.
async fn whole(
    session: &mut Session<Box<dyn Wire>>,
    uid: u32,
) -> Result<Option<Vec<u8>>, ImapError> {
    let mut found = None;
    let mut bodies =
        timeout(ANSWER, session.uid_fetch(uid.to_string(), "(UID BODY.PEEK[])")).await??;
    // To the end, or the next answer would be of this question.
    while let Some(body) = timeout(ANSWER, bodies.try_next()).await?? {
        if body.uid == Some(uid) {
            found = body.body().map(<[u8]>::to_vec);
        }
    }
    Ok(found)
}

/// To each mailbox by itself: one may refuse what another takes.
async fn hand_over(
    ctx: &Context,
    sources: &[Source],
    to: Vec<SourceId>,
    bytes: Vec<u8>,
    now: Timestamp,
) -> Result<(), ImapError> {
    for id in to {
        let mailbox = sources.iter().find(|s| s.id == id).and_then(Source::mailbox);
        let (policy, local) =
            mailbox.map_or((MailPolicy::Flag, String::new()), |m| (m.policy, m.local.clone()));
        let envelope = Envelope {
            to: vec![Recipient { source: id, address: local }],
            from: String::new(),
            via: Via::Imap,
            peer: None,
            helo: String::new(),
            received: now,
            verdict: None,
            trace: 0,
        };
        match ctx.take(envelope, policy, bytes.clone()).await {
            Ok(_) => {}
            Err(refusal @ (Refusal::Rejected(_) | Refusal::NotMail(_) | Refusal::TooLarge(_))) => {
                tracing::info!(%refusal, "an IMAP message was not taken");
            }
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Ok(())
}
