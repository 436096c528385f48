//! Reads `tests/vectors/**/*.yaml`, with the oracle's parser: our own is what they test.

use std::fs;
use std::path::{Path, PathBuf};

/// One file of vectors.
pub(crate) struct VectorFile {
    /// Path below `tests/vectors`.
    pub(crate) name: String,
    /// The cases, as written.
    pub(crate) cases: Vec<serde_json::Value>,
}

/// Every file of vectors, sorted by name.
pub(crate) fn read() -> Vec<VectorFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    paths.iter().map(|path| read_file(&root, path)).collect()
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
    let cases = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    VectorFile { name, cases }
}
