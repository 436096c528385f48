//! From text to policy.

pub mod model;
pub mod tool;
pub mod parse;
