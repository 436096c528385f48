//! Tests of one value.

pub mod truth;
pub mod glob;
pub mod regex;
pub mod path;
pub mod url;
pub mod email;
pub mod shell;
pub mod condition;
pub mod compare;
