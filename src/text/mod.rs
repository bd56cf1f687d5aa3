//! Words, without any domain.

pub mod embed;
pub mod encoder;
pub mod fold;
pub mod frequency;
pub mod gist;
pub mod html;
pub mod keys;
pub mod language;
pub mod lists;
pub mod names;
pub mod normal;
pub mod phrases;
pub mod sentence;
#[cfg(test)]
pub(crate) mod spent;
pub mod stem;
pub mod table;
pub mod token;
pub mod varint;
pub mod wordlist;
