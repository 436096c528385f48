//! Tests of one value.

pub mod truth;
pub mod glob;
pub mod regex;
pub mod condition;
pub mod compare;
