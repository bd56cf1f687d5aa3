//! Rows as bytes: one version byte, then JSON, which later versions can read; where the byte's highest bit is set, the JSON is
//! packed (`pack`). Backups have it plain.
//! A field added later has a serde default; any other change raises the kind's version and adds an arm
//! to its `migrate`, with a fixture of the old form in `tests/fixtures/store`.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::pack;
use crate::model::{
    Access, Account, Call, Delivered, Edition, Entry, Folder, Insight, Invite, Item, Job, Listener,
    Relation, Source, Subscriber, Tombstone, Vote,
};
use crate::store::{Embedding, Instance, Result, StoreError};

/// A kind of row.
pub(crate) trait Record: Serialize + DeserializeOwned {
    /// For messages and backups.
    const KIND: &'static str;
    /// Written today.
    const VERSION: u8 = 1;
}

impl Record for Source {
    const KIND: &'static str = "source";
}
impl Record for Item {
    const KIND: &'static str = "item";
}
impl Record for Insight {
    const KIND: &'static str = "insight";
}
impl Record for Entry {
    const KIND: &'static str = "entry";
}
impl Record for Embedding {
    const KIND: &'static str = "embedding";
}
impl Record for Folder {
    const KIND: &'static str = "folder";
}
impl Record for Job {
    const KIND: &'static str = "job";
}
impl Record for Instance {
    const KIND: &'static str = "instance";
}
impl Record for Call {
    const KIND: &'static str = "call";
}
impl Record for Account {
    const KIND: &'static str = "account";
}
impl Record for Relation {
    const KIND: &'static str = "relation";
}
impl Record for Listener {
    const KIND: &'static str = "listener";
}
impl Record for Tombstone {
    const KIND: &'static str = "tombstone";
}
impl Record for Subscriber {
    const KIND: &'static str = "subscriber";
}
impl Record for Access {
    const KIND: &'static str = "access";
}
impl Record for Invite {
    const KIND: &'static str = "invite";
}
impl Record for Edition {
    const KIND: &'static str = "edition";
}
impl Record for Delivered {
    const KIND: &'static str = "delivered";
}
impl Record for Vote {
    const KIND: &'static str = "vote";
}

/// In a version byte: what follows is packed.
const PACKED: u8 = 0x80;

/// As stored.
pub(crate) fn encode<T: Record>(record: &T) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(record).map_err(|error| StoreError::Record {
        kind: T::KIND,
        key: String::new(),
        detail: error.to_string(),
    })?;
    let (version, rest) = match pack::pack(&json) {
        Some(packed) => (T::VERSION | PACKED, packed),
        None => (T::VERSION, json),
    };
    Ok([&[version], rest.as_slice()].concat())
}

/// A row that is not packed, packed, if that makes it smaller. Whatever else is kept under a key is no JSON.
pub(super) fn repacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let (version, json) = bytes.split_first()?;
    if *version == 0 || *version & PACKED != 0 || !json.starts_with(b"{") {
        return None;
    }
    Some([&[version | PACKED], pack::pack(json)?.as_slice()].concat())
}

/// The row that `bytes` hold; `key` is for the message only.
pub(crate) fn decode<T: Record>(bytes: &[u8], key: &str) -> Result<T> {
    let bad = |detail: String| StoreError::Record { kind: T::KIND, key: key.to_owned(), detail };
    let (mark, rest) = bytes.split_first().ok_or_else(|| bad("it is empty".into()))?;
    let version = mark & !PACKED;
    if version > T::VERSION {
        return Err(StoreError::TooNew { kind: T::KIND, found: version, known: T::VERSION });
    }
    if version == 0 {
        return Err(bad("its version byte is 0".into()));
    }
    let json = match mark & PACKED {
        0 => Cow::Borrowed(rest),
        _ => Cow::Owned(pack::unpack(rest).map_err(|error| bad(error.to_string()))?),
    };
    serde_json::from_slice(&json).map_err(|error| bad(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a stored row of each version and writes it again as the same, so no field is lost on the way.
    fn survives<T: Record>(stored: &[u8]) {
        let row: T = decode(stored, "fixture").unwrap();
        let json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
        assert_eq!(serde_json::to_value(&row).unwrap(), json(&stored[1..]), "{}", T::KIND);
        let again: T = decode(&encode(&row).unwrap(), "fixture").unwrap();
        assert_eq!(serde_json::to_value(&again).unwrap(), json(&stored[1..]), "{}", T::KIND);
    }

    macro_rules! fixture {
        ($version:literal, $name:literal) => {
            include_bytes!(concat!("../../../tests/fixtures/store/", $version, "/", $name, ".row"))
        };
    }

    #[test]
    fn rows_of_version_1_are_read() {
        survives::<Source>(fixture!("v1", "source"));
        survives::<Item>(fixture!("v1", "item"));
        survives::<Insight>(fixture!("v1", "insight"));
        survives::<Entry>(fixture!("v1", "entry"));
        survives::<Insight>(fixture!("v1", "insight-names"));
        survives::<Insight>(fixture!("v1", "insight-chapter"));
        survives::<Source>(fixture!("v1", "source-polite"));
        survives::<Item>(fixture!("v1", "item-chapters"));
        survives::<Source>(fixture!("v1", "source-speech"));
        survives::<Item>(fixture!("v1", "item-recognised"));
        survives::<Insight>(fixture!("v1", "insight-recognised"));
        survives::<Job>(fixture!("v1", "job-recognise"));
        survives::<Insight>(fixture!("v1", "insight-written"));
        survives::<Source>(fixture!("v1", "source-written"));
        survives::<Item>(fixture!("v1", "item-drafted"));
        survives::<Call>(fixture!("v1", "call"));
        survives::<Call>(fixture!("v1", "call-held"));
        survives::<Account>(fixture!("v1", "account"));
        survives::<Relation>(fixture!("v1", "relation"));
        survives::<Embedding>(fixture!("v1", "embedding"));
        survives::<Job>(fixture!("v1", "job"));
        survives::<Instance>(fixture!("v1", "instance"));
        survives::<Listener>(fixture!("v1", "listener"));
        survives::<Listener>(fixture!("v1", "listener-wish"));
        survives::<Tombstone>(fixture!("v1", "tombstone"));
        survives::<Subscriber>(fixture!("v1", "subscriber"));
        survives::<Access>(fixture!("v1", "access"));
        survives::<Invite>(fixture!("v1", "invite"));
        survives::<Edition>(fixture!("v1", "edition"));
        survives::<Delivered>(fixture!("v1", "delivered"));
        survives::<Vote>(fixture!("v1", "vote"));
    }

    #[test]
    fn a_newer_version_is_refused_with_clear_words() {
        let mut row = fixture!("v1", "job").to_vec();
        row[0] = Job::VERSION + 1;
        let error = decode::<Job>(&row, "k").unwrap_err().to_string();
        assert!(error.contains("newer podbrief"), "{error}");
        row[0] |= PACKED;
        let error = decode::<Job>(&row, "k").unwrap_err().to_string();
        assert!(error.contains("newer podbrief"), "{error}");
        for bad in
            [&[][..], &[0], &[1], &[0x80], &[0x81], b"\x01{}", b"\x01{\"due\":", b"\x81{\"due\":"]
        {
            assert!(matches!(decode::<Job>(bad, "k"), Err(StoreError::Record { .. })));
        }
    }

    #[test]
    fn old_rows_are_packed_once_and_nothing_else_is() {
        let row = fixture!("v1", "source");
        let packed = repacked(row).unwrap();
        assert!(packed.len() < row.len() / 2);
        let same =
            |bytes: &[u8]| serde_json::to_value(decode::<Source>(bytes, "k").unwrap()).unwrap();
        assert_eq!(same(&packed), same(row));
        assert_eq!(repacked(&packed), None);
        for other in [&b""[..], b"s8ssv0q0p0v87qn83p8t", &[0; 8], b"\x01{}"] {
            assert_eq!(repacked(other), None, "{other:?}");
        }
    }
}
