//! The counter behind every door that mail comes through: is there such an address, may this message come in, is it
//! safe on disk. A door asks here and speaks its own protocol.

use std::sync::Arc;

use super::judge::{Judgement, judge};
use super::understand::{Trust, verdict};
use crate::authenticate::Authenticator;
use crate::model::{MailPolicy, Source, SourceId, SourceStatus};
use crate::parse::mail;
use crate::pipeline::{Context, Count};
use crate::spool::{Archive, Envelope, Letter, Spool, SpoolError};
use crate::store::{Space, StoreError};

/// What mail needs, beside the store.
#[derive(Clone)]
pub struct Mail {
    /// Who vouches for what comes from hosts of the world.
    pub authenticator: Authenticator,
    /// Where letters are safe.
    pub spool: Spool,
    /// Where they are kept as they came.
    pub archive: Archive,
    /// Whom we believe.
    pub trust: Trust,
    /// What stays free on its disk.
    pub space: Space,
    /// Where addresses are minted.
    pub domain: String,
    /// Bytes of a message.
    pub max_message: usize,
}

#[cfg(test)]
impl Mail {
    /// For tests of other rooms.
    pub fn in_folder(dir: &std::path::Path) -> Self {
        Self {
            authenticator: Authenticator::default(),
            spool: Spool::open(dir).unwrap(),
            archive: Archive::new(dir, 1),
            space: Space::new(dir, 0),
            trust: Trust::default(),
            domain: "in.example".into(),
            max_message: 1 << 20,
        }
    }
}

/// A letter is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken;

/// A letter is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No such mailbox, or one that takes nothing now.
    #[error("there is no mailbox {0:?} here")]
    Unknown(String),
    /// Too large.
    #[error("the message is larger than {0} bytes")]
    TooLarge(usize),
    /// No message.
    #[error("{0}")]
    NotMail(String),
    /// The mailbox's policy is to reject.
    #[error("this mailbox does not take it: {0}")]
    Rejected(String),
    /// The mailbox rejects what nobody vouches for, and who does could not be asked: try again later.
    #[error("who sent it can't be checked now, because DNS failed")]
    Unchecked,
    /// The store failed: try again later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The disk failed: try again later.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

impl Refusal {
    /// Whether it is the disk that has no room.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Store(StoreError::Full { .. }) => true,
            Self::Spool(SpoolError::Io(error)) => error.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }

    /// Whether the sender should try again.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unchecked | Self::Store(_) | Self::Spool(_))
    }
}

/// The local part of an address that means a mailbox: lower case, and behind the first plus sign if there is one
/// (RFC 5233), so that `me+name-secret@host` is `name-secret`.
pub fn local_part(address: &str) -> String {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    let local = local.trim_matches('"');
    local.split_once('+').map_or(local, |(_, detail)| detail).to_ascii_lowercase()
}

impl Context {
    /// The source whose mailbox `address` is.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] if there is none.
    pub async fn mailbox(&self, address: &str) -> Result<Source, Refusal> {
        let id = SourceId::for_mailbox(&local_part(address));
        let found = self.door.call(move |s| s.source(&id)).await?;
        found
            .filter(|s| s.mailbox().is_some() && s.status == SourceStatus::Active)
            .ok_or_else(|| Refusal::Unknown(address.to_owned()))
    }

    /// Takes a message for mailboxes found before. Returns when it would survive a power cut.
    ///
    /// # Errors
    /// [`Refusal`], and then nothing was kept.
    pub async fn take(
        &self,
        envelope: Envelope,
        policy: MailPolicy,
        bytes: Vec<u8>,
    ) -> Result<Taken, Refusal> {
        let taken = self.put(envelope, policy, bytes).await;
        match &taken {
            Ok(Taken) => self.meter.add(Count::Mail, 1),
            Err(refusal) if refusal.is_temporary() => self.meter.add(Count::MailPutOff, 1),
            Err(_) => {}
        }
        taken
    }

    async fn put(
        &self,
        envelope: Envelope,
        policy: MailPolicy,
        bytes: Vec<u8>,
    ) -> Result<Taken, Refusal> {
        if bytes.len() > self.mail.max_message {
            return Err(Refusal::TooLarge(self.mail.max_message));
        }
        self.mail.space.check()?;
        let bytes: Arc<[u8]> = bytes.into();
        let letter = Letter { envelope, bytes };
        let letter =
            if policy == MailPolicy::Reject { self.examine(letter).await? } else { letter };
        self.mail.spool.put(letter).await?;
        Ok(Taken)
    }

    /// A mailbox that rejects wants the message read before it is taken.
    async fn examine(&self, letter: Letter) -> Result<Letter, Refusal> {
        let trust = self.mail.trust.clone();
        let judged = self.door.call(move |store| {
            let message = match mail::read(letter.sent()) {
                Ok(message) => message,
                Err(error) => return Ok(Err(Refusal::NotMail(error.to_string()))),
            };
            let verdict = verdict(&message, &letter.envelope, &trust);
            let now = letter.envelope.received;
            for to in &letter.envelope.to {
                let source = store.source(&to.source)?;
                let Some(mailbox) = source.as_ref().and_then(Source::mailbox) else { continue };
                if mailbox.policy != MailPolicy::Reject {
                    continue;
                }
                if let Judgement::Hold(why) = judge(mailbox, &message.from, &verdict, now) {
                    let refusal = if verdict.is_temporary() {
                        Refusal::Unchecked
                    } else {
                        Refusal::Rejected(why)
                    };
                    return Ok(Err(refusal));
                }
            }
            Ok(Ok(letter))
        });
        judged.await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_addresses_mean_what_stands_behind_the_plus() {
        assert_eq!(local_part("Tea-0a1B@in.example"), "tea-0a1b");
        assert_eq!(local_part("me+tea-0a1b@mail.example"), "tea-0a1b");
        assert_eq!(local_part("tea-0a1b"), "tea-0a1b");
    }
}
