//! From text to policy.

pub mod terms;
pub mod model;
mod digest;
pub mod tool;
mod other_words;
mod advice;
mod value_advice;
mod reader;
mod domain;
mod fixed_type;
mod when;
mod limit;
mod review;
mod policy_test;
mod rule;
pub mod parse;
// For editors only: the engine in WebAssembly does without.
#[cfg(not(target_arch = "wasm32"))]
pub mod schema;
