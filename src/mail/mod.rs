//! The mail doors: SMTP for hosts of the world, LMTP for the operator's own mail server. What is said is decided in
//! `session`, which does no I/O; whether a message is taken, and when it is safe, behind the counter in `pipeline`.
//! Nothing is ever relayed, answered or bounced from here.

mod command;
mod connection;
mod data;
mod listen;
mod session;
mod tls;

pub use listen::{Address, Door, Options, serve};
pub use session::{Limits, Need, Outcome, Protocol, Resolved, Session, Transaction};
pub use tls::{Certificate, TlsError};
