//! Identifiers, all derived from content so that a stage run twice names the same thing.
//! Text form: 20 characters of lower-case Crockford base 32 (100 bits of SHA-256), safe in URLs and file names.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LEN: usize = 20;

/// The text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: {LEN} characters of 0-9 and a-z without i, l, o, u are expected")]
pub struct IdError;

/// Hashes parts with their lengths, so that ("ab","c") and ("a","bc") differ.
fn derive(kind: &str, parts: &[&str]) -> [u8; LEN] {
    let mut hash = Sha256::new();
    for part in std::iter::once(&kind).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut bits: u32 = 0;
    let mut held = 0;
    let mut out = [ALPHABET[0]; LEN];
    let mut bytes = digest.iter();
    for slot in &mut out {
        if held < 5 {
            bits = (bits << 8) | bytes.next().copied().map_or(0, u32::from);
            held += 8;
        }
        held -= 5;
        *slot = ALPHABET[((bits >> held) & 31) as usize];
    }
    out
}

fn check(text: &str) -> Result<[u8; LEN], IdError> {
    let bytes: [u8; LEN] = text.as_bytes().try_into().map_err(|_| IdError)?;
    if bytes.iter().all(|b| ALPHABET.contains(b)) { Ok(bytes) } else { Err(IdError) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        // The text itself, in its own place: indexes keep them by the hundred thousand.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; LEN]);

        impl $name {
            /// The text form.
            pub fn as_str(&self) -> &str {
                // Made of the alphabet only, here and in `check`.
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A source, derived from the address it was added with; it stays when the feed moves.
    SourceId
);
id!(
    /// An item, derived from its source and its key (guid, else link, else content).
    ItemId
);
id!(
    /// An insight, derived from its item and the normalised words of its quote, never from the claim.
    InsightId
);
id!(
    /// A reader.
    SubscriberId
);
id!(
    /// A stored body, derived from its bytes.
    BlobId
);
id!(
    /// A question, derived from its canonical address.
    QueryId
);
id!(
    /// A request to a language model, derived from all that it says.
    CallId
);
id!(
    /// A listener of our hub, derived from the feed and the callback.
    ListenerId
);

impl SourceId {
    /// `url` must be normalised already (as `url::Url` prints it).
    pub fn for_feed(url: &str) -> Self {
        Self(derive("feed", &[url]))
    }

    /// `local` is the local part of its address, lower case.
    pub fn for_mailbox(local: &str) -> Self {
        Self(derive("mailbox", &[local]))
    }
}

impl ItemId {
    /// `key` is the item's identity within its source.
    pub fn new(source: &SourceId, key: &str) -> Self {
        Self(derive("item", &[source.as_str(), key]))
    }
}

impl InsightId {
    /// `normal_quote` is the quote after `text::normal_words`; `first` and `last` are its segments.
    pub fn new(item: &ItemId, first: usize, last: usize, normal_quote: &str) -> Self {
        let range = format!("{first}-{last}");
        Self(derive("insight", &[item.as_str(), &range, normal_quote]))
    }
}

impl SubscriberId {
    /// `seed` is whatever names the reader for ever (random, minted once).
    pub fn new(seed: &str) -> Self {
        Self(derive("subscriber", &[seed]))
    }
}

impl QueryId {
    /// `address` is the question's canonical one, without a feed's suffix and page.
    pub fn of(address: &str) -> Self {
        Self(derive("query", &[address]))
    }
}

impl ListenerId {
    /// Both as they were named.
    pub fn new(topic: &str, callback: &str) -> Self {
        Self(derive("listener", &[topic, callback]))
    }
}

impl CallId {
    /// `version` is that of the prompt.
    pub fn new(model: &str, version: u16, content: &str) -> Self {
        Self(derive("call", &[model, &version.to_string(), content]))
    }
}

impl BlobId {
    /// The name of a body by its uncompressed bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let digest: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        Self(derive("blob", &[&digest]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_every_part_and_its_borders() {
        let source = SourceId::for_feed("https://example.org/feed");
        assert_eq!(source, SourceId::for_feed("https://example.org/feed"));
        let item = ItemId::new(&source, "a");
        assert_ne!(item, ItemId::new(&source, "b"));
        assert_ne!(derive("x", &["ab", "c"]), derive("x", &["a", "bc"]));
        assert_eq!(item.as_str().parse::<ItemId>(), Ok(item.clone()));
        assert_ne!(InsightId::new(&item, 0, 1, "q"), InsightId::new(&item, 0, 2, "q"));
    }

    #[test]
    fn foreign_text_is_no_id() {
        for bad in ["", "../../etc/passwd", "ilou0123456789abcdef", "0123456789ABCDEFGHJK"] {
            assert_eq!(bad.parse::<ItemId>(), Err(IdError), "{bad}");
        }
    }
}
