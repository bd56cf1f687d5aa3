//! The map of podbrief. See `ARCHITECTURE.md` for the floors; a module imports only lower floors.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

// Floor 8: arguments, start, stop order.
pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod notify;
// Floor 7: doors.
pub mod admin;
pub mod imap;
pub mod mail;
pub mod upkeep;
pub mod web;
// Floor 6: when work runs.
pub mod jobs;
// Floor 5: stages.
pub mod pipeline;
// Floor 4: derived data.
pub mod search;
// Floor 3: outside and stored things.
pub mod authenticate;
pub mod encode;
pub mod fetch;
pub mod infer;
pub mod speech;
pub mod spool;
pub mod store;
// Floor 2: pure rooms of the domain.
pub mod insight;
pub mod parse;
pub mod publish;
pub mod rank;
// Floor 1: words.
pub mod text;
// Floor 0: plain types.
pub mod model;
