//! A backup's rows, put back with their indexes.

use serde::{Deserialize, Serialize};

use super::backup::refuse;
use super::editions::put_edition;
use super::items::index_keys;
use super::keys;
use super::mail::issue_key;
use super::models::put_relation;
use super::record::{self, Record};
use super::subscribers::put_access;
use super::upkeep::aside_key;
use super::writes::Writes;
use crate::model::{
    Access, Account, Call, Delivered, Edition, Entry, Folder, Insight, Invite, Item, Job, Listener,
    Relation, Source, Subscriber, Tombstone, Vote,
};
use crate::store::{Embedding, Result};

/// The signing key as a line of a backup.
#[derive(Serialize, Deserialize)]
pub(super) struct ServerKey {
    pub hex: String,
}

impl Record for ServerKey {
    const KIND: &'static str = "server_key";
}

impl ServerKey {
    fn bytes(&self) -> Option<Vec<u8>> {
        let pairs = self.hex.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> = pairs
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        bytes.filter(|bytes| bytes.len() == 32)
    }
}

/// Puts a row and its indexes into `batch`; gives its `seq`, 0 if it has none.
pub(super) fn put_row(batch: &mut Writes, of: &str, bytes: &[u8]) -> Result<u64> {
    match of {
        Source::KIND => {
            let row: Source = record::decode(bytes, of)?;
            batch.insert(keys::source(&row.id), record::encode(&row)?);
        }
        Item::KIND => {
            let row: Item = record::decode(bytes, of)?;
            let dated = row.published.unwrap_or(row.seen);
            batch.insert(keys::item_of(&row.source, dated, &row.id), Vec::new());
            batch.insert(keys::item(&row.id), record::encode(&row)?);
            if let Some(key) = aside_key(&row) {
                batch.insert(key, Vec::new());
            }
            if let Some(key) = issue_key(&row) {
                batch.insert(key, row.id.as_str().as_bytes());
            }
            return Ok(row.mail.map_or(0, |mail| mail.seq));
        }
        Insight::KIND => {
            let row: Insight = record::decode(bytes, of)?;
            for key in index_keys(&row) {
                batch.insert(key, row.id.as_str().as_bytes());
            }
            batch.insert(keys::insight(&row.id), record::encode(&row)?);
            return Ok(row.seq);
        }
        Entry::KIND => {
            let row: Entry = record::decode(bytes, of)?;
            batch.insert(keys::entry(&row.insight), record::encode(&row)?);
        }
        Embedding::KIND => {
            let row: Embedding = record::decode(bytes, of)?;
            batch.insert(keys::embedding(&row.insight), record::encode(&row)?);
        }
        Job::KIND => {
            let row: Job = record::decode(bytes, of)?;
            let key = row.kind.key();
            batch.insert(keys::due(row.due, &key), Vec::new());
            batch.insert(keys::job(&key), record::encode(&row)?);
        }
        Folder::KIND => {
            let row: Folder = record::decode(bytes, of)?;
            batch.insert(keys::folder(&row.name), record::encode(&row)?);
        }
        Tombstone::KIND => {
            let row: Tombstone = record::decode(bytes, of)?;
            batch.insert(keys::tombstone(&row.of), record::encode(&row)?);
        }
        Listener::KIND => {
            let row: Listener = record::decode(bytes, of)?;
            batch.insert(keys::listener(&row.id), record::encode(&row)?);
        }
        Call::KIND => {
            let row: Call = record::decode(bytes, of)?;
            batch.insert(keys::call(&row.source, &row.id), record::encode(&row)?);
        }
        Account::KIND => {
            let row: Account = record::decode(bytes, of)?;
            batch.insert(keys::account(&row.day, &row.source), record::encode(&row)?);
        }
        Relation::KIND => put_relation(batch, &record::decode(bytes, of)?)?,
        Subscriber::KIND => {
            let row: Subscriber = record::decode(bytes, of)?;
            batch.insert(keys::subscriber(&row.id), record::encode(&row)?);
        }
        Access::KIND => put_access(batch, &record::decode(bytes, of)?)?,
        Invite::KIND => {
            let row: Invite = record::decode(bytes, of)?;
            batch.insert(keys::invite(&row.hash), record::encode(&row)?);
        }
        Edition::KIND => put_edition(batch, &record::decode(bytes, of)?)?,
        Delivered::KIND => {
            let row: Delivered = record::decode(bytes, of)?;
            batch.insert(keys::delivery(&row.subscriber, &row.insight), record::encode(&row)?);
        }
        Vote::KIND => {
            let row: Vote = record::decode(bytes, of)?;
            batch.insert(keys::vote(&row.subscriber, &row.insight), record::encode(&row)?);
        }
        ServerKey::KIND => {
            let row: ServerKey = record::decode(bytes, of)?;
            let key = row.bytes().ok_or_else(|| refuse("the backup's signing key is damaged"))?;
            batch.insert(keys::KEY, key);
        }
        other => {
            return Err(refuse(format!(
                "the backup holds unknown {other} rows; a newer podbrief made it"
            )));
        }
    }
    Ok(0)
}
