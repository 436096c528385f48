//! What many decisions say together.

mod attention;
mod bottleneck;
mod statistics;
