//! What many decisions say together.

mod statistics;
