//! The JSON Schema that the package ships is the one that the crate generates.

use std::fs;
use std::path::Path;

use countersign::policy::schema::schema;
use countersign::wire::value::ValueOut;

#[test]
fn the_shipped_schema_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pkg/policy.schema.json");
    let generated = serde_json::to_string_pretty(&ValueOut(&schema())).expect("a schema is JSON") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &generated).expect("the schema can be written");
    }
    let shipped = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shipped == generated,
        "pkg/policy.schema.json is not the generated one: run `UPDATE_GOLDEN=1 cargo test --test it schema`"
    );
}
