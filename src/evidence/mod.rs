//! What many decisions say together.

pub mod simulate;
pub mod coverage;
pub mod policy_test;
pub mod mutants;
pub mod mutate;
pub mod statistics;
pub mod attention;
pub mod bottleneck;
pub mod people;
pub mod compare;
pub mod widening;
pub mod calibrate;
