//! What was written, and where.

pub mod span;
pub mod edit;
pub mod diagnostic;
pub mod render;
mod causes;
pub mod syntax;
mod scalar;
mod input;
pub mod yaml;
pub mod highlight;
