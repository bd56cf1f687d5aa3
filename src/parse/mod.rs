//! Bytes from outside to plain types: feeds, pages, transcripts, OPML, mail. Pure; knows no clock, file or socket.
//! Bad input is data: a parser returns what it could read, or one clear error; it never panics.

pub mod chapters;
pub mod discover;
pub mod feed;
pub mod form;
pub mod link_header;
pub mod mail;
pub mod newsletter;
pub mod opml;
pub mod query;
pub mod transcript;

pub(crate) mod charset;
mod date;
mod link;
mod ns;
mod podcast;
mod rhythm;
mod xml;
