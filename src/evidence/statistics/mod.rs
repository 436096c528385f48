//! What a number of people's answers says, and what it does not.
//!
//! Everywhere, `alpha` is the chance of being wrong that is accepted: 0.05 where people say "95 %". Counts that cannot be,
//! such as more hits than all, and shares outside their range give `None`; nobody relaxes a rule on `None`.
//! Formulas without another source are in any textbook of statistics; each was compared with scipy.

mod special;
pub(in crate::evidence) mod search;
pub mod interval;
pub mod sequential;
pub mod drift;
pub mod reviewer;
pub mod sampling;
pub mod cost;
pub mod queue;

pub use interval::wilson;
