//! What many decisions say together.

pub mod simulate;
pub mod statistics;
