//! Ordering: which insights belong together, and which come first. Pure; `now` is passed in where it counts.

pub mod related;
