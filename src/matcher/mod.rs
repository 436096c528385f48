//! Tests of one value.

pub mod truth;
pub mod glob;
