//! House rules about the crate that a compiler does not check.

use std::fs;
use std::path::{Path, PathBuf};

use countersign::text::diagnostic::Code;

fn sources() -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

#[test]
fn the_core_is_pure() {
    let impure = [
        "std::time",
        "SystemTime",
        "Instant::now",
        "std::env::",
        "std::fs",
        "std::net",
        "std::thread",
        "RandomState",
        "Date::now",
        "Math::random",
        "println!",
    ];
    for (path, text) in sources() {
        let names_hash_maps = path.ends_with("names.rs");
        assert!(
            names_hash_maps || !text.contains("HashMap") && !text.contains("HashSet"),
            "{}: use NameMap, NameSet",
            path.display()
        );
        for word in impure {
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    }
}

#[test]
fn modules_import_only_from_those_above_them() {
    let order = [
        "names",
        "sorted",
        "text",
        "value",
        "matcher",
        "policy",
        "catalogue",
        "decide",
        "check",
        "language",
        "review",
        "evidence",
        "wire",
        "wasm",
    ];
    let place = |module: &str| order.iter().position(|&name| name == module);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (path, text) in sources() {
        let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let module = relative.split(['/', '.']).next().unwrap();
        let Some(own) = place(module) else { continue };
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for imported in line.split("crate::").skip(1) {
                let name: String = imported.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let other = place(&name).unwrap_or_else(|| panic!("{relative}: unknown module `{name}`"));
                assert!(other <= own, "{relative} imports from {name}, which stands below it");
            }
        }
    }
}

#[test]
fn every_diagnostic_code_is_explained_in_the_docs() {
    let docs = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics.md")).unwrap();
    let headings: Vec<&str> =
        docs.lines().filter_map(|line| line.strip_prefix("## ")).map(|heading| heading.trim_matches('`')).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(headings, codes, "docs/diagnostics.md has a heading for each code, in the order of the source");
}
