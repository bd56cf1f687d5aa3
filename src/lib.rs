//! The map of podbrief. See `ARCHITECTURE.md` for the floors; a module imports only lower floors.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

// Floor 6: arguments, start, stop order.
pub mod config;
pub mod notify;
// Floor 5: doors.
pub mod web;
// Floor 4: stages.
// Floor 3: outside and stored things.
pub mod fetch;
pub mod store;
// Floor 2: pure rooms of the domain.
// Floor 1: words.
// Floor 0: plain types.
pub mod model;
pub mod parse;
pub mod publish;
pub mod text;
