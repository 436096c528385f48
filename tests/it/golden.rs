//! Rendered diagnostics, word for word: `tests/golden/NAME.yaml` gives `tests/golden/NAME.txt`.
//!
//! `UPDATE_GOLDEN=1 cargo test --test it golden` writes them anew; read the difference before you commit it.

use std::env;
use std::fs;
use std::path::Path;

use countersign::text::yaml::Limits;
use countersign::wire::diagnostic::load;

#[test]
fn rendered_diagnostics_are_as_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    assert!(names.len() >= 5, "only {} golden texts were found", names.len());
    for name in names {
        let bytes = fs::read(folder.join(&name)).unwrap();
        let rendered = load(vec![(name.clone(), bytes)], None, Limits::default()).rendered().concat();
        let golden = folder.join(name.replace(".yaml", ".txt"));
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &rendered).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(rendered, expected, "{name}");
    }
}
