//! Words, with no knowledge of the domain.

pub mod html;
