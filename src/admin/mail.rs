//! Verbs about mail: mint an address, take a message, trust a sender.

use super::{Admin, AdminError, Refused, Reply};
use crate::model::{MailPolicy, Route, Sender, Timestamp, Visibility};
use crate::parse::mail;
use crate::pipeline::{self, Refusal, new_mailbox, receive, slug};
use crate::spool::{Envelope, Letter, Recipient, Via};
use crate::store::Added;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 80 bits.
const SECRET: usize = 16;

impl Admin {
    /// Whose eyes a new newsletter is for.
    pub(super) async fn seen_by(
        &self,
        public: bool,
        reader: Option<&str>,
    ) -> Result<Visibility, AdminError> {
        if public {
            return Ok(Visibility::Public);
        }
        if let Some(which) = reader {
            return Ok(Visibility::Private(self.reader(which).await?.id));
        }
        let mut readers = self.ctx.door.call(|s| s.subscribers()).await?;
        Ok(match (readers.pop(), readers.is_empty()) {
            (Some(only), true) => Visibility::Private(only.id),
            _ => Visibility::nobodys(),
        })
    }

    pub(super) async fn add_mailbox(
        &self,
        name: &str,
        visibility: Visibility,
        policy: MailPolicy,
        now: Timestamp,
    ) -> Result<Reply, AdminError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(AdminError::Which("give the newsletter a name".into()));
        }
        let source =
            new_mailbox(name, format!("{}-{}", slug(name), secret()?), policy, visibility, now);
        let row = source.clone();
        match self.ctx.door.call(move |s| s.add_source(row)).await? {
            Added::New => Ok(Reply::Changed { source: Box::new(source) }),
            Added::Existing => Err(AdminError::Which("the address was taken; try again".into())),
        }
    }

    pub(super) async fn trust(
        &self,
        which: &str,
        sender: &str,
        now: Timestamp,
    ) -> Result<Reply, AdminError> {
        let source = self.find(which).await?;
        let address = sender.trim().to_lowercase();
        if !address.contains('@') {
            return Err(AdminError::Which(format!("{sender:?} is no mail address")));
        }
        let id = source.id.clone();
        let sender = Sender { address, verified: false, since: now };
        let released = self.ctx.door.call(move |s| s.trust_sender(&id, sender)).await?;
        self.jobs.wake();
        match released {
            Some(released) => Ok(Reply::Trusted { released }),
            None => Err(no_mailbox(&source.title)),
        }
    }

    pub(super) async fn share(
        &self,
        which: &str,
        reader: Option<&str>,
    ) -> Result<Reply, AdminError> {
        let source = self.find(which).await?;
        if source.mailbox().is_none() {
            return Err(no_mailbox(&source.title));
        }
        let visibility = self.seen_by(reader.is_none(), reader).await?;
        let id = source.id.clone();
        match self.ctx.door.call(move |s| s.set_visibility(&id, visibility)).await? {
            true => Ok(Reply::Changed { source: Box::new(source) }),
            false => Err(AdminError::Which(format!(
                "insights of {:?} are out already; remove it, mint another address, and import its archive there",
                source.title
            ))),
        }
    }

    pub(super) async fn fetch(&self, which: &str, routes: Vec<Route>) -> Result<Reply, AdminError> {
        let source = self.find(which).await?;
        let id = source.id.clone();
        let routes = routes.into_iter().map(|route| match route {
            Route::Folder(name) => Route::Folder(name),
            Route::ListId(id) => Route::ListId(mail::list_id(&id)),
            Route::Sender(address) => Route::Sender(address.trim().to_lowercase()),
        });
        let routes = routes.collect();
        match self.ctx.door.call(move |s| s.set_routes(&id, routes)).await? {
            true => Ok(Reply::Changed { source: Box::new(source) }),
            false => Err(no_mailbox(&source.title)),
        }
    }

    pub(super) async fn policy(
        &self,
        which: &str,
        policy: MailPolicy,
    ) -> Result<Reply, AdminError> {
        let source = self.find(which).await?;
        let id = source.id.clone();
        match self.ctx.door.call(move |s| s.set_policy(&id, policy)).await? {
            true => Ok(Reply::Changed { source: Box::new(source) }),
            false => Err(no_mailbox(&source.title)),
        }
    }

    pub(super) async fn deliver(
        &self,
        to: String,
        from: String,
        import: bool,
        bytes: Vec<u8>,
        now: Timestamp,
    ) -> Result<Reply, AdminError> {
        let found = if import {
            let source = self.find(&to).await?;
            if source.mailbox().is_none() {
                return Err(no_mailbox(&source.title));
            }
            Ok(source)
        } else {
            self.ctx.mailbox(&to).await
        };
        let source = match found {
            Ok(source) => source,
            Err(refusal) => return Ok(refused(&refusal)),
        };
        let envelope = Envelope {
            to: vec![Recipient { source: source.id.clone(), address: to }],
            from,
            via: if import { Via::Import } else { Via::Pipe },
            peer: None,
            helo: String::new(),
            received: now,
            verdict: None,
            trace: 0,
        };
        if import {
            let letter = Letter { envelope, bytes: bytes.into() };
            let mut reports = receive(&self.ctx, vec![letter]).await?;
            self.jobs.wake();
            return Ok(Reply::Delivered { outcome: reports.pop().map(|r| r.outcome) });
        }
        let policy = source.mailbox().map(|m| m.policy).unwrap_or_default();
        Ok(match self.ctx.take(envelope, policy, bytes).await {
            Ok(pipeline::Taken) => Reply::Delivered { outcome: None },
            Err(refusal) => refused(&refusal),
        })
    }
}

fn refused(refusal: &Refusal) -> Reply {
    let why = match refusal {
        Refusal::Unknown(_) => Refused::Unknown,
        Refusal::TooLarge(_) | Refusal::NotMail(_) => Refused::Message,
        Refusal::Rejected(_) => Refused::Policy,
        Refusal::Unchecked | Refusal::Store(_) | Refusal::Spool(_) => Refused::Later,
    };
    Reply::Refused { message: refusal.to_string(), why }
}

fn no_mailbox(title: &str) -> AdminError {
    AdminError::Which(format!("{title:?} is a feed, not a mailbox"))
}

fn secret() -> Result<String, AdminError> {
    let mut random = [0_u8; SECRET];
    getrandom::fill(&mut random)
        .map_err(|error| AdminError::Which(format!("the system gives no random bytes: {error}")))?;
    Ok(random.iter().map(|b| char::from(ALPHABET[usize::from(b & 31)])).collect())
}
