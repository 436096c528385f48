//! Whether one decision is as strict as another, in everything that protects.

use serde_json::{Value, json};

use crate::naive::policy::Action;

/// An error if `after` is laxer than `before` in anything. `rated` is whether a rule contributed before: without one
/// nobody has said how bad the call is. Where all abstained nobody has said how a review must be either.
pub(crate) fn never_looser(before: &Value, after: &Value, rated: bool) -> Result<(), String> {
    let is_held = |decision: &Value| decision["action"] == "escalate";
    let all_abstained = before["policy"].is_null() && before["undecidable"] == json!([]);
    let compares_reviews = is_held(before) && is_held(after) && !all_abstained;
    let mut looser = Vec::new();
    let mut ask = |what: &str, is_as_strict: bool| {
        if !is_as_strict {
            looser.push(format!("{what} is looser: from {} to {}", before[what], after[what]));
        }
    };
    ask("action", place(&Action::ALL.map(Action::word), after) >= place(&Action::ALL.map(Action::word), before));
    ask("risk", !rated || risk(after) >= risk(before));
    ask("reversible", !rated || reversible(after) >= reversible(before));
    ask("charge", includes(&after["charge"], &before["charge"]));
    // What is blocked does not run, and leaves no marks.
    ask("marks", after["action"] == "block" || includes(&after["marks"], &before["marks"]));
    ask("review", !compares_reviews || is_as_strict_a_review(&before["review"], &after["review"]));
    if looser.is_empty() { Ok(()) } else { Err(format!("{}\nfrom {before}\nto {after}", looser.join("\n"))) }
}

fn is_as_strict_a_review(before: &Value, after: &Value) -> bool {
    let number = |review: &Value, key: &str| review[key].as_f64().expect("a number");
    includes(&after["reviewers"], &before["reviewers"])
        && number(after, "quorum") >= number(before, "quorum")
        && number(after, "expiresMs") <= number(before, "expiresMs")
        && includes(&after["confirm"], &before["confirm"])
        && includes(&before["editable"], &after["editable"])
}

fn place(actions: &[&str], decision: &Value) -> Option<usize> {
    actions.iter().position(|action| decision["action"] == *action)
}

/// An unwritten risk counts as high, behind one that says so.
fn risk(decision: &Value) -> usize {
    let order = ["low", "medium", "", "high", "critical"];
    let risk = decision["risk"].as_str().unwrap_or_default();
    order.iter().position(|one| *one == risk).expect("a risk")
}

fn reversible(decision: &Value) -> usize {
    match decision["reversible"].as_bool() {
        Some(true) => 0,
        None => 1,
        Some(false) => 2,
    }
}

/// Whether `all` has every item of `some`; whose policy a charge is of does not matter, as a change has another digest.
fn includes(all: &Value, some: &Value) -> bool {
    let items = |list: &Value| -> Vec<Value> {
        let mut items = list.as_array().expect("a list").clone();
        for item in &mut items {
            item.as_object_mut().map(|item| item.remove("policy"));
        }
        items
    };
    let all = items(all);
    items(some).iter().all(|item| all.contains(item))
}
