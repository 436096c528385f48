//! What the engine takes natively, for policies of 100 to 10,000 rules.
//!
//! `node bench/write-workload.mjs target/workload` writes what it reads; then `cargo bench`, or `cargo bench -- decide`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use countersign::check::check;
use countersign::decide::call::Call;
use countersign::decide::compile::{Stack, compile};
use countersign::decide::decide::decide_held;
use countersign::decide::frame::{Frame, empty_slots, slot_of};
use countersign::decide::limit::Usage;
use countersign::decide::plan::Plan;
use countersign::policy::model::Policy;
use countersign::policy::parse::parse;
use countersign::review::batch::{Item, batches};
use countersign::text::yaml::Limits;
use countersign::wire::call_json::call_from_json;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box, black_box_drop};

/// How many rules the policies have.
const RULES: [usize; 3] = [100, 1_000, 10_000];

/// The policies are larger than those that are taken without asking.
const LIMITS: Limits = Limits { bytes: 1 << 30, depth: 64, nodes: 1 << 30 };

fn main() -> ExitCode {
    let files = RULES.iter().flat_map(|rules| [policy_file(*rules), calls_file(*rules)]);
    if let Some(missing) = files.into_iter().find(|file| !file.is_file()) {
        let folder = folder();
        eprintln!("there is no {}: run `node bench/write-workload.mjs {}` first", missing.display(), folder.display());
        return ExitCode::FAILURE;
    }
    divan::main();
    ExitCode::SUCCESS
}

/// Text to policy.
#[divan::bench(args = RULES)]
fn parses(bencher: Bencher, rules: usize) {
    let text = read(&policy_file(rules));
    bencher.bench(|| parse(black_box(&text), LIMITS));
}

/// Policy to warnings.
#[divan::bench(args = RULES)]
fn checks(bencher: Bencher, rules: usize) {
    let text = read(&policy_file(rules));
    let policy = policy(&text);
    bencher.bench(|| policy.as_ref().map(|policy| check(black_box(policy), &text)));
}

/// Policy to stack.
#[divan::bench(args = RULES)]
fn compiles(bencher: Bencher, rules: usize) {
    let policy = policy(&read(&policy_file(rules)));
    bencher.with_inputs(|| policy.clone()).bench_values(stack);
}

/// A plan for each of many tools that nobody has asked about: names that are known, are not, and could be taken for others.
#[divan::bench(args = RULES)]
fn plans_for_new_names(bencher: Bencher, rules: usize) {
    let names = ["svc3.read", "svc7.unheard", "other.read", "Svc3_Read", "sѵc3.read"];
    let stack = stack(policy(&read(&policy_file(rules))));
    bencher.counter(ItemsCount::new(names.len())).bench(|| {
        for name in names {
            black_box_drop(stack.as_ref().map(|stack| Plan::new(stack, black_box(name))));
        }
    });
}

/// Outcomes by plans that are there; what they ask of a call is read from it.
#[divan::bench(args = RULES)]
fn outcomes_by_plan(bencher: Bencher, rules: usize) {
    let Some(stack) = stack(policy(&read(&policy_file(rules)))) else { return };
    let calls = calls(rules);
    let planned: Vec<(Plan, &Call)> = calls.iter().map(|call| (Plan::new(&stack, &call.tool), call)).collect();
    bencher.counter(ItemsCount::new(planned.len())).bench(|| {
        for (plan, call) in &planned {
            let read = |slot| slot_of(plan, *call, slot);
            let frame = Frame { plan, slots: &empty_slots(plan), read: &read };
            black_box(plan.outcome(&stack, black_box(&frame)));
        }
    });
}

/// The batches among ten thousand pending calls of fifty tools.
#[divan::bench]
fn batches_of_ten_thousand(bencher: Bencher) {
    let Some(stack) = stack(policy("rules: [{ tool: '*', action: escalate }]")) else { return };
    let item = |number: usize| {
        let (tool, to, amount) = (number % 50, number % 400, number % 90);
        let args =
            format!(r#"{{"to":"u{to}@acme.com","amount":{amount},"note":"Dear all","url":"https://acme.com/x"}}"#);
        let call = call_from_json(&format!(r#"{{"tool":"tool{tool}","args":{args},"agent":"a"}}"#)).ok()?;
        let decision = Rc::new(decide_held(&stack, &call, &Usage::default()));
        Some(Item { call, decision, guard: "g".to_owned() })
    };
    let items: Vec<Item> = (0..10_000).filter_map(item).collect();
    bencher.counter(ItemsCount::new(items.len())).bench_local(|| batches(black_box(&items), |_| None, 50));
}

fn policy(text: &str) -> Option<Policy> {
    parse(text, LIMITS).0
}

fn stack(policy: Option<Policy>) -> Option<Stack> {
    compile(policy.into_iter().collect()).ok()
}

fn calls(rules: usize) -> Vec<Call> {
    read(&calls_file(rules)).lines().filter_map(|line| call_from_json(line).ok()).collect()
}

/// All that `main` has not missed can be read.
fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

fn policy_file(rules: usize) -> PathBuf {
    folder().join(format!("policy-{rules}.yaml"))
}

fn calls_file(rules: usize) -> PathBuf {
    folder().join(format!("calls-{rules}.ndjson"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join("workload")
}
