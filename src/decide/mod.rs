//! Policy and call to decision.

pub mod relaxing;
pub mod call;
pub mod draw;
pub mod effort;
pub mod condition;
mod patterns;
pub mod index;
mod name;
pub mod compile;
pub mod limit;
pub mod protection;
// A module may be called as its folder: `decide::decide` holds the function that the folder is about.
#[expect(clippy::module_inception, reason = "the folder's main function stands in the file of its name")]
pub mod decide;
#[cfg(feature = "full")]
pub mod trace;
pub mod asked;
pub mod quick;
pub mod frame;
pub mod plan;
