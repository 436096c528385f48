//! A second engine: random policies and calls, and what the documents say of them, written without looking at `src/`.
//!
//! It decides by the definition, slowly: every way in which what is undecidable could come out is tried.

pub(crate) mod choices;
pub(crate) mod policy;
pub(crate) mod document;
pub(crate) mod print;
pub(crate) mod generate;
pub(crate) mod conditions;
pub(crate) mod calls;
pub(crate) mod matchers;
pub(crate) mod domain;
pub(crate) mod names;
pub(crate) mod evaluate;
pub(crate) mod merge;
