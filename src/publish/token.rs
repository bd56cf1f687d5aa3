//! Links that carry their own proof: what they may do is in them, signed with the server's key (HMAC-SHA-256,
//! RFC 2104). They hold no secret of a reader, so a forwarded entry gives nothing away but its own links. Pure.

use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use sha2::Sha256;

use crate::model::{InsightId, SubscriberId};

/// The server's signing key.
pub type Key = [u8; 32];

/// Bytes of the signature that stand in a link: 128 bits.
const MARK: usize = 16;
/// Characters of an id.
const ID: usize = 20;

/// What a link in an entry does, after it was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// More like this.
    More,
    /// Less like this.
    Less,
    /// Knew that.
    Knew,
    /// Never this show again.
    Mute,
}

impl Act {
    /// In the order shown.
    pub const ALL: [Self; 4] = [Self::More, Self::Less, Self::Knew, Self::Mute];

    fn letter(self) -> char {
        match self {
            Self::More => 'm',
            Self::Less => 'l',
            Self::Knew => 'k',
            Self::Mute => 'x',
        }
    }
}

/// The signature of `text`, used for `purpose` only.
fn signed(key: &Key, purpose: &str, text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(text.as_bytes());
    Some(mac)
}

fn sign(key: &Key, purpose: &str, text: String) -> String {
    let mark = signed(key, purpose, &text).map(|mac| mac.finalize().into_bytes());
    let mark = mark.iter().flatten().take(MARK).map(|byte| format!("{byte:02x}"));
    mark.fold(text, |out, byte| out + &byte)
}

/// What was signed, if it was. Compares in constant time.
fn check<'a>(key: &Key, purpose: &str, token: &'a str) -> Option<&'a str> {
    let (text, mark) = token.split_at_checked(token.len().checked_sub(2 * MARK)?)?;
    let digits = mark.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        // `from_str_radix` alone would take a plus sign, and two spellings of one link.
        let plain = pair.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        u8::from_str_radix(pair, 16).ok().filter(|_| plain)
    });
    let mark: Vec<u8> = digits.collect::<Option<_>>()?;
    signed(key, purpose, text)?.verify_truncated_left(&mark).ok()?;
    Some(text)
}

/// The link's last part for a reader to say something of an insight.
pub fn feedback(key: &Key, reader: &SubscriberId, insight: &InsightId, act: Act) -> String {
    sign(key, "feedback", format!("{}{reader}{insight}", act.letter()))
}

/// What such a link says, if it is ours.
pub fn read_feedback(key: &Key, token: &str) -> Option<(SubscriberId, InsightId, Act)> {
    let text = check(key, "feedback", token)?;
    let (letter, ids) = text.split_at_checked(1)?;
    let (reader, insight) = ids.split_at_checked(ID)?;
    let act = Act::ALL.into_iter().find(|act| letter.starts_with(act.letter()))?;
    Some((reader.parse().ok()?, insight.parse().ok()?, act))
}

/// The link's last part to the page of an edition: for whoever has it, and without what is private.
pub fn edition(key: &Key, reader: &SubscriberId, day: Date) -> String {
    sign(key, "edition", format!("{reader}{}", day.strftime("%Y%m%d")))
}

/// What such a link says, if it is ours.
pub fn read_edition(key: &Key, token: &str) -> Option<(SubscriberId, Date)> {
    let (reader, day) = check(key, "edition", token)?.split_at_checked(ID)?;
    Some((reader.parse().ok()?, Date::strptime("%Y%m%d", day).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{ItemId, SourceId};

    fn ids() -> (SubscriberId, InsightId) {
        let item = ItemId::new(&SourceId::for_feed("https://a.example"), "1");
        (SubscriberId::new("r"), InsightId::new(&item, 0, 0, "q"))
    }

    #[test]
    fn a_link_says_what_was_signed_and_nothing_else_does() {
        let (reader, insight) = ids();
        let key = [7; 32];
        for act in Act::ALL {
            let token = feedback(&key, &reader, &insight, act);
            assert!(token.bytes().all(|b| b.is_ascii_alphanumeric()));
            assert_eq!(read_feedback(&key, &token), Some((reader.clone(), insight.clone(), act)));
            assert_eq!(read_feedback(&[8; 32], &token), None, "another key");
            assert_eq!(read_edition(&key, &token), None, "another purpose");
            for at in 0..token.len() {
                let mut other = token.clone().into_bytes();
                other[at] = if other[at] == b'0' { b'1' } else { b'0' };
                assert_eq!(read_feedback(&key, std::str::from_utf8(&other).unwrap()), None);
            }
            assert_eq!(read_feedback(&key, &token.to_uppercase()), None);
        }
        let day = Date::constant(2026, 11, 25);
        assert_eq!(read_edition(&key, &edition(&key, &reader, day)), Some((reader, day)));
    }

    proptest! {
        #[test]
        fn no_text_of_others_is_ours(token in "\\PC{0,100}") {
            prop_assert_eq!(read_feedback(&[7; 32], &token), None);
            prop_assert_eq!(read_edition(&[7; 32], &token), None);
        }
    }
}
