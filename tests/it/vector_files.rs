//! Reads `tests/vectors/**/*.yaml`, with the oracle's parser: our own is what they test. The table of tool patterns of
//! `docs/language.md` is read as one more file.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::documents;

/// One file of vectors.
pub(crate) struct VectorFile {
    /// Path below `tests/vectors`, or what else the cases are.
    pub(crate) name: String,
    /// The cases, as written.
    pub(crate) cases: Vec<Value>,
}

/// Every file of vectors, sorted by name.
pub(crate) fn read() -> Vec<VectorFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let patterns = VectorFile { name: "tool patterns".to_owned(), cases: documents::pattern_cases() };
    paths.iter().map(|path| read_file(&root, path)).chain([patterns]).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("tests/vectors can be read") {
        let path = entry.expect("tests/vectors can be read").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
}

fn read_file(root: &Path, path: &Path) -> VectorFile {
    let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
    let text = fs::read_to_string(path).expect("a vector file can be read");
    let cases: Vec<Value> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let cases = match name.as_str() {
        "docs.yaml" => cases.iter().map(documents::case).collect(),
        _ if name.starts_with("matchers") => cases.iter().map(matcher_case).collect(),
        _ => cases,
    };
    VectorFile { name, cases }
}

/// A row of `matchers/`, which says how one matcher comes out for one `text`, as a case like all others.
///
/// A rule that blocks asks the matcher, and a rule after it allows: what holds is blocked, what does not is allowed, and
/// what is undecidable is blocked for that cause.
fn matcher_case(row: &Value) -> Value {
    let mut matcher = row.as_object().cloned().expect("a row is a map");
    let mut take = |key: &str| matcher.remove(key).unwrap_or_else(|| panic!("{row}: no `{key}`"));
    let (name, text, truth) = (take("name"), take("text"), take("truth"));
    let matcher = match matcher.keys().next().map(String::as_str) {
        Some("url" | "email") => Value::from(matcher),
        Some("only" | "runs") => json!({ "shell": matcher }),
        _ => json!({ "path": matcher }),
    };
    let rules = json!([
        { "id": "asks", "tool": "t", "when": { "args.x": matcher }, "action": "block" },
        { "id": "else", "tool": "t", "action": "allow" },
    ]);
    let decision = match truth.as_str() {
        Some("holds") => json!({ "action": "block", "rule": "asks", "cause": "rule" }),
        Some("does-not-hold") => json!({ "action": "allow", "rule": "else", "cause": "rule" }),
        Some("undecidable") => json!({ "action": "block", "rule": "asks", "cause": "undecidable" }),
        _ => panic!("{row}: unknown truth"),
    };
    let policy = json!({ "rules": rules }).to_string();
    json!({ "name": name, "policy": policy, "call": { "tool": "t", "args": { "x": text } }, "decision": decision })
}
