//! Help for people who write policies: what can stand at a place of a text, and what a word in it means.
//!
//! It goes by the parser's own tree of the text and by the schema that is generated from the parser's own lists,
//! so that it knows every key and no other.

mod grammar;
mod place;
mod known;
mod fitting;
mod complete;
mod examples;
mod describe;

pub use complete::{Completions, Kind, Suggestion, complete};
pub use describe::{Description, describe};
pub use examples::EXAMPLES;
