//! Writes every vector to `target/vectors.json`, and every policy text of vectors, examples and documents with what YAML
//! says it holds to `target/policies.json`, so that the tests of the package need no second YAML parser; and random
//! policies and calls with what the engine decides natively to `target/random.json`.
//!
//! `cargo run --example vectors`

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "as the tests, whose random cases it uses; without its files there is nothing to print"
)]

#[path = "it/vector_files.rs"]
mod vector_files;

#[path = "it/documents.rs"]
mod documents;

#[path = "it/naive/mod.rs"]
#[expect(dead_code, reason = "it only makes the cases here")]
mod naive;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use countersign::check::load;
use countersign::decide::compile::compile;
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::text::yaml::Limits;
use countersign::value::digest::Digest;
use countersign::wire::call_json::call_from_json;
use countersign::wire::decision::DecisionOut;
use naive::document::{Wording, document};
use naive::print::Style;
use serde_json::{Value, json};
use vector_files::VectorFile;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let vectors = vector_files::read();
    let files: Vec<Value> = vectors.iter().map(|file| json!({ "file": file.name, "cases": file.cases })).collect();
    write(&root.join("target/vectors.json"), &json!({ "files": files }));
    let policies: Vec<Value> =
        of_vectors(&vectors).chain(of_examples(root)).chain(of_documents(root)).map(policy).collect();
    write(&root.join("target/policies.json"), &json!({ "policies": policies }));
    write(&root.join("target/random.json"), &json!({ "stacks": random(500) }));
    println!("{} files of vectors and {} policies in {}", files.len(), policies.len(), root.join("target").display());
}

/// Stacks with calls, usage and decisions, as many as asked for.
fn random(count: usize) -> Vec<Value> {
    let mut runner = naive::choices::runner(0);
    let mut stacks = Vec::new();
    while stacks.len() < count {
        let choices = &mut naive::choices::Choices::random(&mut runner);
        let policies = naive::generate::stack(choices);
        let text = |policy| naive::print::print(&document(policy, Wording::Short), Style::Json);
        let texts: Vec<String> = policies.iter().map(text).collect();
        // Some hold a rule that a laxer one hides, which is an error.
        let loaded: Option<Vec<_>> = texts.iter().map(|text| load(text, Limits::default()).0).collect();
        let Some(stack) = loaded.and_then(|policies| compile(policies).ok()) else { continue };
        let calls: Vec<Value> = naive::generate::calls(choices)
            .iter()
            .map(|asked| {
                let used = naive::evaluate::evaluate(&policies, asked).1;
                // What is no amount is refused by the package before the engine sees it.
                let used: Vec<_> = used.into_iter().filter(|(_, used)| used.is_finite() && *used >= 0.0).collect();
                let mut usage = Usage::default();
                for (bucket, used) in &used {
                    usage.insert(Digest::parse(bucket).expect("a digest"), *used);
                }
                let call = call_from_json(&asked.call.to_string()).expect("a call");
                let decision = decide(&stack, &call, &usage);
                json!({ "call": asked.call, "usage": used.into_iter().collect::<BTreeMap<_, _>>(), "decision": DecisionOut::from(&decision) })
            })
            .collect();
        stacks.push(json!({ "policies": texts, "calls": calls }));
    }
    stacks
}

fn write(path: &Path, value: &Value) {
    fs::write(path, value.to_string()).expect("target/ can be written to");
}

/// A policy's text, and what it holds; `data` is null if the second opinion cannot read it.
fn policy((name, text): (String, String)) -> Value {
    let data: Option<Value> = serde_yaml::from_str(&text).ok();
    json!({ "name": name, "text": text, "data": data })
}

fn of_vectors(files: &[VectorFile]) -> impl Iterator<Item = (String, String)> + '_ {
    files.iter().flat_map(|file| &file.cases).flat_map(|case| {
        let name = case["name"].as_str().unwrap_or_default();
        let several = case["policies"].as_array().into_iter().flatten();
        let texts = std::iter::once(&case["policy"]).chain(several).filter_map(Value::as_str);
        texts.map(|text| (name.to_owned(), text.to_owned())).collect::<Vec<_>>()
    })
}

fn of_examples(root: &Path) -> impl Iterator<Item = (String, String)> {
    let folder = fs::read_dir(root.join("examples/policies")).expect("there are examples");
    let mut paths: Vec<_> = folder.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.into_iter().map(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        (name.unwrap_or_default(), fs::read_to_string(path).expect("an example can be read"))
    })
}

/// The blocks of the documents that are whole policies.
fn of_documents(root: &Path) -> impl Iterator<Item = (String, String)> {
    ["README.md", "docs/language.md"].into_iter().flat_map(move |name| {
        let text = fs::read_to_string(root.join(name)).expect("a document can be read");
        let blocks = text.split("\n```yaml\n").skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned()));
        blocks.map(|block| (name.to_owned(), block)).collect::<Vec<_>>()
    })
}
