//! The data of calls and policies, and its canonical form.

// A module may be called as its folder: `value::value` holds the type that the folder is about.
#[expect(clippy::module_inception, reason = "the folder's main type stands in the file of its name")]
pub mod value;
pub mod field;
pub mod canonical;
pub mod digest;
