//! Outgoing HTTP: every request the program makes to a host that it was told of goes through here.
//!
//! Nothing is followed, decoded or waited for beyond its limit, and no private address is connected to
//! unless its host and port are allowed by name. No cookies, no Referer, no proxy from the environment.

mod answer;
mod download;
mod error;
mod freshness;
mod get;
mod guard;
mod own;
mod politeness;
mod post;
mod rest;
mod watch;

pub use answer::{Answer, Fetched, Request};
pub use download::Download;
pub use error::FetchError;
pub use get::{Fetcher, Limits};
pub use guard::{AllowError, AllowPrivate};
pub use own::{Form, Own, Said};
pub use post::Call;
