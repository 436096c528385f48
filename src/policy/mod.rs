//! From text to policy.

pub mod model;
pub mod tool;
mod reader;
mod domain;
mod when;
pub mod parse;
