//! The layout of keys. Numbers are big-endian, so byte order is numeric order.
//!
//! | key | value |
//! |---|---|
//! | `s/{source}` | source |
//! | `i/{item}` | item |
//! | `n/{insight}` | insight |
//! | `e/{insight}` | entry |
//! | `v/{insight}` | vector |
//! | `j/{job key}` | job |
//! | `d/{due}{job key}` | empty: jobs by due time |
//! | `xi/{source}{newest first}{item}` | empty: items of a source |
//! | `xn/{item}{seq}` | insight id: insights of an item |
//! | `xl/{seq}` | insight id: public insights |
//! | `xt/{slug}/{seq}` | insight id: public insights of a topic |
//! | `xs/{source}{seq}` | insight id: insights of a source |
//! | `xf/{source}{seq}` | item id: issues of a mailbox by arrival, those that may be shown |
//! | `xq/{item}` | empty: items that were set aside |
//! | `g/{kind}/{id}` | tombstone: what was public and is gone |
//! | `f/{account and folder}` | folder: how far an IMAP account was read |
//! | `w/{listener}` | listener: who is told by our hub |
//! | `a/{source}{call}` | call: what a language model was asked and answered |
//! | `z/{day}{source}` | account: what that cost |
//! | `r/{insight}{insight}` | relation: how the first stands to the second |
//! | `xr/{insight}{insight}` | key of the relation of the second to the first |
//! | `u/{subscriber}` | subscriber |
//! | `k/{hash}`, `xk/{subscriber}{hash}` | access: a reader's way in; hash: those of a reader |
//! | `c/{hash}` | invite |
//! | `ed/{subscriber}{number}` | edition |
//! | `xd/{subscriber}{day}` | number: days that have an edition |
//! | `l/{subscriber}{insight}` | delivered: the ledger |
//! | `b/{subscriber}{insight}` | vote |
//! | `m/instance`, `m/seq` | what was minted at first start; the last `seq` given out |
//! | `m/epoch` | another after each removal or change of what was published |
//! | `m/key` | 32 bytes: the server's signing key |

use jiff::civil::Date;

use crate::model::{
    CallId, Gone, InsightId, ItemId, ListenerId, SecretHash, SourceId, SubscriberId, Timestamp,
};
use crate::store::{Result, Scope};

pub(super) const INSTANCE: &[u8] = b"m/instance";
pub(super) const SEQ: &[u8] = b"m/seq";
pub(super) const EPOCH: &[u8] = b"m/epoch";
pub(super) const KEY: &[u8] = b"m/key";
pub(super) const OF_SOURCE: &[u8] = b"xs/";
pub(super) const SOURCE: &[u8] = b"s/";
pub(super) const ITEM: &[u8] = b"i/";
pub(super) const INSIGHT: &[u8] = b"n/";
pub(super) const ENTRY: &[u8] = b"e/";
pub(super) const EMBEDDING: &[u8] = b"v/";
pub(super) const JOB: &[u8] = b"j/";
pub(super) const DUE: &[u8] = b"d/";
pub(super) const FOLDER: &[u8] = b"f/";
pub(super) const TOMBSTONE: &[u8] = b"g/";
pub(super) const LISTENER: &[u8] = b"w/";
pub(super) const CALL: &[u8] = b"a/";
pub(super) const ACCOUNT: &[u8] = b"z/";
pub(super) const RELATION: &[u8] = b"r/";
pub(super) const SUBSCRIBER: &[u8] = b"u/";
pub(super) const ACCESS: &[u8] = b"k/";
pub(super) const INVITE: &[u8] = b"c/";
pub(super) const EDITION: &[u8] = b"ed/";
pub(super) const LEDGER: &[u8] = b"l/";
pub(super) const VOTE: &[u8] = b"b/";
pub(super) const LATEST: &[u8] = b"xl/";
pub(super) const TOPIC: &[u8] = b"xt/";
pub(super) const ASIDE: &[u8] = b"xq/";

fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Signed seconds in an order-keeping form.
fn ordered(time: Timestamp) -> [u8; 8] {
    (time.secs().cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

pub(super) fn source(id: &SourceId) -> Vec<u8> {
    join(&[SOURCE, id.as_str().as_bytes()])
}

pub(super) fn item(id: &ItemId) -> Vec<u8> {
    join(&[ITEM, id.as_str().as_bytes()])
}

pub(super) fn insight(id: &InsightId) -> Vec<u8> {
    join(&[INSIGHT, id.as_str().as_bytes()])
}

pub(super) fn entry(id: &InsightId) -> Vec<u8> {
    join(&[ENTRY, id.as_str().as_bytes()])
}

pub(super) fn embedding(id: &InsightId) -> Vec<u8> {
    join(&[EMBEDDING, id.as_str().as_bytes()])
}

pub(super) fn job(key: &str) -> Vec<u8> {
    join(&[JOB, key.as_bytes()])
}

pub(super) fn due(at: Timestamp, job: &str) -> Vec<u8> {
    join(&[DUE, &ordered(at), job.as_bytes()])
}

/// Splits a key made by [`due`].
pub(super) fn parse_due(key: &[u8]) -> Option<(Timestamp, &str)> {
    let rest = key.strip_prefix(DUE)?;
    let (time, job) = rest.split_at_checked(8)?;
    let secs = (u64::from_be_bytes(time.try_into().ok()?) ^ (1 << 63)).cast_signed();
    Some((Timestamp::from_secs(secs), std::str::from_utf8(job).ok()?))
}

pub(super) fn items_of(source: &SourceId) -> Vec<u8> {
    join(&[b"xi/", source.as_str().as_bytes()])
}

/// Newest first: the time is inverted.
pub(super) fn item_of(source: &SourceId, published: Timestamp, item: &ItemId) -> Vec<u8> {
    let inverted = ordered(published).map(|b| !b);
    join(&[&items_of(source), &inverted, item.as_str().as_bytes()])
}

/// Where an item is listed that was set aside.
pub(super) fn aside(id: &ItemId) -> Vec<u8> {
    join(&[ASIDE, id.as_str().as_bytes()])
}

pub(super) fn folder(name: &str) -> Vec<u8> {
    join(&[FOLDER, name.as_bytes()])
}

pub(super) fn issues_of(source: &SourceId) -> Vec<u8> {
    join(&[b"xf/", source.as_str().as_bytes()])
}

pub(super) fn insights_of_item(item: &ItemId) -> Vec<u8> {
    join(&[b"xn/", item.as_str().as_bytes()])
}

pub(super) fn scope(scope: &Scope) -> Vec<u8> {
    match scope {
        Scope::Latest => LATEST.to_vec(),
        Scope::Topic(slug) => join(&[TOPIC, slug.as_bytes(), b"/"]),
        Scope::Source(id) => join(&[OF_SOURCE, id.as_str().as_bytes()]),
    }
}

pub(super) fn tombstone(of: &Gone) -> Vec<u8> {
    let (kind, id) = match of {
        Gone::Source(id) => (b"source/".as_slice(), id.as_str()),
        Gone::Item(id) => (b"item/".as_slice(), id.as_str()),
        Gone::Insight(id) => (b"insight/".as_slice(), id.as_str()),
    };
    join(&[TOMBSTONE, kind, id.as_bytes()])
}

pub(super) fn calls_of(source: &SourceId) -> Vec<u8> {
    join(&[CALL, source.as_str().as_bytes()])
}

pub(super) fn call(source: &SourceId, id: &CallId) -> Vec<u8> {
    join(&[&calls_of(source), id.as_str().as_bytes()])
}

pub(super) fn accounts_of(day: &str) -> Vec<u8> {
    join(&[ACCOUNT, day.as_bytes()])
}

pub(super) fn account(day: &str, source: &SourceId) -> Vec<u8> {
    join(&[&accounts_of(day), source.as_str().as_bytes()])
}

pub(super) fn relations_of(id: &InsightId) -> Vec<u8> {
    join(&[RELATION, id.as_str().as_bytes()])
}

pub(super) fn relations_to(id: &InsightId) -> Vec<u8> {
    join(&[b"xr/", id.as_str().as_bytes()])
}

/// The relation's own key, and that of its index.
pub(super) fn relation(of: &InsightId, to: &InsightId) -> [Vec<u8>; 2] {
    [
        join(&[&relations_of(of), to.as_str().as_bytes()]),
        join(&[&relations_to(to), of.as_str().as_bytes()]),
    ]
}

pub(super) fn listener(id: &ListenerId) -> Vec<u8> {
    join(&[LISTENER, id.as_str().as_bytes()])
}

pub(super) fn subscriber(id: &SubscriberId) -> Vec<u8> {
    join(&[SUBSCRIBER, id.as_str().as_bytes()])
}

pub(super) fn access(hash: &SecretHash) -> Vec<u8> {
    join(&[ACCESS, hash.as_str().as_bytes()])
}

pub(super) fn accesses_of(id: &SubscriberId) -> Vec<u8> {
    join(&[b"xk/", id.as_str().as_bytes()])
}

pub(super) fn invite(hash: &SecretHash) -> Vec<u8> {
    join(&[INVITE, hash.as_str().as_bytes()])
}

pub(super) fn editions_of(id: &SubscriberId) -> Vec<u8> {
    join(&[EDITION, id.as_str().as_bytes()])
}

fn edition_days(id: &SubscriberId) -> Vec<u8> {
    join(&[b"xd/", id.as_str().as_bytes()])
}

pub(super) fn edition_day(id: &SubscriberId, day: Date) -> Vec<u8> {
    join(&[&edition_days(id), day.to_string().as_bytes()])
}

pub(super) fn ledger(id: &SubscriberId) -> Vec<u8> {
    join(&[LEDGER, id.as_str().as_bytes()])
}

pub(super) fn delivery(id: &SubscriberId, insight: &InsightId) -> Vec<u8> {
    join(&[&ledger(id), insight.as_str().as_bytes()])
}

pub(super) fn votes(id: &SubscriberId) -> Vec<u8> {
    join(&[VOTE, id.as_str().as_bytes()])
}

pub(super) fn vote(id: &SubscriberId, insight: &InsightId) -> Vec<u8> {
    join(&[&votes(id), insight.as_str().as_bytes()])
}

/// Prefixes of all rows that go with a reader, but their own and their ways in.
pub(super) fn of_subscriber(id: &SubscriberId) -> [Vec<u8>; 4] {
    [editions_of(id), edition_days(id), ledger(id), votes(id)]
}

pub(super) fn with_seq(prefix: &[u8], seq: u64) -> Vec<u8> {
    join(&[prefix, &seq.to_be_bytes()])
}

/// The `seq` at the end of a key.
pub(super) fn parse_seq(key: &[u8]) -> Option<u64> {
    let at = key.len().checked_sub(8)?;
    Some(u64::from_be_bytes(key.get(at..)?.try_into().ok()?))
}

/// The last `seq` given out, 0 if none.
pub(super) fn last_seq(db: &::sled::Db) -> Result<u64> {
    Ok(db.get(SEQ)?.and_then(|v| parse_seq(&v)).unwrap_or(0))
}

/// The number at [`EPOCH`], if there is one.
pub(super) fn epoch(db: &::sled::Db) -> Result<Option<u64>> {
    Ok(db.get(EPOCH)?.and_then(|value| parse_seq(&value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_keys_sort_by_time_and_read_back() {
        let early = due(Timestamp::from_secs(-5), "poll/a");
        let late = due(Timestamp::from_secs(7), "poll/a");
        assert!(early < late);
        assert_eq!(parse_due(&late), Some((Timestamp::from_secs(7), "poll/a")));
    }
}
