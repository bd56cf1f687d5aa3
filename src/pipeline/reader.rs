//! Readers come, get new addresses, and are told of the old ones. Secrets are made here and shown once.

use std::time::Duration;

use super::compose::compose_day;
use super::{Context, StageError};
use crate::model::{
    Days, Moved, Secret, SecretHash, Shape, SourceId, Subscriber, SubscriberId, Timestamp,
};
use crate::rank::slot;

/// How long the feed of a changed address still says that it was changed.
const GRACE: Duration = Duration::from_secs(30 * 86_400);

/// What a new reader asks for, checked already.
#[derive(Debug, Clone)]
pub struct Asked {
    /// In their own words.
    pub interests: String,
    /// Slugs.
    pub topics: Vec<String>,
    /// Followed.
    pub sources: Vec<SourceId>,
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

/// A fresh secret of the system's random bytes.
///
/// # Errors
/// If the system gives none.
pub fn new_secret() -> Result<Secret, StageError> {
    let failed = || StageError::Retry {
        what: "the system gives no random bytes".into(),
        hint: "Look at the system's log; this does not happen on a healthy machine.".into(),
        after: None,
    };
    // Twice what is needed: one byte in sixteen can't be used.
    let mut bytes = [0_u8; 64];
    getrandom::fill(&mut bytes).map_err(|_| failed())?;
    Secret::from_random(&bytes).ok_or_else(failed)
}

/// Adds a reader and makes their first edition of what is there, so that their feed is not empty. None if the
/// invitation is not good any more.
///
/// # Errors
/// If the store fails.
pub async fn sign_up(
    ctx: &Context,
    asked: Asked,
    invite: Option<SecretHash>,
    now: Timestamp,
) -> Result<Option<(Subscriber, Secret)>, StageError> {
    let secret = new_secret()?;
    let reader = Subscriber {
        // Not of the same bytes: an id stands in entries, which are passed on.
        id: SubscriberId::new(new_secret()?.reveal()),
        created: now,
        interests: asked.interests,
        topics: asked.topics,
        sources: asked.sources,
        muted: Vec::new(),
        saved: Vec::new(),
        zone: asked.zone,
        hour: asked.hour,
        size: asked.size,
        shape: asked.shape,
        days: asked.days,
        explore: asked.explore,
        language: asked.language,
        progress: crate::model::Progress::default(),
    };
    let (maker, hash, kept) = (ctx.clone(), secret.hash(), reader.clone());
    let added = ctx.door.call(move |store| {
        let next = slot::next(&kept, now);
        if !store.add_subscriber(kept.clone(), hash, next, invite.as_ref())? {
            return Ok(false);
        }
        compose_day(&maker, store, &kept, Some(slot::local_day(&kept, now)), now)?;
        Ok(true)
    });
    Ok(added.await?.then_some((reader, secret)))
}

/// Gives a reader a new secret; the old feed says for a while that it was changed, unless it is to end at once.
/// None if there is no such reader.
///
/// # Errors
/// If the store fails.
pub async fn change_secret(
    ctx: &Context,
    id: &SubscriberId,
    at_once: bool,
    now: Timestamp,
) -> Result<Option<Secret>, StageError> {
    let secret = new_secret()?;
    let (id, hash) = (id.clone(), secret.hash());
    let grace = (!at_once).then(|| Moved { at: now, until: now.after(GRACE) });
    let changed = ctx.door.call(move |store| store.change_secret(&id, hash, now, grace));
    Ok(changed.await?.then_some(secret))
}
