//! Asks models behind OpenAI-compatible endpoints. Floor 3: it carries questions and answers, bounded in time and bytes, and
//! leaves an endpoint alone that fails. What is asked, what is believed and what it may cost is decided elsewhere.
//!
//! The endpoint is the operator's own choice and may be on loopback: exactly its host and port are asked, no redirect is
//! followed, no proxy is used.

mod breaker;
mod chat;
mod error;
mod wire;

pub use chat::{Ask, Chat, Options};
pub use error::ChatError;
pub use wire::{Heard, reason};
