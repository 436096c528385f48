//! What was written, and where.

pub mod span;
pub mod chars;
pub(crate) mod prose;
#[cfg(feature = "guard")]
mod offsets;
#[cfg(feature = "guard")]
pub mod edit;
#[cfg(feature = "guard")]
#[cfg_attr(not(feature = "full"), path = "no_words.rs")]
pub mod words;
#[cfg(feature = "guard")]
pub mod diagnostic;
#[cfg(feature = "guard")]
pub mod slips;
#[cfg(feature = "full")]
pub mod render;
#[cfg(feature = "guard")]
mod causes;
#[cfg(feature = "guard")]
pub mod syntax;
#[cfg(feature = "guard")]
mod scalar;
#[cfg(feature = "guard")]
mod input;
#[cfg(feature = "guard")]
pub mod yaml;
#[cfg(feature = "full")]
pub mod highlight;
