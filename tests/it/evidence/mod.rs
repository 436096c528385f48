//! What many decisions say together.

mod attention;
mod statistics;
