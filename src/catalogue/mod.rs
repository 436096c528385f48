//! The tool catalogue: which tools there are, and which arguments they take.

pub mod pattern;
pub mod model;
mod schema;
mod escapes;
pub mod read;
pub mod fit;
