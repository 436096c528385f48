//! What many decisions say together.

pub mod simulate;
pub mod policy_test;
pub mod statistics;
pub mod attention;
pub mod compare;
pub mod calibrate;
