//! Bytes from outside to plain types: feeds, pages, transcripts, OPML, mail. Pure; knows no clock, file or socket.
//! Bad input is data: a parser returns what it could read, or one clear error; it never panics.

mod charset;
mod date;
mod ns;
mod xml;
