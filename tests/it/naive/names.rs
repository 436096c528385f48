//! Which tool names can be taken for one another, for the few names of `generate.rs`.

use super::domain::glob;
use super::policy::Policy;

/// The first rule that names a tool which `tool`, itself not named, could be taken for.
pub(crate) fn folded(policy: &Policy, tool: &str) -> Option<usize> {
    let exact = |name: &&String| !name.contains('*');
    if policy.rules.iter().flat_map(|rule| &rule.tools).filter(exact).any(|name| name == tool) {
        return None;
    }
    let readings = readings(tool);
    policy.rules.iter().position(|rule| {
        rule.tools.iter().any(|known| match known.contains('*') {
            true => !matches(known, tool) && readings.iter().any(|tool| glob(known, &separated(tool), false)),
            false => readings.iter().any(|tool| skeleton(known) == skeleton(tool)),
        })
    })
}

/// Whether a name or pattern as it is written matches a tool.
pub(crate) fn matches(pattern: &str, tool: &str) -> bool {
    pattern == "*" || glob(pattern, tool, false)
}

/// Without what cannot be seen; a ligature is itself or any two characters, one or none.
fn readings(name: &str) -> Vec<String> {
    let name = name.replace('\u{200b}', "");
    let mut readings = vec![name.clone()];
    if name.contains('ﬁ') {
        let letters: Vec<String> = ('a'..='z').chain("./".chars()).map(String::from).chain([String::new()]).collect();
        let pairs = letters.iter().flat_map(|first| letters.iter().map(move |second| format!("{first}{second}")));
        readings.extend(pairs.map(|pair| name.replace('ﬁ', &pair)));
    }
    readings
}

/// What is left of a name without case, separators and what looks alike.
fn skeleton(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().filter(|c| !matches!(c, '.' | '_' | '-' | ' ')).collect();
    plain.replace(['1', 'i'], "l").replace('0', "o").replace("rn", "m").replace("vv", "w")
}

/// For patterns: in lower case, the words of a name with a dot between them.
fn separated(name: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if before.is_lowercase() && c.is_uppercase() {
            out.push('.');
        }
        out.push(if matches!(c, '_' | '-') { '.' } else { c });
        before = c;
    }
    out.to_lowercase().replace("fi1e", "file")
}
