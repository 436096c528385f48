//! Prints every vector as one JSON document, so that the tests of the built wasm need no second YAML parser.
//!
//! `cargo run --example vectors > target/vectors.json`

#![allow(clippy::expect_used, clippy::panic, reason = "without its files there is nothing to print")]

#[path = "it/vector_files.rs"]
mod vector_files;

fn main() {
    let files: Vec<serde_json::Value> = vector_files::read()
        .into_iter()
        .map(|file| serde_json::json!({ "file": file.name, "cases": file.cases }))
        .collect();
    println!("{}", serde_json::json!({ "files": files }));
}
