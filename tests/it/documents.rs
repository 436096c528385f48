//! What `docs/language.md` shows: its examples and its table of tool patterns, as cases like those of `tests/vectors/`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// A block of code in a Markdown text.
pub(crate) struct Block {
    /// The heading above it, without `#` and backticks.
    pub(crate) section: String,
    /// Which of that section's blocks, from 1.
    pub(crate) number: u64,
    /// What stands behind its opening backticks.
    pub(crate) info: String,
    /// What it shows.
    pub(crate) text: String,
}

/// `docs/language.md`.
pub(crate) fn language() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md");
    fs::read_to_string(path).expect("docs/language.md can be read")
}

/// The text between the heading `section` and the next one, without blocks of code.
pub(crate) fn section(markdown: &str, section: &str) -> String {
    let mut is_in = false;
    let mut is_code = false;
    let mut found = Vec::new();
    for line in markdown.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
            continue;
        }
        match heading(line).filter(|_| !is_code) {
            Some(heading) => is_in = heading == section,
            None if is_in && !is_code => found.push(line),
            None => {}
        }
    }
    assert!(!found.is_empty(), "the document has no section `{section}`");
    found.join("\n")
}

/// The blocks of code in order.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut section = String::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let number = blocks.iter().filter(|block| block.section == section).count() as u64 + 1;
            let text = text.join("\n") + "\n";
            blocks.push(Block { section: section.clone(), number, info: info.to_owned(), text });
        } else if let Some(heading) = heading(line) {
            section = heading;
        }
    }
    blocks
}

fn heading(line: &str) -> Option<String> {
    line.starts_with('#').then(|| line.trim_start_matches('#').trim().replace('`', ""))
}

/// A row of `tests/vectors/docs.yaml` as a case: the block that it names is the policy, or the tools for one.
pub(crate) fn case(row: &Value) -> Value {
    let (section, number) = (row["section"].as_str().expect("a section"), row["block"].as_u64().unwrap_or(1));
    let markdown = language();
    let mut blocks = blocks(&markdown).into_iter();
    let block = blocks.find(|block| block.section == section && block.number == number);
    let Some(block) = block else { panic!("docs/language.md has no block {number} in `{section}`") };
    let name = format!("docs/language.md: {section}, {number}");
    match block.info.as_str() {
        "yaml" => json!({ "name": name, "policy": block.text, "calls": row["calls"] }),
        "yaml part of a rule" => json!({ "name": name, "policy": rule_with(&block.text), "calls": row["calls"] }),
        "json" => json!({ "name": name, "policy": row["policy"], "tools": block.text, "calls": row["calls"] }),
        other => panic!("nothing is known of blocks of `{other}`"),
    }
}

/// A policy whose only rule has `part` in it, and blocks.
fn rule_with(part: &str) -> String {
    let indented: String = part.lines().map(|line| format!("    {line}\n")).collect();
    format!("rules:\n  - id: r\n    tool: t\n    action: block\n{indented}")
}

/// Of each row of the table of tool patterns, a case with the names that match and those that do not.
pub(crate) fn pattern_cases() -> Vec<Value> {
    let text = section(&language(), "Tool patterns");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let mut cells = row.split('|').skip(1).map(code_spans);
        let mut next = || cells.next().expect("a row has three cells");
        let (pattern, matching, others) = (next(), next(), next());
        let matched = json!({ "action": "allow", "cause": "rule" });
        let unmatched = json!({ "action": "block", "cause": "default" });
        // Of a lone star the table gives no names.
        let any = if matching.is_empty() { vec!["a".to_owned(), "a.b/c".to_owned()] } else { matching };
        let call = |tool: String, decision: &Value| json!({ "call": { "tool": tool }, "decision": decision });
        let calls = any.into_iter().map(|tool| call(tool, &matched));
        let calls: Vec<Value> = calls.chain(others.into_iter().map(|tool| call(tool, &unmatched))).collect();
        let policy = json!({ "default": "block", "rules": [{ "tool": pattern[0], "action": "allow" }] }).to_string();
        json!({ "name": format!("docs/language.md: the tool pattern {}", pattern[0]), "policy": policy, "calls": calls })
    })
    .collect()
}

/// What stands between backticks.
pub(crate) fn code_spans(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
