//! Outgoing HTTP: every request the program makes to a host that it was told of goes through here.
//!
//! Nothing is followed, decoded or waited for beyond its limit, and no private address is connected to
//! unless its host and port are allowed by name. No cookies, no Referer, no proxy from the environment.

mod error;
mod get;
mod guard;
mod politeness;
mod retry_after;

pub use error::FetchError;
pub use get::{Answer, Fetched, Fetcher, Limits, Request};
pub use guard::{AllowError, AllowPrivate};
