//! Hostile and oversized texts and calls: a clear diagnostic or a strict decision, in bounded time and memory, never a crash.

use countersign::check;
use countersign::decide::call::Call;
use countersign::decide::compile::compile;
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::decide::trace::trace;
use countersign::policy::model::Action;
use countersign::policy::parse::parse;
use countersign::text::yaml::{DEPTH_MAX, Limits};
use countersign::value::value::{Map, Value};
use countersign::wire::diagnostic::load;

fn codes(text: &str, limits: Limits) -> Vec<&'static str> {
    let (policy, problems) = parse(text, limits);
    assert!(policy.is_none() || problems.is_empty(), "a policy with problems");
    problems.iter().map(|problem| problem.code.as_str()).collect()
}

fn policy_with(padding: &str) -> String {
    format!("x-padding: {padding}\nrules: [{{ tool: a, action: allow }}]\n")
}

#[test]
fn a_text_over_the_limit_is_not_read() {
    let text = policy_with(&format!("\"{}\"", "a".repeat(5 * 1024 * 1024)));
    assert_eq!(codes(&text, Limits::default()), ["too-large"]);
    assert_eq!(codes(&text, Limits { bytes: 6 * 1024 * 1024, ..Limits::default() }), [""; 0]);
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |depth: usize| policy_with(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    assert_eq!(codes(&nested(63), Limits::default()), [""; 0]);
    assert_eq!(codes(&nested(64), Limits::default()), ["too-deep"]);
    assert_eq!(codes(&nested(100), Limits { depth: 200, ..Limits::default() }), [""; 0]);
    assert_eq!(codes(&nested(500_000), Limits { depth: usize::MAX, ..Limits::default() }), ["too-deep"]);
    let block = policy_with(&format!("\n  {}a", "- ".repeat(DEPTH_MAX + 10)));
    assert_eq!(codes(&block, Limits { depth: usize::MAX, ..Limits::default() }), ["too-deep"]);
}

#[test]
fn e13_alias_bombs_are_refused_before_they_are_expanded() {
    let mut bomb = String::from("x-0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..40 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("x-{level}: &a{level} [{aliases}]\n"));
    }
    bomb.push_str("rules: [{ tool: a, action: allow }]\n");
    assert_eq!(codes(&bomb, Limits::default()), ["too-many-nodes"]);
    assert_eq!(codes(&bomb, Limits { nodes: usize::MAX, ..Limits::default() }), ["too-large"]);
}

#[test]
fn e13_cases_that_share_a_large_call_are_refused_before_they_are_made() {
    let policy = |cases: usize, bytes: usize| {
        let (cases, long) = (vec!["{ args: { n: 1 } }"; cases].join(", "), "a".repeat(bytes));
        format!(
            "rules: [{{ tool: a, action: allow }}]\ntests: [{{ name: x, call: {{ tool: a, args: {{ text: {long} }} }}, expect: allow, cases: [{cases}] }}]\n"
        )
    };
    assert_eq!(codes(&policy(900, 1_000), Limits::default()), [""; 0]);
    assert_eq!(codes(&policy(1_000, 1_000), Limits::default()), ["too-many-nodes"]);
    assert_eq!(codes(&policy(4_000, 900_000), Limits::default()), ["too-many-nodes"]);
}

#[test]
fn few_aliases_of_a_long_text_are_a_bomb_too() {
    let long = "a".repeat(500_000);
    let bomb =
        format!("x-a: &a {long}\nx-b: [{}]\nrules: [{{ tool: a, action: allow }}]\n", vec!["*a"; 100].join(", "));
    assert_eq!(codes(&bomb, Limits::default()), ["too-large"]);
}

#[test]
fn anchors_around_anchors_are_not_copied_without_end() {
    let items = "a,".repeat(50_000);
    let open: String = (0..50).map(|level| format!("&a{level} [")).collect();
    assert_eq!(codes(&policy_with(&format!("{open}{items}{}", "]".repeat(50))), Limits::default()), ["too-many-nodes"]);
}

#[test]
fn aliases_nest_no_deeper_than_what_is_written_out() {
    let mut chain = String::from("x-0: &a0 [1]\n");
    for level in 1..100 {
        chain.push_str(&format!("x-{level}: &a{level} [*a{}]\n", level - 1));
    }
    chain.push_str("rules: [{ tool: a, action: allow }]\n");
    assert_eq!(codes(&chain, Limits::default()), ["too-deep"]);
    assert_eq!(codes(&chain, Limits { depth: 200, ..Limits::default() }), [""; 0]);
}

#[test]
fn a_flood_of_nodes_is_refused() {
    assert_eq!(codes(&policy_with(&format!("[{}a]", "a,".repeat(200_000))), Limits::default()), ["too-many-nodes"]);
}

#[test]
fn a_flood_of_problems_is_cut_short() {
    let text = format!("rules:\n{}", "- { a: 1, a: 2 }\n".repeat(5_000));
    let (policy, problems) = parse(&text, Limits::default());
    assert!(policy.is_none());
    assert_eq!(problems.iter().filter(|problem| problem.code.as_str() == "too-many-problems").count(), 1);
    let (policy, problems) = parse(&format!("rules:\n{}", "- { oops: 1 }\n".repeat(20_000)), Limits::default());
    assert!(policy.is_none());
    assert!(problems.len() <= 1_010, "{} problems", problems.len());
}

#[test]
fn a_flood_of_warnings_is_cut_short_and_errors_are_not() {
    let rules: String =
        (0..300).map(|at| format!("- {{ tool: t{at}, when: {{ args.a: 1 }}, action: allow }}\n")).collect();
    let strict: String = (0..300)
        .map(|at| format!("- {{ tool: t{at}, action: escalate }}\n- {{ tool: t{at}, action: block }}\n"))
        .collect();
    let (policy, problems) = check::load(&format!("rules:\n{rules}{strict}"), Limits::default());
    assert!(policy.is_none());
    let count = |code: &str| problems.iter().filter(|problem| problem.code.as_str() == code).count();
    assert_eq!((count("open-keys"), count("shadowed-stricter"), count("too-many-warnings")), (100, 300, 1));
    assert!(problems.iter().any(|problem| problem.words.message == "there are 200 more warnings"));
}

#[test]
fn bytes_that_are_not_utf8_are_a_diagnostic() {
    let loaded = load(vec![("p.yaml".to_owned(), b"rules:\n  - \xFF\n".to_vec())], None, Limits::default());
    assert!(loaded.policies.is_none());
    assert_eq!(
        loaded.rendered().concat(),
        "error[damaged-text]: byte 11 is not UTF-8\n  --> p.yaml:2:5\n   |\n 2 |   -\n   |     ^\n   = help: save the file as UTF-8; a binary file is no policy\n"
    );
}

#[test]
fn one_broken_policy_leaves_no_stack() {
    let good = b"rules: [{ tool: a, action: allow }]".to_vec();
    let loaded = load(
        vec![("good".to_owned(), good.clone()), ("bad".to_owned(), b"rules: 1".to_vec())],
        None,
        Limits::default(),
    );
    assert!(loaded.policies.is_none());
    assert_eq!(loaded.diagnostics().len(), 1);
    assert_eq!(
        load(vec![("good".to_owned(), good)], None, Limits::default()).policies.map(|policies| policies.len()),
        Some(1)
    );
}

#[test]
fn e14_hostile_repetitions_end() {
    for (name, text) in [
        ("brackets", "[".repeat(1_000_000)),
        ("braces", "{".repeat(1_000_000)),
        ("dashes", "- ".repeat(500_000)),
        ("question marks", "? ".repeat(500_000)),
        ("colons", "a: ".repeat(300_000)),
        ("commas", format!("[{}", ",".repeat(1_000_000))),
        ("anchors", "&a ".repeat(300_000)),
        ("quotes", "\"".repeat(1_000_001)),
        ("tags", "! ".repeat(400_000)),
        ("one long key", format!("{}: 1", "k".repeat(1_000_000))),
        ("zeros", "\0".repeat(1_000_000)),
        ("hidden characters", "\u{202E}".repeat(300_000)),
        ("line ends", "\n".repeat(1_000_000)),
        ("tabs", "\t".repeat(1_000_000)),
    ] {
        let (policy, problems) = parse(&text, Limits::default());
        assert!(policy.is_none(), "{name}");
        assert!(!problems.is_empty() && problems.len() <= 1_010, "{name}: {} problems", problems.len());
    }
}

#[test]
fn regular_expressions_are_of_bounded_size_together() {
    let rule = |at: usize, regex: &str| {
        format!("- {{ tool: t{at}, when: {{ args.a: {{ regex: '{regex}' }} }}, action: block }}\n")
    };
    let with = |count: usize, regex: &dyn Fn(usize) -> String| {
        let rules: String = (0..count).map(|at| rule(at, &regex(at))).collect();
        check::load(&format!("rules:\n{rules}"), Limits::default())
    };
    // The same one is compiled once, however often it is written.
    assert!(with(1_000, &|_| "(\\w{1,60}){1,30}".to_owned()).0.is_some());
    assert!(with(1_000, &|at| format!("[a-z]+{at}")).0.is_some());
    let (policy, problems) = with(1_000, &|at| format!("(\\w{{1,60}}){{1,30}}{at}"));
    assert!(policy.is_none());
    let errors = problems.iter().filter(|problem| problem.is_error());
    assert!(errors.clone().all(|problem| problem.code.as_str() == "pattern"));
    assert!((900..1_000).contains(&errors.count()), "{}", problems.len());
}

/// What would take minutes is undecidable: `matcher` of a list `args.v` of these items, beside another list `args.w`.
#[test]
fn what_would_take_too_long_is_undecidable() {
    let texts = |count: usize, item: &dyn Fn(usize) -> String| -> Value {
        Value::List((0..count).map(|at| Value::from(item(at).as_str())).collect())
    };
    let numbered = texts(60_000, &|at| format!("n{at}"));
    let long = texts(240, &|_| "a;".repeat(32_000));
    let addresses = (0..500).map(|at| format!("a{at}@acme.example")).collect::<Vec<_>>().join(", ");
    for (matcher, list) in [
        ("{ each: { in_field: args.w } }".to_owned(), numbered.clone()),
        (format!("{{ each: {{ in: [{addresses}] }} }}"), texts(900_000, &|_| "a499@acme.example".to_owned())),
        ("{ some: { shell: { runs: [rm **, git push **, curl **] } } }".to_owned(), long.clone()),
        ("{ some: { regex: '.*(password|secret|api[_-]?key).*' } }".to_owned(), long.clone()),
        ("{ each: { regex: '[a-z0-9 .;]+' } }".to_owned(), long.clone()),
        ("{ some: { regex: '(.*a.{900}){2}b' } }".to_owned(), texts(1, &|_| "a".repeat(65_000))),
        ("{ some: { glob: '*a*b*c*d*e*f*g*h*' } }".to_owned(), long.clone()),
    ] {
        let text =
            format!("rules: [{{ id: r, tool: t, when: {{ args.v: {matcher} }}, action: block }}]\ndefault: allow");
        let (policy, problems) = parse(&text, Limits::default());
        let stack = compile(vec![policy.unwrap_or_else(|| panic!("{text}: {problems:?}"))]).unwrap();
        let args = Map::new(vec![("v".to_owned(), list), ("w".to_owned(), numbered.clone())]).map(Value::Map).unwrap();
        let call = Call { tool: "t".to_owned(), args: Some(args), ..Call::default() };
        let decision = decide(&stack, &call, &Usage::default());
        let why: Vec<&str> = decision.undecidable.iter().map(|doubt| doubt.why.as_str()).collect();
        assert_eq!(why, ["it would take too long to decide"], "{matcher}");
    }
}

/// Many rules and fields share the steps of one decision.
#[test]
fn a_decision_of_many_fields_ends() {
    let texts = Value::List(vec![Value::from("a;".repeat(32_000).as_str()); 240]);
    let nested = format!("{}args.v: {{ some: {{ regex: '.*(b|c).*' }} }}{}", "any: [{ ".repeat(20), " }]".repeat(20));
    let regexes = (0..60).map(|at| format!("{{ args.v: {{ some: {{ regex: '.*(x|y{at}).*' }} }} }}"));
    let any = format!("any: [{}]", regexes.collect::<Vec<_>>().join(", "));
    let rules = (0..60).map(|at| {
        format!("- {{ tool: t, when: {{ args.v: {{ some: {{ regex: '.*(x|y{at}).*' }} }} }}, action: block }}")
    });
    for rules in [
        format!("- {{ tool: t, when: {{ {nested} }}, action: block }}"),
        format!("- {{ tool: t, when: {{ {any} }}, action: block }}"),
        rules.collect::<Vec<_>>().join("\n"),
    ] {
        let (policy, problems) = parse(&format!("default: allow\nrules:\n{rules}\n"), Limits::default());
        let stack = compile(vec![policy.unwrap_or_else(|| panic!("{problems:?}"))]).unwrap();
        let args = Map::new(vec![("v".to_owned(), texts.clone())]).map(Value::Map).unwrap();
        let call = Call { tool: "t".to_owned(), args: Some(args), ..Call::default() };
        let decision = decide(&stack, &call, &Usage::default());
        assert_eq!(decision.action, Action::Block);
        assert!(decision.undecidable.iter().all(|doubt| doubt.why == "it would take too long to decide"));
        let told = trace(&stack, &call, &Usage::default());
        assert_eq!((told.policies[0].action, told.policies[0].rule), (Some(Action::Block), decision.rule.as_deref()));
        assert_eq!(told.decision, decision);
    }
}

/// What is equal but for the last part of a large value takes as many steps as it has parts.
#[test]
fn comparing_large_values_is_bounded() {
    let large = |at: f64| {
        let inner: Vec<Value> = (0..300).map(|place| Value::Number(if place == 299 { at } else { 1.0 })).collect();
        Value::List(vec![Value::List(inner)])
    };
    let known = Value::List((0..1_500).map(|at| large(f64::from(at))).collect());
    let to = Value::List(vec![large(1_499.0); 1_500]);
    let text = "rules: [{ id: r, tool: t, when: { args.to: { each: { in_field: args.known } } }, action: block }]";
    let stack = compile(parse(text, Limits::default()).0.into_iter().collect()).unwrap();
    let args = Map::new(vec![("to".to_owned(), to), ("known".to_owned(), known)]).map(Value::Map).unwrap();
    let call = Call { tool: "t".to_owned(), args: Some(args), ..Call::default() };
    let decision = decide(&stack, &call, &Usage::default());
    assert_eq!(decision.undecidable.len(), 1);
}
