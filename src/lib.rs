//! The map of podbrief. See `ARCHITECTURE.md` for the floors; a module imports only lower floors.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod insight;
pub mod model;
pub mod rank;
pub mod text;
