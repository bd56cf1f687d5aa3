//! Backup and restore: zstd-compressed lines of JSON.
//!
//! The first line is `{"podbrief_backup":1,…}`, then one line a row or body, last `{"end":{…}}` with the
//! number of lines and the SHA-256 of all bytes before it, so that a cut or changed file is refused whole.

use std::io::{self, BufRead, BufReader, BufWriter, Write};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::feeds::rows;
use super::record::{self, Record};
use super::restore::{ServerKey, put_row};
use super::writes::Writes;
use super::{SledStore, keys};
use crate::model::{
    Access, Account, BlobId, Call, Delivered, Edition, Entry, Folder, Insight, Invite, Item,
    ItemState, Job, Listener, Relation, Source, Subscriber, Timestamp, Tombstone, Vote,
};
use crate::store::{BackupSummary, BodyStore, Embedding, Instance, Result, StoreError};

const VERSION: u32 = 1;
const LEVEL: i32 = 6;
/// Rows restored in one batch: keeps memory bounded.
const BATCH: usize = 500;
/// No line of ours comes near this; a longer one is no backup of ours.
const MAX_LINE: u64 = 512 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Header {
    podbrief_backup: u32,
    created: Timestamp,
    instance: Instance,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    Row {
        of: String,
        v: u8,
        #[serde(borrow)]
        row: &'a RawValue,
    },
    Body {
        id: BlobId,
        text: String,
    },
    /// A body that is no text.
    Image {
        id: BlobId,
        base64: String,
    },
    End {
        lines: usize,
        sha256: String,
    },
}

fn io(what: &str) -> impl Fn(io::Error) -> StoreError {
    let what = what.to_owned();
    move |error| StoreError::Io { what: what.clone(), error }
}

pub(super) fn refuse(why: impl Into<String>) -> StoreError {
    StoreError::Backup(why.into())
}

fn hex(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

struct Writer<W: Write> {
    out: W,
    hash: Sha256,
    lines: usize,
    summary: BackupSummary,
}

impl<W: Write> Writer<W> {
    fn line(&mut self, value: &impl Serialize) -> Result<()> {
        let mut bytes = serde_json::to_vec(value).map_err(|e| refuse(e.to_string()))?;
        bytes.push(b'\n');
        self.hash.update(&bytes);
        self.lines += 1;
        self.summary.bytes += bytes.len() as u64;
        self.out.write_all(&bytes).map_err(io("can't write the backup"))
    }

    fn row<T: Record>(&mut self, row: &T) -> Result<()> {
        let raw = serde_json::value::to_raw_value(row).map_err(|e| refuse(e.to_string()))?;
        self.summary.rows += 1;
        self.line(&Line::Row { of: T::KIND.to_owned(), v: T::VERSION, row: &raw })
    }
}

pub(super) fn write(
    store: &SledStore,
    to: &mut dyn Write,
    now: Timestamp,
) -> Result<BackupSummary> {
    let zstd = zstd::Encoder::new(to, LEVEL).map_err(io("can't start the backup"))?;
    let mut out = Writer {
        out: BufWriter::new(zstd),
        hash: Sha256::new(),
        lines: 0,
        summary: BackupSummary::default(),
    };
    let instance = store.instance.clone();
    out.line(&Header { podbrief_backup: VERSION, created: now, instance })?;
    let mut bodies: Vec<BlobId> = Vec::new();
    {
        // Writers wait, readers go on: all rows are of one moment.
        let _held = store.writer();
        for row in rows::<Source>(store, keys::SOURCE) {
            out.row(&row?)?;
        }
        for row in rows::<Item>(store, keys::ITEM) {
            let item = row?;
            bodies.extend(item.notes.iter().chain(&item.transcript).cloned());
            if let ItemState::Drafted { drafts, .. } = &item.state {
                bodies.push(drafts.clone());
            }
            let images = item.mail.iter().flat_map(|m| &m.images);
            bodies.extend(images.map(|i| i.body.clone()));
            out.row(&item)?;
        }
        for row in rows::<Insight>(store, keys::INSIGHT) {
            out.row(&row?)?;
        }
        for row in rows::<Entry>(store, keys::ENTRY) {
            out.row(&row?)?;
        }
        // One that can't be read can be made again.
        for row in rows::<Embedding>(store, keys::EMBEDDING).flatten() {
            out.row(&row)?;
        }
        for row in rows::<Job>(store, keys::JOB) {
            out.row(&row?)?;
        }
        for row in rows::<Folder>(store, keys::FOLDER) {
            out.row(&row?)?;
        }
        for row in rows::<Tombstone>(store, keys::TOMBSTONE) {
            out.row(&row?)?;
        }
        for row in rows::<Call>(store, keys::CALL) {
            out.row(&row?)?;
        }
        for row in rows::<Account>(store, keys::ACCOUNT) {
            out.row(&row?)?;
        }
        for row in rows::<Relation>(store, keys::RELATION) {
            out.row(&row?)?;
        }
        for row in rows::<Listener>(store, keys::LISTENER) {
            out.row(&row?)?;
        }
        readers(store, &mut out)?;
    }
    bodies.sort();
    bodies.dedup();
    for id in bodies {
        out.summary.bodies += 1;
        match String::from_utf8(store.body(&id)?) {
            Ok(text) => out.line(&Line::Body { id, text })?,
            Err(other) => {
                let base64 = BASE64_STANDARD.encode(other.as_bytes());
                out.line(&Line::Image { id, base64 })?;
            }
        }
    }
    let end = Line::End { lines: out.lines, sha256: hex(out.hash.clone().finalize()) };
    out.line(&end)?;
    let zstd = out.out.into_inner().map_err(|e| io("can't write the backup")(e.into_error()))?;
    zstd.finish().and_then(|to| to.flush()).map_err(io("can't finish the backup"))?;
    Ok(out.summary)
}

/// All that is kept of readers; of their secrets that is the hashes. The signing key goes along, or the links in
/// entries that readers already have would end.
fn readers<W: Write>(store: &SledStore, out: &mut Writer<W>) -> Result<()> {
    for row in rows::<Subscriber>(store, keys::SUBSCRIBER) {
        out.row(&row?)?;
    }
    for row in rows::<Access>(store, keys::ACCESS) {
        out.row(&row?)?;
    }
    for row in rows::<Invite>(store, keys::INVITE) {
        out.row(&row?)?;
    }
    for row in rows::<Edition>(store, keys::EDITION) {
        out.row(&row?)?;
    }
    for row in rows::<Delivered>(store, keys::LEDGER) {
        out.row(&row?)?;
    }
    for row in rows::<Vote>(store, keys::VOTE) {
        out.row(&row?)?;
    }
    match store.db()?.get(keys::KEY)? {
        Some(key) => out.row(&ServerKey { hex: hex(&key) }),
        None => Ok(()),
    }
}

type Open<'a> = &'a dyn Fn() -> io::Result<Box<dyn BufRead>>;

/// Calls `each` with every line; refuses a file that is not whole.
fn lines(open: Open<'_>, mut each: impl FnMut(usize, &str) -> Result<()>) -> Result<Header> {
    let file = open().map_err(io("can't open the backup"))?;
    let zstd = zstd::Decoder::with_buffer(file).map_err(io("can't read the backup"))?;
    let mut input = BufReader::new(zstd);
    let mut hash = Sha256::new();
    let mut header = None;
    let mut line = String::new();
    for number in 0.. {
        line.clear();
        let read = io::Read::take(&mut input, MAX_LINE).read_line(&mut line).map_err(|e| {
            refuse(format!("this is not a whole podbrief backup (line {number}: {e})"))
        })?;
        if read == 0 {
            break;
        }
        if number == 0 {
            let first: Header = serde_json::from_str(&line)
                .map_err(|_| refuse("this is not a podbrief backup: its first line is another"))?;
            if first.podbrief_backup > VERSION {
                return Err(refuse("this backup was made by a newer podbrief; install that one"));
            }
            header = Some(first);
        } else if let Ok(Line::End { lines, sha256 }) = serde_json::from_str(&line) {
            let whole = lines == number && sha256 == hex(hash.finalize());
            let header = header.filter(|_| whole);
            return header.ok_or_else(|| {
                refuse("the backup's checksum is wrong: the file was changed or damaged")
            });
        } else {
            each(number, &line)?;
        }
        hash.update(line.as_bytes());
    }
    Err(refuse("the backup is cut short: its last line is missing"))
}

/// Reads a whole backup and checks that nothing of it is missing or changed.
///
/// # Errors
/// [`StoreError::Backup`] with the reason.
pub fn verify(open: Open<'_>) -> Result<BackupSummary> {
    let mut summary = BackupSummary::default();
    lines(open, |_, line| {
        summary.bytes += line.len() as u64;
        match serde_json::from_str::<Line>(line).map_err(|e| refuse(e.to_string()))? {
            Line::Row { .. } => summary.rows += 1,
            Line::Body { .. } | Line::Image { .. } => summary.bodies += 1,
            Line::End { .. } => {}
        }
        Ok(())
    })?;
    Ok(summary)
}

pub(super) fn read(store: &SledStore, open: Open<'_>) -> Result<BackupSummary> {
    let held = store.writer();
    if store.db()?.scan_prefix(keys::SOURCE).next().is_some() {
        return Err(refuse(
            "the data directory already holds sources; restore into an empty one (--data-dir)",
        ));
    }
    let header = lines(open, |_, _| Ok(()))?;
    let mut summary = BackupSummary::default();
    let mut batch = Writes::default();
    let mut last_seq = 0;
    let mut pending = 0;
    lines(open, |number, line| {
        summary.bytes += line.len() as u64;
        let bad = |e: &dyn std::fmt::Display| refuse(format!("line {number} of the backup: {e}"));
        match serde_json::from_str::<Line>(line).map_err(|e| bad(&e))? {
            Line::Row { of, v, row } => {
                let mut bytes = vec![v];
                bytes.extend_from_slice(row.get().as_bytes());
                last_seq = last_seq.max(put_row(&mut batch, &of, &bytes)?);
                summary.rows += 1;
                pending += 1;
            }
            Line::Body { id, text } => put(store, &id, text.as_bytes(), &bad, &mut summary)?,
            Line::Image { id, base64 } => {
                let bytes = BASE64_STANDARD.decode(base64).map_err(|e| bad(&e))?;
                put(store, &id, &bytes, &bad, &mut summary)?;
            }
            Line::End { .. } => {}
        }
        if pending >= BATCH {
            pending = 0;
            store.db()?.apply_batch(std::mem::take(&mut batch).into_batch())?;
        }
        Ok(())
    })?;
    batch.insert(keys::SEQ, &last_seq.to_be_bytes());
    batch.insert(keys::INSTANCE, record::encode(&header.instance)?);
    store.finish(batch, held)?;
    Ok(summary)
}

fn put(
    store: &SledStore,
    id: &BlobId,
    bytes: &[u8],
    bad: &dyn Fn(&dyn std::fmt::Display) -> StoreError,
    summary: &mut BackupSummary,
) -> Result<()> {
    if store.bodies.put(bytes)? != *id {
        return Err(bad(&format!("the body {id} is not what its name says")));
    }
    summary.bodies += 1;
    Ok(())
}
