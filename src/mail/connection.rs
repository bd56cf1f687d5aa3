//! One connection: carries bytes between a socket and a session, keeps its time, and asks behind the counter.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use super::listen::Options;
use super::session::{Need, Outcome, Protocol, Resolved, Session, Transaction};
use crate::authenticate::Way;
use crate::model::{MailPolicy, Source, Timestamp};
use crate::pipeline::{Refusal, Taken};
use crate::spool::{Envelope, Recipient, Room, Via};

/// RFC 5321 4.5.3.2 asks for five minutes.
const SILENCE: Duration = Duration::from_secs(300);
/// While most places are taken.
const SILENCE_WHEN_BUSY: Duration = Duration::from_secs(20);
/// One conversation in all, however it trickles.
const WHOLE: Duration = Duration::from_secs(1800);
/// One message, from DATA to its end.
const MESSAGE: Duration = Duration::from_secs(600);
const BUFFER: usize = 16 * 1024;
/// Mailboxes remembered between RCPT and the end of the message.
const MOST_FOUND: usize = 128;

/// Who is on the other side.
pub(super) struct Peer {
    pub ip: Option<IpAddr>,
    pub protocol: Protocol,
    pub busy: bool,
}

/// Talks until either side ends it.
pub(super) async fn converse<S>(
    stream: S,
    peer: Peer,
    options: &Options,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut session = Session::new(peer.protocol, options.limits());
    let mut stream: Box<dyn Wire> = Box::new(stream);
    let mut buffer = vec![0; BUFFER];
    let mut room: Option<(Room, usize, Instant)> = None;
    // Whom this message is for, so far.
    let mut found: Vec<(String, Source)> = Vec::new();
    let end = Instant::now() + WHOLE;
    let silence = if peer.busy { SILENCE_WHEN_BUSY } else { SILENCE };
    loop {
        match session.step() {
            Need::Input => {
                watch_room(&mut session, &mut room, options);
                send(&mut stream, &mut session).await?;
                let until = room.as_ref().map_or(end, |(_, _, began)| end.min(*began + MESSAGE));
                let until = until.min(Instant::now() + silence);
                let read = tokio::select! {
                    read = timeout_at(until, stream.read(&mut buffer)) => read,
                    _ = stop.changed() => {
                        session.farewell("is stopping, come again later");
                        continue;
                    }
                };
                match read {
                    Err(_) => session.farewell("waited too long"),
                    Ok(Ok(0)) => return Ok(()),
                    Ok(Ok(count)) => session.push(&buffer[..count]),
                    Ok(Err(error)) => return Err(error),
                }
            }
            Need::Resolve(address) => {
                let resolved = match options.ctx.mailbox(&address).await {
                    Ok(source) => {
                        // More than one message may have are those of messages that were taken back.
                        if found.len() >= MOST_FOUND {
                            found.clear();
                        }
                        found.push((address, source));
                        Resolved::Known
                    }
                    Err(Refusal::Unknown(_)) => Resolved::Unknown,
                    Err(error) => {
                        tracing::error!(%error, "a mailbox can't be looked up");
                        Resolved::Later
                    }
                };
                session.resolved(resolved);
            }
            Need::Deliver(transaction) => {
                let known = std::mem::take(&mut found);
                let outcomes = deliver(transaction, known, &session, &peer, options).await;
                room = None;
                session.delivered(&outcomes);
            }
            Need::Tls => {
                send(&mut stream, &mut session).await?;
                let Some(certificate) = &options.certificate else { return Ok(()) };
                let handshake = certificate.acceptor().accept(stream);
                stream = Box::new(timeout(silence, handshake).await??);
                session.tls_started();
            }
            Need::Close => {
                send(&mut stream, &mut session).await?;
                return stream.shutdown().await;
            }
        }
    }
}

/// A socket, with or without TLS.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for S {}

async fn send(stream: &mut Box<dyn Wire>, session: &mut Session) -> io::Result<()> {
    let out = session.output();
    if out.is_empty() {
        return Ok(());
    }
    // A client that does not read is as silent as one that does not write.
    timeout(SILENCE, async {
        stream.write_all(&out).await?;
        stream.flush().await
    })
    .await?
}

/// Messages on their way in share what memory there is for them.
fn watch_room(session: &mut Session, room: &mut Option<(Room, usize, Instant)>, options: &Options) {
    let Some(held) = session.held() else {
        *room = None;
        return;
    };
    if room.is_none() {
        *room = options.ctx.mail.spool.room(BUFFER).map(|r| (r, BUFFER, Instant::now()));
    }
    let grown = room.as_mut().is_some_and(|(room, size, _)| {
        // The vector behind it may be twice as large.
        let wanted = held.saturating_mul(2).saturating_add(BUFFER);
        let more = wanted.saturating_sub(*size);
        *size += more;
        more == 0 || room.grow(more)
    });
    if !grown {
        session.shed();
    }
}

/// Hands a message to every mailbox it is for: together where that can be, each by itself where it is judged first.
async fn deliver(
    transaction: Transaction,
    known: Vec<(String, Source)>,
    session: &Session,
    peer: &Peer,
    options: &Options,
) -> Vec<Outcome> {
    let now = (options.clock)();
    let Transaction { from, to, bytes } = transaction;
    let mut outcomes = vec![Outcome::Later; to.len()];
    let mut together = Vec::new();
    let mut apart = Vec::new();
    for (at, address) in to.into_iter().enumerate() {
        // What happens to a mailbox from now on is heeded where the message is received.
        let found = known.iter().find(|(known, _)| *known == address);
        let source = match found {
            Some((_, source)) => Ok(source.clone()),
            None => options.ctx.mailbox(&address).await,
        };
        match source {
            Ok(source) => {
                let policy = source.mailbox().map(|m| m.policy).unwrap_or_default();
                let recipient = Recipient { source: source.id, address };
                let group = if policy == MailPolicy::Reject { &mut apart } else { &mut together };
                group.push((at, recipient));
            }
            // Removed since RCPT.
            Err(refusal) => outcomes[at] = outcome(&refusal),
        }
    }
    let bytes = Arc::new(bytes);
    let verdict = match peer.ip {
        // Our own mail server has looked already.
        Some(ip) if peer.protocol == Protocol::Smtp => {
            let way = Way { ip, helo: session.client().to_owned(), from: from.clone() };
            Some(options.ctx.mail.authenticator.verdict(way, Arc::clone(&bytes)).await)
        }
        _ => None,
    };
    let head = trace(&from, session, peer, options, now);
    let traced = [head.as_bytes(), &bytes].concat();
    let envelope = |to: Vec<Recipient>| Envelope {
        to,
        from: from.clone(),
        via: if peer.protocol == Protocol::Lmtp { Via::Lmtp } else { Via::Smtp },
        peer: peer.ip,
        helo: session.client().to_owned(),
        received: now,
        verdict: verdict.clone(),
        trace: head.len(),
    };
    let mut groups: Vec<_> = apart.into_iter().map(|one| (MailPolicy::Reject, vec![one])).collect();
    if !together.is_empty() {
        groups.push((MailPolicy::Flag, together));
    }
    let last = groups.len().saturating_sub(1);
    let mut traced = Some(traced);
    for (number, (policy, group)) in groups.into_iter().enumerate() {
        // The last one takes the bytes.
        let bytes = if number == last { traced.take() } else { traced.clone() };
        let (places, mut recipients): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        recipients.dedup_by(|a, b| a.source == b.source);
        let taken = options.ctx.take(envelope(recipients), policy, bytes.unwrap_or_default()).await;
        let outcome = match taken {
            Ok(Taken) => Outcome::Kept,
            Err(refusal) => outcome(&refusal),
        };
        for at in places {
            outcomes[at] = outcome.clone();
        }
    }
    outcomes
}

fn outcome(refusal: &Refusal) -> Outcome {
    if refusal.is_temporary() {
        tracing::error!(error = %refusal, "a message was put off");
        return if refusal.is_full() { Outcome::Full } else { Outcome::Later };
    }
    Outcome::Refused(refusal.to_string())
}

/// What is written in front of a message about its way (RFC 5321 4.4). Whom it is for is left out: that address is a
/// secret.
fn trace(from: &str, session: &Session, peer: &Peer, options: &Options, now: Timestamp) -> String {
    let from: String = from.chars().filter(|c| !c.is_control()).collect();
    let ip = peer.ip.map(|ip| format!(" ([{ip}])")).unwrap_or_default();
    format!(
        "Return-Path: <{from}>\r\nReceived: from {}{ip}\r\n\tby {} (podbrief) with {};\r\n\t{}\r\n",
        session.client(),
        options.host,
        session.with(),
        // RFC 5322 3.3 wants a zone of digits.
        now.rfc822().replace("GMT", "+0000"),
    )
}

#[cfg(test)]
mod tests;
