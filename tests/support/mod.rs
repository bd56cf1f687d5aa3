//! The harness: a loopback host with scripted answers, the program as a process, and a plain HTTP client.

pub mod client;
pub mod dns;
pub mod host;
pub mod imap;
pub mod model;
pub mod post;
pub mod program;
pub mod show;
pub mod smtp;

pub use client::{get, post};
pub use host::{Answer, Host};
pub use program::Program;
