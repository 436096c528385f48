//! Writes every vector to `target/vectors.json`, so that the tests of the built wasm need no second YAML parser.
//!
//! `cargo run --example vectors`

#![allow(clippy::expect_used, clippy::panic, reason = "without its files there is nothing to print")]

#[path = "it/vector_files.rs"]
mod vector_files;

use std::fs;
use std::path::Path;

fn main() {
    let files: Vec<serde_json::Value> = vector_files::read()
        .into_iter()
        .map(|file| serde_json::json!({ "file": file.name, "cases": file.cases }))
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/vectors.json");
    fs::write(&path, serde_json::json!({ "files": files }).to_string()).expect("target/vectors.json can be written");
    println!("{} files of vectors in {}", files.len(), path.display());
}
