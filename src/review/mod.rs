//! The human in the loop.

pub mod escalation;
