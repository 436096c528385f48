//! The review card: what a reviewer of a hostile call sees.

mod attacks;
mod batches;
mod hostile;
mod segments;
mod tables;

use countersign::decide::call::{Call, call_digest};
use countersign::decide::compile::Stack;
use countersign::decide::decide::decide_held;
use countersign::decide::limit::Usage;
use countersign::review::event::{Held, Links};
use countersign::review::present::card::{Card, FlagCode, Row};
use countersign::review::present::why::Policies;
use countersign::review::present::written::{Kind, Segment};
use countersign::review::present::{Shown, card};
use countersign::value::value::Value;
use countersign::wire::call_json::call_from_json;
use serde_json::json;

/// A policy that holds every call.
pub(crate) const HOLDS_ALL: &str = "rules: [{ tool: '*', action: escalate }]";

pub(crate) fn stack(policy: &str) -> Stack {
    let (policy, problems) = countersign::check::load(policy, countersign::text::yaml::Limits::default());
    assert!(!problems.iter().any(countersign::text::diagnostic::Diagnostic::is_error), "{problems:?}");
    countersign::decide::compile::compile(policy.into_iter().collect()).unwrap()
}

pub(crate) fn call(json: &serde_json::Value) -> Call {
    call_from_json(&json.to_string()).unwrap()
}

pub(crate) fn held(stack: &Stack, call: Call) -> Held {
    let decision = decide_held(stack, &call, &Usage::default());
    Held { digest: call_digest(&call, &[]).unwrap(), covers: Vec::new(), decision, call }
}

/// The card of a call of `tool` with `args`, held by the default of a policy.
pub(crate) fn card_of(tool: &str, args: &serde_json::Value) -> Card {
    card_with(HOLDS_ALL, &json!({ "tool": tool, "args": args }), None)
}

pub(crate) fn card_with(policy: &str, json: &serde_json::Value, approved: Option<&[serde_json::Value]>) -> Card {
    let stack = stack(policy);
    let held = held(&stack, call(json));
    let approved: Option<Vec<Value>> = approved.map(|args| args.iter().map(value).collect());
    let links = Links::default();
    let shown = Shown { held: &held, original: None, links: &links, unapprovable: None };
    card(shown, approved.as_deref(), Some(Policies { stack: &stack, texts: &[policy] }))
}

pub(crate) fn value(json: &serde_json::Value) -> Value {
    let call = call(&json!({ "tool": "x", "args": { "value": json } }));
    let Some(Value::Map(args)) = call.args else { panic!("it has args") };
    args.get("value").unwrap().clone()
}

/// As it is drawn.
pub(crate) fn drawn(written: &[Segment]) -> String {
    written.iter().map(|segment| segment.text.as_str()).collect()
}

/// What was written, from what is drawn and nothing else.
pub(crate) fn decoded(written: &[Segment]) -> String {
    written.iter().map(decoded_segment).collect()
}

fn decoded_segment(Segment { kind, text, .. }: &Segment) -> String {
    let (shown, times) = match text.split_once('×') {
        Some((shown, times)) if *kind != Kind::Text => (shown, times.parse().unwrap()),
        _ => (text.as_str(), 1),
    };
    match kind {
        Kind::Text => text.clone(),
        Kind::Foreign => text.chars().take(1).collect(),
        Kind::Hidden => {
            let code = shown.strip_prefix("‹U+").unwrap().split(['›', ' ']).next().unwrap();
            char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap().to_string().repeat(times)
        }
        Kind::Escape => match shown {
            "⏎" => "\n".repeat(times),
            "\\r⏎" => "\r\n".repeat(times),
            "␠" => " ".repeat(times),
            escapes => serde_json::from_str::<String>(&format!("\"{escapes}\"")).unwrap().repeat(times),
        },
    }
}

pub(crate) fn row<'a>(card: &'a Card, field: &str) -> &'a Row {
    card.args.iter().find(|row| row.field == field).unwrap_or_else(|| panic!("no row {field}"))
}

/// The codes of the flags of the row of `field`.
pub(crate) fn flags(card: &Card, field: &str) -> Vec<&'static str> {
    row(card, field).flags.iter().map(|flag| card.flags[*flag].code.as_str()).collect()
}

pub(crate) fn has_flag(card: &Card, code: FlagCode) -> bool {
    card.flags.iter().any(|flag| flag.code == code)
}
