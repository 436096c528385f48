//! Tests of one value.

pub mod glob;
