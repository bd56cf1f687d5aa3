//! One letter for one mailbox to what the store keeps of it. Pure.

use sha2::{Digest, Sha256};

use super::judge::{Judgement, judge};
use super::{loops, results};
use crate::model::{
    Authenticity, EpisodeKind, Item, ItemId, ItemKind, ItemState, MailFacts, Mailbox, Problem,
    Sender, Source, Timestamp, Verdict,
};
use crate::parse::mail::{self, InlineImage, Message};
use crate::parse::newsletter;
use crate::spool::{Envelope, Letter, Via};

/// What a letter is for its mailbox.
pub(super) enum Understood {
    /// Kept.
    Issue(Box<Found>),
    /// Stored as nothing, and why.
    Nothing(&'static str),
}

pub(super) struct Found {
    /// Without its bodies.
    pub item: Item,
    pub html: String,
    pub images: Vec<InlineImage>,
    pub learn: Option<Sender>,
}

/// What the operator chose and what we call ourselves.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Our name in `Received`.
    pub host: String,
    /// Whose `Authentication-Results` are believed; empty for nobody's.
    pub authserv_id: String,
}

/// What everybody else says of `from`, before or after the message was taken.
pub(super) fn verdict(message: &Message, envelope: &Envelope, trust: &Trust) -> Verdict {
    let Some(mut verdict) = envelope.verdict.clone() else {
        return results::verdict(
            &message.authentication_results,
            &trust.authserv_id,
            &message.from,
        );
    };
    // A header that two readers read as two senders vouches for neither.
    if message.from.rsplit_once('@').map(|(_, domain)| domain) != Some(verdict.domain.as_str()) {
        verdict.sender = Authenticity::Unknown;
    }
    verdict
}

/// Reads `letter` for `source`, whose mailbox may have changed since the letter came.
pub(super) fn understand(
    letter: &Letter,
    source: &Source,
    mailbox: &Mailbox,
    trust: &Trust,
) -> Understood {
    let envelope = &letter.envelope;
    let now = envelope.received;
    let message = match mail::read(letter.sent()) {
        Ok(message) => message,
        Err(error) => return unreadable(letter, source, &error.to_string()),
    };
    let own: Vec<String> = envelope.to.iter().map(|to| to.address.clone()).collect();
    let issue = newsletter::understand(&message, &own);
    // A letter that waited in the spool since before its trace was told apart.
    let older = envelope.trace == 0 && matches!(envelope.via, Via::Smtp | Via::Lmtp);
    if envelope.via != Via::Import
        && let Some(why) =
            loops::ignored(&message, &trust.host, usize::from(older), issue.notice.is_some())
    {
        return Understood::Nothing(why);
    }
    let verdict = verdict(&message, envelope, trust);
    let (mut held, learn) = match judge(mailbox, &message.from, &verdict, now) {
        Judgement::Publish(learn) => (None, learn),
        // What the operator imports is vouched for by that.
        Judgement::Hold(_) if envelope.via == Via::Import => (None, None),
        Judgement::Hold(reason) => (Some(reason), None),
    };
    if issue.notice.is_some() {
        held = Some("it asks something of you, and is no issue".into());
    }
    let empty = issue.html.trim().is_empty();
    let key = message
        .message_id
        .clone()
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| content_key(&message, letter));
    let item = Item {
        id: ItemId::new(&source.id, &key),
        source: source.id.clone(),
        key,
        kind: ItemKind::Issue,
        title: issue.title,
        link: issue.link,
        enclosure: None,
        published: Some(dated(message.date, now, envelope.via)),
        seen: now,
        duration_ms: None,
        language: message.language.clone(),
        transcripts: Vec::new(),
        persons: Vec::new(),
        chapters_url: None,
        soundbites: Vec::new(),
        chapters: Vec::new(),
        season: None,
        episode: None,
        episode_kind: EpisodeKind::default(),
        drift_ms: None,
        notes: None,
        transcript: None,
        state: if held.is_some() { ItemState::Held } else { ItemState::New },
        problem: (empty && issue.notice.is_none()).then(|| Problem {
            what: "The message has no text of its own".into(),
            hint: "Only pictures, attachments or links for its reader were in it.".into(),
            since: now,
        }),
        recognised_by: None,
        mail: Some(MailFacts {
            seq: 0,
            from: message.from,
            verdict,
            held,
            // A confirmation sent by a stranger is no first message.
            notice: issue.notice.clone(),
            unsubscribe: issue.unsubscribe,
            images: Vec::new(),
        }),
    };
    let learn = learn.filter(|_| issue.notice.is_none());
    Understood::Issue(Box::new(Found { item, html: issue.html, images: issue.images, learn }))
}

/// Not sooner than a week before it came, so that a wrong clock can't hide an issue behind older ones; an archive's
/// dates are its own.
fn dated(date: Option<Timestamp>, received: Timestamp, via: Via) -> Timestamp {
    let week = std::time::Duration::from_secs(7 * 24 * 3600);
    let date = date.unwrap_or(received).min(received);
    if via == Via::Import || date >= received.before(week) { date } else { received }
}

/// The identity of a message that has none: what it says, and when, and who says it, since another copy of it may have
/// come another way. Of one that says nothing it is every byte.
fn content_key(message: &Message, letter: &Letter) -> String {
    if message.body.trim().is_empty() {
        return bytes_key(letter);
    }
    let mut hash = Sha256::new();
    // Each door has its own way to end a line, and the last one.
    let body = message.body.trim_end().replace('\r', "");
    for part in [&message.from, &message.subject, &body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(message.date.map_or(0, Timestamp::secs).to_be_bytes());
    hex(&hash.finalize())
}

/// Whatever ends its lines, and the last of them.
fn bytes_key(letter: &Letter) -> String {
    let mut hash = Sha256::new();
    for line in letter.sent().trim_ascii_end().split(|b| *b == b'\r') {
        hash.update(line);
    }
    hex(&hash.finalize())
}

fn hex(hash: &[u8]) -> String {
    hash.iter().map(|b| format!("{b:02x}")).collect()
}

/// Nothing that was acknowledged goes without a trace.
pub(super) fn unreadable(letter: &Letter, source: &Source, why: &str) -> Understood {
    let now = letter.envelope.received;
    let key = bytes_key(letter);
    let item = Item {
        id: ItemId::new(&source.id, &key),
        source: source.id.clone(),
        key,
        kind: ItemKind::Issue,
        title: "A message that can't be read".into(),
        link: None,
        enclosure: None,
        published: Some(now),
        seen: now,
        duration_ms: None,
        language: None,
        transcripts: Vec::new(),
        persons: Vec::new(),
        chapters_url: None,
        soundbites: Vec::new(),
        chapters: Vec::new(),
        season: None,
        episode: None,
        episode_kind: EpisodeKind::default(),
        drift_ms: None,
        notes: None,
        transcript: None,
        state: ItemState::Held,
        problem: Some(Problem {
            what: why.to_owned(),
            hint: "It is kept as it came under mail/raw in the data directory.".into(),
            since: now,
        }),
        recognised_by: None,
        mail: Some(MailFacts {
            seq: 0,
            from: String::new(),
            verdict: Verdict { sender: Authenticity::Unknown, ..Verdict::default() },
            held: Some("it can't be read".into()),
            notice: None,
            unsubscribe: None,
            images: Vec::new(),
        }),
    };
    let (html, images) = (String::new(), Vec::new());
    Understood::Issue(Box::new(Found { item, html, images, learn: None }))
}
