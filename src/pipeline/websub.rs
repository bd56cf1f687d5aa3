//! The subscriber's side of W3C WebSub: finds hubs, asks them for news, answers their questions, takes in what they tell.
//! Polling goes on beside it, seldom, where a hub has shown that it can be relied on.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::{Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;
use url::Url;
use url::form_urlencoded::Serializer;

use super::items::{recent, sort_items};
use super::read::read;
use super::{Context, StageError};
use crate::fetch::Fetched;
use crate::model::{Lease, ParsedFeed, Source, SourceId, SourceStatus, Timestamp};
use crate::parse::link_header;
use crate::store::PollOutcome;

/// What is asked for; hubs grant what they like.
const WANTED: Duration = Duration::from_secs(10 * 24 * 3600);
/// Longer leases are renewed all the same, so that a hub that forgot is asked again.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// Shorter ones would have us ask all the time.
const SHORTEST: Duration = Duration::from_secs(300);
/// A hub confirms within this time, or what comes is not an answer to what was asked.
const PENDING: Duration = Duration::from_secs(24 * 3600);
/// Bytes of a topic's or hub's address.
const MAX_URL: usize = 2000;

/// Hub and topic of a feed: from the answer's `Link` fields, else from the feed itself (WebSub 4).
pub(super) fn discover(fetched: &Fetched, feed: &ParsedFeed) -> Option<(String, String)> {
    let in_head = |rel| {
        let target = link_header::target(&fetched.links, rel)?;
        fetched.url.join(target).ok().map(String::from)
    };
    let hub = in_head("hub").or_else(|| feed.hub.clone())?;
    let topic = in_head("self").or_else(|| feed.own_url.clone());
    let topic = topic.unwrap_or_else(|| fetched.url.to_string());
    let good = |url: &str| {
        url.len() <= MAX_URL
            && Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
    };
    (good(&hub) && good(&topic)).then_some((hub, topic))
}

/// After a poll that went well: subscribes, renews, or gives up what the feed no longer names. `news` says that the poll
/// found items.
pub(super) async fn keep(
    ctx: &Context,
    id: &SourceId,
    news: bool,
    now: Timestamp,
) -> Result<(), StageError> {
    let Some(base) = ctx.callback.as_deref() else { return Ok(()) };
    let wanted = id.clone();
    let Some(source) = ctx.door.call(move |s| s.source(&wanted)).await? else { return Ok(()) };
    let (hub, topic) = match (&source.poll.hub, &source.lease) {
        (Some(named), _) => named.clone(),
        (None, Some(_)) => return save(ctx, id, None).await,
        (None, None) => return Ok(()),
    };
    let old = source.lease.filter(|lease| lease.hub == hub && lease.topic == topic);
    let mut lease = match old {
        Some(lease) => lease,
        None => Lease {
            hub,
            topic,
            token: random()?,
            secret: random()?,
            asked: Timestamp::from_secs(0),
            failures: 0,
            until: None,
            told: None,
            missed: false,
            problem: None,
        },
    };
    let missed = news && lease.is_trusted(now);
    lease.missed |= missed;
    // Renewed two safety polls before it ends.
    let ahead = ctx.settings.intervals.max.saturating_mul(2).min(WANTED / 2);
    if !lease.is_due(now, ahead) {
        return if missed { save(ctx, id, Some(lease)).await } else { Ok(()) };
    }
    lease.asked = now;
    lease.failures = lease.failures.saturating_add(1);
    // Kept first: some hubs confirm before they answer.
    save(ctx, id, Some(lease.clone())).await?;
    let callback = format!("{base}/websub/{id}/{}", lease.token);
    let form = Serializer::new(String::new())
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.topic", &lease.topic)
        .append_pair("hub.callback", &callback)
        .append_pair("hub.secret", &lease.secret)
        .append_pair("hub.lease_seconds", &WANTED.as_secs().to_string())
        .finish();
    let problem = match ctx.fetcher.post(&lease.hub, &form, now).await {
        Ok((200..=299, _)) => return Ok(()),
        Ok((status, said)) => {
            let said: String = said.chars().filter(|c| !c.is_control()).take(200).collect();
            format!("the hub answered {status} {said}").trim_end().to_owned()
        }
        Err(error) => error.to_string(),
    };
    tracing::info!(source = %id, hub = %lease.hub, %problem, "the hub took no subscription");
    change(ctx, id, &lease.token, move |lease| lease.problem = Some(problem)).await
}

/// What a hub asks at our callback (WebSub 5.3).
#[derive(Debug, Clone, Deserialize)]
pub struct Intent {
    #[serde(rename = "hub.mode")]
    mode: String,
    #[serde(rename = "hub.topic")]
    topic: String,
    #[serde(rename = "hub.challenge", default)]
    challenge: String,
    #[serde(rename = "hub.lease_seconds", default)]
    lease_seconds: Option<u64>,
    #[serde(rename = "hub.reason", default)]
    reason: String,
}

/// Whether we asked for this; gives what to answer with.
///
/// # Errors
/// If the store fails.
pub async fn confirm(
    ctx: &Context,
    id: &SourceId,
    token: &str,
    intent: Intent,
    now: Timestamp,
) -> Result<Option<String>, StageError> {
    let Some((_, lease)) = subscribed(ctx, id, token).await? else { return Ok(None) };
    if intent.topic != lease.topic || now.since(lease.asked) > PENDING {
        return Ok(None);
    }
    match intent.mode.as_str() {
        "subscribe" if !intent.challenge.is_empty() => {
            let span = intent.lease_seconds.map_or(WANTED, Duration::from_secs);
            let until = now.after(span.clamp(SHORTEST, LONGEST));
            change(ctx, id, token, move |lease| {
                lease.until = Some(until);
                lease.failures = 0;
                lease.problem = None;
            })
            .await?;
            tracing::info!(source = %id, hub = %lease.hub, %until, "the hub will tell of news");
            Ok(Some(intent.challenge))
        }
        "denied" => {
            let reason: String = intent.reason.chars().take(200).collect();
            change(ctx, id, token, move |lease| {
                lease.until = None;
                lease.problem = Some(format!("the hub denied it: {reason}"));
            })
            .await?;
            Ok(Some(String::new()))
        }
        // We never ask for the end: a lease runs out.
        _ => Ok(None),
    }
}

/// What became of a hub's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nobody subscribed here (any more).
    Unknown,
    /// Not signed by the hub: nothing was done, and it is not told so (WebSub 7.1.2).
    Ignored,
    /// Taken in: so many new items.
    News(usize),
    /// It held no feed; the source is polled now.
    Poll,
}

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Message {
    /// `X-Hub-Signature`.
    pub signature: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Takes in a message of a hub.
///
/// # Errors
/// If the store fails.
pub async fn told(
    ctx: &Context,
    id: &SourceId,
    token: &str,
    message: Message,
    now: Timestamp,
) -> Result<Told, StageError> {
    let Some((source, lease)) = subscribed(ctx, id, token).await? else { return Ok(Told::Unknown) };
    if source.status != SourceStatus::Active || !lease.is_granted(now) {
        return Ok(Told::Unknown);
    }
    let signed = message.signature.as_deref();
    if !signed.is_some_and(|by| is_signed(by, lease.secret.as_bytes(), &message.body)) {
        tracing::warn!(source = %id, hub = %lease.hub, "a message without a good signature was ignored");
        return Ok(Told::Ignored);
    }
    change(ctx, id, token, move |lease| {
        lease.told = Some(now);
        lease.missed = false;
    })
    .await?;
    let url = source.feed_url().and_then(|url| Url::parse(url).ok());
    let Some(url) = url else { return Ok(Told::Unknown) };
    let fetched = Fetched {
        url,
        moved: None,
        validators: Default::default(),
        content_type: message.content_type,
        links: Vec::new(),
        wish: None,
        body: message.body,
    };
    let feed = match read(fetched).await {
        Ok((_, feed)) if !feed.items.is_empty() => feed,
        _ => {
            let ids = [id.clone()];
            ctx.door.call(move |s| s.poll_now(Some(&ids), now)).await?;
            return Ok(Told::Poll);
        }
    };
    // It may be the news alone: what the feed says of itself is left to polls.
    let mut state = source.poll.clone();
    let mut times = recent(&feed);
    times.extend(&state.recent);
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.dedup();
    times.truncate(super::habit::MOST);
    state.recent = times;
    let mut outcome = PollOutcome {
        source: id.clone(),
        state,
        status: SourceStatus::Active,
        url: None,
        profile: None,
        new: Vec::new(),
        changed: Vec::new(),
    };
    sort_items(ctx, &source, feed, source.title.clone(), &mut outcome, now).await?;
    outcome.profile = None;
    let new = ctx.door.call(move |s| s.save_poll(outcome)).await?;
    tracing::info!(source = %source.title, new, "the hub told of news");
    Ok(Told::News(new))
}

/// `method=hexadecimal` with SHA-256, 384 or 512; SHA-1 is too weak to count.
fn is_signed(by: &str, secret: &[u8], body: &[u8]) -> bool {
    let Some((method, hex)) = by.trim().split_once('=') else { return false };
    let digits: Option<Vec<u8>> = hex
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let Some(given) = digits.filter(|_| hex.len() % 2 == 0) else { return false };
    // `verify_slice` takes the same time wherever the first difference is.
    match method.trim().to_ascii_lowercase().as_str() {
        "sha256" => Hmac::<Sha256>::new_from_slice(secret)
            .is_ok_and(|mac| mac.chain_update(body).verify_slice(&given).is_ok()),
        "sha384" => Hmac::<Sha384>::new_from_slice(secret)
            .is_ok_and(|mac| mac.chain_update(body).verify_slice(&given).is_ok()),
        "sha512" => Hmac::<Sha512>::new_from_slice(secret)
            .is_ok_and(|mac| mac.chain_update(body).verify_slice(&given).is_ok()),
        _ => false,
    }
}

/// The source whose callback this is.
async fn subscribed(
    ctx: &Context,
    id: &SourceId,
    token: &str,
) -> Result<Option<(Source, Lease)>, StageError> {
    let wanted = id.clone();
    let source = ctx.door.call(move |s| s.source(&wanted)).await?;
    let Some(source) = source else { return Ok(None) };
    let Some(lease) = source.lease.clone() else { return Ok(None) };
    let same: bool = lease.token.as_bytes().ct_eq(token.as_bytes()).into();
    Ok(same.then_some((source, lease)))
}

async fn save(ctx: &Context, id: &SourceId, lease: Option<Lease>) -> Result<(), StageError> {
    let id = id.clone();
    ctx.door.call(move |s| s.save_lease(&id, lease)).await?;
    Ok(())
}

/// Changes the lease as it is now, if it is still this one.
async fn change(
    ctx: &Context,
    id: &SourceId,
    token: &str,
    change: impl FnOnce(&mut Lease) + Send + 'static,
) -> Result<(), StageError> {
    let Some((_, mut lease)) = subscribed(ctx, id, token).await? else { return Ok(()) };
    change(&mut lease);
    save(ctx, id, Some(lease)).await
}

/// 160 bits as hexadecimal digits.
fn random() -> Result<String, StageError> {
    let mut bytes = [0_u8; 20];
    getrandom::fill(&mut bytes).map_err(|_| StageError::Retry {
        what: "the system gives no random bytes".into(),
        hint: "It is tried again by itself.".into(),
        after: None,
    })?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_good_signatures_of_sha256_and_up_count() {
        // RFC 4231, test case 2.
        let (key, data) = (b"Jefe", b"what do ya want for nothing?");
        let good = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(is_signed(&format!("sha256={good}"), key, data));
        assert!(is_signed(&format!(" SHA256={}", good.to_uppercase()), key, data));
        let bad = [
            format!("sha256={}", good.replace('5', "6")),
            format!("sha256={}", &good[..62]),
            format!("sha512={good}"),
            "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79".to_owned(),
            format!("sha256={good}0"),
            "sha256=é".to_owned(),
            "sha256=".to_owned(),
            good.to_owned(),
        ];
        for by in bad {
            assert!(!is_signed(&by, key, data), "{by}");
        }
    }
}
