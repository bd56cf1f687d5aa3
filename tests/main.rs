//! The black-box tests: the binary, real HTTP on loopback, real bytes; and the store's contract.
//! No network beyond loopback, no sleeping: everything waits for what it waits for.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod asking;
mod bad_input;
mod brief;
mod cli;
mod contract;
mod crash;
mod encode;
mod golden;
mod gone;
mod hub;
mod infer;
mod injections;
mod journey;
mod knowing;
mod mail;
mod mail_doors;
mod mail_imap;
mod mail_trust;
mod map;
mod podcasting;
mod polite;
mod publishing;
mod simulator;
mod speech;
mod support;
mod taste;
mod upkeep;
mod websub;
