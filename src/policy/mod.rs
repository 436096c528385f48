//! From text to policy.

pub mod terms;
pub mod model;
mod digest;
pub mod tool;
mod reader;
mod domain;
mod when;
mod limit;
mod review;
mod policy_test;
mod rule;
pub mod parse;
