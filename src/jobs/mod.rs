//! When work runs: one scheduler takes due jobs from the store and runs each behind a panic boundary.

mod backoff;
mod event;
mod order;
mod scheduler;
mod work;

pub use event::Event;
pub use scheduler::{Clock, Handle, Scheduler};
