//! Ordering: which insights belong together, and which come first. Pure; `now` is passed in where it counts.

mod diversify;
pub mod edition;
pub mod explain;
pub mod profile;
pub mod related;
pub mod score;
pub mod slot;
pub mod taste;
#[cfg(test)]
mod tests;
mod words;
