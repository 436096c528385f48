//! Tests of the whole crate from outside; data first, in `tests/vectors/`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on fails"
)]

mod calibrate;
mod canonical;
mod card;
mod catalogue;
mod compare;
mod compiled;
mod docs;
mod documents;
mod edit;
mod evidence;
mod fixes;
mod forms;
mod golden;
mod history;
mod house;
mod language;
mod lifecycle;
mod limits;
mod mutation;
mod naive;
mod oracle;
mod people;
mod plan;
mod policy_tests;
mod relaxing;
mod replay;
mod schema;
mod strictness;
mod traces;
mod properties;
mod vector_files;
mod vectors;
mod watch;
mod widening;
mod wrong_types;
