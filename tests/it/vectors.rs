//! Runs the vectors natively; `tests/js/vectors.test.ts` runs the same through the built wasm.
//!
//! A case: `name`; `policy` (text) or `policies` (several texts, a stack); then any of
//! `tools` (text of a tool catalogue; then of the diagnostics only those count that are not there without it),
//! `diagnostics` (all of them in order, those of the catalogue last: `code`, `at` — the underlined text —, `line` and
//! `column` where that begins, and `related` — what else is underlined, in order; without this key there is no error, and
//! warnings may be),
//! `call` with `decision` (the keys that are written must be so; `undecidable` lists the rules, each as its id or as
//! `{rule, field}`; in `review` and the rows of `charge` too, only the keys that are written count) and `usage` (what was
//! used of limits, by the id of their rules) and `misfit` (the field that does not fit the catalogue), `calls` (several of
//! these), `digest`, `same_digest_as` (a policy text).

use countersign::catalogue::read::{CATALOGUE_LIMITS, read};
use countersign::check::{load, load_for};
use countersign::decide::compile::{Stack, compile};
use countersign::decide::decide::{Doubt, decide};
use countersign::decide::limit::Usage;
use countersign::decide::trace::trace;
use countersign::text::diagnostic::{Code, Diagnostic};
use countersign::text::span::Positions;
use countersign::text::yaml::Limits;
use countersign::wire::call_json::call_from_json;
use countersign::wire::compiled::{read_compiled, write_compiled};
use countersign::wire::decision::DecisionOut;
use serde_json::Value;

use crate::traces::trace_tells;
use crate::vector_files;

#[test]
fn every_vector_holds() {
    let mut ran = 0;
    let mut failures = Vec::new();
    for file in vector_files::read() {
        for case in &file.cases {
            ran += 1;
            if let Err(failure) = check(case) {
                failures.push(format!("{}: {}\n    {failure}", file.name, case["name"]));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {ran} vectors fail\n{}", failures.len(), failures.join("\n"));
    assert!(ran >= 100, "only {ran} vectors were found");
}

#[test]
fn every_diagnostic_code_has_a_vector() {
    let seen: Vec<String> = vector_files::read()
        .iter()
        .flat_map(|file| &file.cases)
        .filter_map(|case| case["diagnostics"].as_array())
        .flatten()
        .filter_map(|diagnostic| Some(diagnostic["code"].as_str()?.to_owned()))
        .collect();
    // Limits and broken bytes cannot be written as a readable vector; tests/it/limits.rs has them.
    let elsewhere = [Code::TooLarge, Code::TooDeep, Code::TooManyNodes, Code::TooManyProblems, Code::TooManyWarnings];
    let missing: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !elsewhere.contains(code) && !seen.iter().any(|seen| seen == code.as_str()))
        .map(|code| code.as_str())
        .collect();
    assert!(missing.is_empty(), "no vector for {missing:?}");
}

/// What else a problem underlines is half of what it says, so each code that underlines more has a row that says what.
#[test]
fn every_second_place_of_a_diagnostic_has_a_vector() {
    let vectors = vector_files::read();
    let cases = || vectors.iter().flat_map(|file| &file.cases);
    let mut found: Vec<&str> = Vec::new();
    for text in
        cases().flat_map(|case| [&case["policy"]].into_iter().chain(case["policies"].as_array().into_iter().flatten()))
    {
        let (_, problems) = load(text.as_str().unwrap_or_default(), Limits::default());
        found.extend(
            problems.iter().filter(|problem| !problem.words.related.is_empty()).map(|problem| problem.code.as_str()),
        );
    }
    found.sort_unstable();
    found.dedup();
    let expected: Vec<&str> = cases()
        .filter_map(|case| case["diagnostics"].as_array())
        .flatten()
        .filter(|diagnostic| diagnostic["related"].as_array().is_some_and(|related| !related.is_empty()))
        .filter_map(|diagnostic| diagnostic["code"].as_str())
        .collect();
    let missing: Vec<&&str> = found.iter().filter(|code| !expected.contains(code)).collect();
    assert!(found.len() >= 8 && missing.is_empty(), "of {found:?} no vector says what else is underlined: {missing:?}");
}

fn check(case: &Value) -> Result<(), String> {
    known_keys(
        case,
        &[
            "name",
            "policy",
            "policies",
            "tools",
            "diagnostics",
            "call",
            "usage",
            "decision",
            "misfit",
            "calls",
            "digest",
            "same_digest_as",
        ],
    )?;
    let texts: Vec<&str> = match (&case["policy"], &case["policies"]) {
        (Value::String(text), Value::Null) => vec![text],
        (Value::Null, Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
        _ => return Err("a case has `policy` or `policies`".to_owned()),
    };
    let expected = case["diagnostics"].as_array().cloned().unwrap_or_default();
    let tools = case["tools"].as_str().map(|text| (text, read(text, CATALOGUE_LIMITS)));
    let catalogue = tools.as_ref().and_then(|(_, (catalogue, _))| catalogue.as_ref());
    let mut found = Vec::new();
    let mut policies = Vec::new();
    for text in &texts {
        let (policy, mut problems) = load_for(text, Limits::default(), catalogue);
        if catalogue.is_some() {
            let (_, alone) = load(text, Limits::default());
            problems.retain(|problem| !alone.contains(problem));
        }
        found.extend(shown(&problems, text));
        policies.push(policy);
    }
    if let Some((text, (_, problems))) = &tools {
        found.extend(shown(problems, text));
    }
    if case["diagnostics"].is_null() {
        found.retain(|shown| shown.is_error);
    }
    check_diagnostics(&expected, &found)?;
    let policies = policies.into_iter().collect::<Option<Vec<_>>>();
    let Some(policies) = policies.filter(|_| catalogue.is_some() == tools.is_some()) else {
        let asks_more = ["call", "calls", "digest", "same_digest_as"].iter().any(|key| !case[*key].is_null());
        return if asks_more { Err("there is no policy".to_owned()) } else { Ok(()) };
    };
    let mut stack = compile(policies).map_err(|error| format!("{error:?}"))?;
    if let Some(catalogue) = catalogue {
        stack = stack.with_catalogue(catalogue.clone());
    }
    if let Some(digest) = case["digest"].as_str() {
        expect_equal("digest", &stack.digest.to_string(), &digest.to_owned())?;
    }
    if let Some(other) = case["same_digest_as"].as_str() {
        let (other, _) = load(other, Limits::default());
        let other = other.ok_or("`same_digest_as` is no policy")?;
        expect_equal("digest", &stack.digest, &other.digest)?;
    }
    let read_back = write_compiled(&stack).and_then(|bytes| read_compiled(&bytes));
    let read_back = read_back.map_err(|failure| format!("{failure:?}"))?;
    if !case["call"].is_null() {
        check_call(&stack, &read_back, case)?;
    }
    for row in case["calls"].as_array().into_iter().flatten() {
        known_keys(row, &["call", "usage", "decision", "misfit"])?;
        check_call(&stack, &read_back, row)?;
    }
    Ok(())
}

/// A diagnostic, as far as vectors say what it is.
#[derive(Debug)]
struct Shown<'text> {
    code: &'static str,
    is_error: bool,
    at: &'text str,
    line: usize,
    column: usize,
    related: Vec<&'text str>,
}

fn shown<'text>(problems: &[Diagnostic], text: &'text str) -> Vec<Shown<'text>> {
    let positions = Positions::new(text);
    let shown = |problem: &Diagnostic| {
        let start = positions.at(problem.span.start);
        Shown {
            code: problem.code.as_str(),
            is_error: problem.is_error(),
            at: problem.span.of(text),
            line: start.line,
            column: start.column,
            related: problem.words.related.iter().map(|related| related.span.of(text)).collect(),
        }
    };
    problems.iter().map(shown).collect()
}

fn check_diagnostics(expected: &[Value], found: &[Shown<'_>]) -> Result<(), String> {
    if expected.len() != found.len() {
        return Err(format!("found {found:?}"));
    }
    for (expected, found) in expected.iter().zip(found) {
        known_keys(expected, &["code", "at", "line", "column", "related"])?;
        let is = |key: &str, found: Value| expected[key].is_null() || expected[key] == found;
        let same = expected["code"] == found.code
            && is("at", found.at.into())
            && is("line", found.line.into())
            && is("column", found.column.into())
            && is("related", found.related.clone().into());
        if !same {
            return Err(format!("expected {expected}, found {found:?}"));
        }
    }
    Ok(())
}

fn check_call(stack: &Stack, read_back: &Stack, row: &Value) -> Result<(), String> {
    let expected = &row["decision"];
    let keys = ["action", "rule", "cause", "reason", "risk", "reversible", "consequence", "review", "marks", "charge"];
    known_keys(expected, &[&keys[..], &["undecidable"]].concat())?;
    let call = call_from_json(&row["call"].to_string()).map_err(|failure| format!("{failure:?}"))?;
    let mut usage = Usage::default();
    for charge in decide(stack, &call, &usage.clone()).charge {
        if let Some(used) = row["usage"][&charge.rule].as_f64() {
            usage.insert(charge.bucket, used);
        }
    }
    let decision = decide(stack, &call, &usage);
    let found = serde_json::to_value(DecisionOut::from(&decision)).map_err(|error| error.to_string())?;
    let expected = expected.as_object().ok_or("a call has a `decision`")?;
    if expected.is_empty() {
        return Err("a decision says at least something".to_owned());
    }
    let trace = trace(stack, &call, &usage);
    if decide(read_back, &call, &usage) != decision {
        return Err(format!("`{}`: the compiled policy decides otherwise", call.tool));
    }
    if trace.decision != decision {
        return Err(format!("`{}`: the trace has another decision", call.tool));
    }
    trace_tells(stack, &trace).map_err(|failure| format!("`{}`: {failure}", call.tool))?;
    let field = trace.misfit.map(|misfit| misfit.field.map_or_else(|| "tool".to_owned(), |field| field.to_string()));
    if stack.catalogue.is_some() {
        expect_equal(&format!("`{}`: misfit", call.tool), &field.as_deref(), &row["misfit"].as_str())?;
    }
    if let Some(expected) = expected.get("undecidable") {
        check_undecidable(expected, &decision.undecidable).map_err(|failure| format!("`{}`: {failure}", call.tool))?;
    }
    for (key, value) in expected.iter().filter(|(key, _)| *key != "undecidable") {
        if !fits(value, &found[key]) {
            return Err(format!("`{}`: expected {key} {value}, found {}", call.tool, found[key]));
        }
    }
    Ok(())
}

/// Whether `found` is `expected`; of maps only the keys that are expected count.
fn fits(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().all(|(key, value)| found.get(key).is_some_and(|found| fits(value, found)))
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(a, b)| fits(a, b))
        }
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => expected == found,
    }
}

/// The rules that could not be decided, in order; of each its id, and the field where that is written too.
fn check_undecidable(expected: &Value, found: &[Doubt]) -> Result<(), String> {
    let rows = expected.as_array().ok_or("`undecidable` is a list")?;
    let same = |row: &Value, doubt: &Doubt| match row {
        Value::String(id) => *id == doubt.rule,
        row => row["rule"] == doubt.rule.as_str() && row["field"] == doubt.field.as_str(),
    };
    if rows.len() == found.len() && rows.iter().zip(found).all(|(row, doubt)| same(row, doubt)) {
        return Ok(());
    }
    let found: Vec<String> = found.iter().map(|Doubt { rule, field, .. }| format!("{rule} for {field}")).collect();
    Err(format!("expected undecidable {expected}, found {found:?}"))
}

fn known_keys(map: &Value, known: &[&str]) -> Result<(), String> {
    match map.as_object().and_then(|map| map.keys().find(|key| !known.contains(&key.as_str()))) {
        Some(unknown) => Err(format!("a vector has no key `{unknown}`")),
        None => Ok(()),
    }
}

fn expect_equal<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}
