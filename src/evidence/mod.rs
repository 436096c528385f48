//! What many decisions say together.

pub mod simulate;
pub mod policy_test;
pub mod statistics;
pub mod people;
pub mod compare;
