//! The secrets in addresses. Only their hashes are kept, so whoever reads the store or a backup can open nothing.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Without what looks alike (0 and o, 1 and i and l, u and v) and without marks that readers and chats cut off.
const ALPHABET: &[u8; 30] = b"23456789abcdefghjkmnpqrstvwxyz";
/// 28 of 30 characters: 137 bits.
const LEN: usize = 28;
/// Bytes below this are evenly spread over the alphabet; others are passed over.
const EVEN: u8 = 240;

/// A reader's secret, whole. Not printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// From random bytes of the system: the more are given, the surer it is that enough of them can be used.
    pub fn from_random(bytes: &[u8]) -> Option<Self> {
        let text: String = bytes
            .iter()
            .filter(|byte| **byte < EVEN)
            .map(|byte| char::from(ALPHABET[usize::from(byte % 30)]))
            .take(LEN)
            .collect();
        (text.len() == LEN).then_some(Self(text))
    }

    /// As it stands in an address, if it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let good = text.len() == LEN && text.bytes().all(|b| ALPHABET.contains(&b));
        good.then(|| Self(text.to_owned()))
    }

    /// For addresses; for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it. It is long and random, so no salt or slow hash is needed.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(&self.0).iter().map(|b| format!("{b:02x}")).collect())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// SHA-256 of a secret, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretHash(String);

impl SecretHash {
    /// For keys of the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In a time that does not depend on where they differ.
    pub fn is(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_plain_and_kept_as_a_hash() {
        let bytes: Vec<u8> = (0..64).map(|n: u8| n.wrapping_mul(37)).collect();
        let secret = Secret::from_random(&bytes).unwrap();
        assert_eq!(secret.reveal().len(), LEN);
        assert!(!secret.reveal().contains(['0', 'o', '1', 'i', 'l', 'u', '+', '/', '-', '_']));
        assert_eq!(Secret::parse(secret.reveal()), Some(secret.clone()));
        assert!(!format!("{secret:?} {:?}", secret.hash()).contains(secret.reveal()));
        assert!(secret.hash().is(&secret.hash()));
        assert!(Secret::from_random(&[255; 64]).is_none() && Secret::from_random(&[]).is_none());
        for bad in ["", "abc", "OOOOOOOOOOOOOOOOOOOOOOOOOOOO", "aaaaaaaaaaaaaaaaaaaaaaaaaaa+"] {
            assert_eq!(Secret::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_character_is_as_likely() {
        let mut counts = [0; 256];
        for byte in (0..=255_u8).filter(|b| *b < EVEN) {
            counts[usize::from(ALPHABET[usize::from(byte % 30)])] += 1;
        }
        assert!(ALPHABET.iter().all(|c| counts[usize::from(*c)] == 8));
    }
}
