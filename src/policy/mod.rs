//! From text to policy.

pub mod terms;
pub mod model;
#[cfg(feature = "guard")]
pub mod digest;
#[cfg(feature = "guard")]
pub mod tool;
#[cfg(feature = "guard")]
mod other_words;
#[cfg(feature = "guard")]
mod advice;
#[cfg(feature = "guard")]
mod value_advice;
#[cfg(feature = "guard")]
mod reader;
#[cfg(feature = "guard")]
mod domain;
#[cfg(feature = "guard")]
mod fixed_type;
#[cfg(feature = "guard")]
mod when;
#[cfg(feature = "guard")]
mod limit;
#[cfg(feature = "guard")]
mod review;
#[cfg(feature = "guard")]
mod policy_test;
#[cfg(feature = "guard")]
mod rule;
#[cfg(feature = "guard")]
pub mod parse;
#[cfg(feature = "full")]
pub mod edit;
// The engine in WebAssembly has what it makes, and not what makes it.
#[cfg(all(feature = "full", not(target_arch = "wasm32")))]
pub mod schema;
