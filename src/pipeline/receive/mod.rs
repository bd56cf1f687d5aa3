//! Letters from the spool into the store: understood, judged, committed together with their jobs. A letter that is
//! received twice changes nothing.

mod drain;
mod judge;
mod loops;
mod post;
mod results;
mod understand;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

pub use drain::drain;
pub use post::{Mail, Refusal, Taken, local_part};
pub use understand::Trust;

use self::understand::{Found, Understood, understand, unreadable};
use super::{Context, StageError};
use crate::model::{MailImage, Mailbox, Source, SourceId};
use crate::parse::mail::InlineImage;
use crate::spool::Letter;
use crate::store::{Added, Arrival, Store, StoreError};

/// What became of a letter for one mailbox, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiveReport {
    /// Whose.
    pub source: SourceId,
    /// As the operator calls it.
    pub newsletter: String,
    /// The message's subject; empty if it is stored as nothing.
    pub title: String,
    /// `new`, `known`, `held`, `for the operator`, or why it is stored as nothing.
    pub outcome: String,
}

/// The stage.
///
/// # Errors
/// Only if the store or the disk fails: what is wrong with a letter is recorded with its item.
pub async fn receive(
    ctx: &Context,
    letters: Vec<Letter>,
) -> Result<Vec<ReceiveReport>, StageError> {
    let (trust, archive) = (ctx.mail.trust.clone(), ctx.mail.archive.clone());
    let reports = ctx.door.call(move |store| {
        let (arrivals, mut reports) = gather(store, &letters, &trust)?;
        let latest = letters.iter().map(|l| l.envelope.received).max().unwrap_or_default();
        archive.keep(&letters, latest).map_err(|error| StoreError::Io {
            what: "can't keep the raw messages".into(),
            error,
        })?;
        let added = store.save_mail(arrivals)?;
        for (report, added) in reports.iter_mut().zip(added) {
            if added == Added::Existing && matches!(&*report.outcome, "new" | "held") {
                report.outcome = "known".into();
            }
        }
        Ok(reports)
    });
    Ok(reports.await?)
}

/// Reads all letters in order, so that the first one of a batch is the first for its mailbox.
fn gather(
    store: &dyn Store,
    letters: &[Letter],
    trust: &Trust,
) -> Result<(Vec<Arrival>, Vec<ReceiveReport>), StoreError> {
    let mut known: HashMap<SourceId, Option<(Source, Mailbox)>> = HashMap::new();
    let mut arrivals = Vec::new();
    let mut reports = Vec::new();
    // What the items name, by the place of their arrival.
    let mut texts: Vec<(usize, String, Vec<InlineImage>)> = Vec::new();
    for letter in letters {
        for to in &letter.envelope.to {
            let entry = match known.get_mut(&to.source) {
                Some(entry) => entry,
                None => {
                    let source = store.source(&to.source)?;
                    let both = source.and_then(|s| s.mailbox().cloned().map(|m| (s, m)));
                    known.entry(to.source.clone()).or_insert(both)
                }
            };
            // Removed since the letter came.
            let Some((source, mailbox)) = entry else { continue };
            let now = letter.envelope.received;
            let mut report = ReceiveReport {
                source: source.id.clone(),
                newsletter: source.title.clone(),
                title: String::new(),
                outcome: String::new(),
            };
            let mut arrival = Arrival { source: source.id.clone(), item: None, learn: None, now };
            match guarded(letter, source, mailbox, trust) {
                Understood::Nothing(why) => report.outcome = format!("stored as nothing: {why}"),
                Understood::Issue(found) => {
                    report.title.clone_from(&found.item.title);
                    report.outcome = outcome(&found).into();
                    if mailbox.senders.is_empty() {
                        mailbox.senders.extend(found.learn.clone());
                    }
                    arrival.learn.clone_from(&found.learn);
                    let Found { item, html, images, .. } = *found;
                    if store.item(&item.id)?.is_none() {
                        texts.push((arrivals.len(), html, images));
                    }
                    arrival.item = Some(item);
                }
            }
            arrivals.push(arrival);
            reports.push(report);
        }
    }
    keep(store, &mut arrivals, &texts)?;
    Ok((arrivals, reports))
}

/// A letter that makes the reader fail is kept as one that can't be read: it was acknowledged, and it must not hold up
/// others.
fn guarded(letter: &Letter, source: &Source, mailbox: &Mailbox, trust: &Trust) -> Understood {
    let reading = AssertUnwindSafe(|| understand(letter, source, mailbox, trust));
    catch_unwind(reading).unwrap_or_else(|_| {
        tracing::error!(source = %source.id, "a message made the reader fail; please report it as a bug");
        unreadable(letter, source, "it made the reader fail; please report it as a bug")
    })
}

fn outcome(found: &Found) -> &'static str {
    match &found.item.mail {
        Some(mail) if mail.notice.is_some() => "for the operator",
        Some(mail) if mail.held.is_some() => "held",
        _ => "new",
    }
}

/// Stores the bodies that the rows name.
fn keep(
    store: &dyn Store,
    arrivals: &mut [Arrival],
    texts: &[(usize, String, Vec<InlineImage>)],
) -> Result<(), StoreError> {
    let says = |html: &str| !html.trim().is_empty();
    let mut bodies: Vec<&[u8]> = Vec::new();
    for (_, html, images) in texts {
        bodies.extend(images.iter().map(|image| image.bytes.as_slice()));
        bodies.extend(says(html).then_some(html.as_bytes()));
    }
    let mut names = store.put_bodies(&bodies)?.into_iter();
    for (at, html, images) in texts {
        let Some(item) = arrivals.get_mut(*at).and_then(|a| a.item.as_mut()) else { continue };
        // The text names them by number, in this order: it holds no address of ours, which may change.
        for (image, body) in images.iter().zip(names.by_ref()) {
            if let Some(mail) = &mut item.mail {
                mail.images.push(MailImage { body, media_type: image.media_type.into() });
            }
        }
        if says(html) {
            item.notes = names.next();
        }
    }
    Ok(())
}
