//! The tool catalogue: which tools there are, and which arguments they take.

pub mod pattern;
pub mod model;
#[cfg(feature = "guard")]
mod schema;
#[cfg(feature = "guard")]
mod escapes;
#[cfg(feature = "guard")]
pub mod read;
#[cfg(feature = "full")]
pub mod form;
pub mod fit;
