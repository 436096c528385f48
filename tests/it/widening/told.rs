//! What is told of changes, row by row.

use countersign::decide::call::Call;
use countersign::evidence::widening::{Change, Judged, Verdict, widening};

use super::{check, is_looser, stack};

/// What each change does, by its kind, rule and keys, and what all do together.
fn told(old: &str, new: &str) -> (Vec<(String, Verdict)>, Verdict) {
    let (before, after) = (stack(old), stack(new));
    let found = widening(&before, &after);
    check(&found, &before, &after);
    let name = |judged: &Judged| {
        let Change { kind, rule, keys, .. } = &judged.change;
        let words = [kind.as_str(), rule.as_deref().unwrap_or_default(), &keys.join(" ")].join(" ");
        words.trim().to_owned()
    };
    (found.changes.iter().map(|judged| (name(judged), judged.verdict)).collect(), found.verdict)
}

/// A policy with these rules.
fn rules(rules: &[&str]) -> String {
    format!("rules:\n{}", rules.iter().map(|rule| format!("  - {rule}\n")).collect::<String>())
}

const BLOCK: &str = "{ id: drop, tool: db.drop, action: block }";
const SMALL: &str = "{ id: pay, tool: pay, when: { args.amount: { at_most: 50 } }, action: allow }";
const READ: &str = "{ id: read, tool: file.read, when: { args.path: { path: { under: /srv } } }, action: allow }";

#[test]
fn each_change_is_told_on_its_own() {
    let old = rules(&[BLOCK, SMALL, READ]);
    let large = SMALL.replace("50", "80");
    let deep = READ.replace("/srv", "/srv/data");
    let new = rules(&[&large, &deep, "{ id: list, tool: file.list, action: allow }"]);
    let (changes, verdict) = told(&old, &new);
    let expected = [
        ("changed pay when", Verdict::Widens),
        ("changed read when", Verdict::Tightens),
        ("added list", Verdict::Widens),
        ("removed drop", Verdict::Widens),
    ];
    assert_eq!(changes, expected.map(|(change, verdict)| (change.to_owned(), verdict)));
    assert_eq!(verdict, Verdict::Widens);
}

#[test]
fn what_a_single_change_does_is_told_with_the_call_that_shows_it() {
    let rows: [(&str, &[&str], &[&str], Verdict); 14] = [
        (
            "a bound rises",
            &[SMALL],
            &["{ id: pay, tool: pay, when: { args.amount: { at_most: 50.5 } }, action: allow }"],
            Verdict::Widens,
        ),
        (
            "a bound falls",
            &[SMALL],
            &["{ id: pay, tool: pay, when: { args.amount: { at_most: 49 } }, action: allow }"],
            Verdict::Tightens,
        ),
        ("a rule that blocks is gone", &[BLOCK, SMALL], &[SMALL], Verdict::Widens),
        ("a rule that allows is gone", &[BLOCK, SMALL], &[BLOCK], Verdict::Tightens),
        ("rules of other tools change places", &[BLOCK, SMALL], &[SMALL, BLOCK], Verdict::Same),
        (
            "a rule that blocks comes later",
            &["{ id: a, tool: pay, when: { args.amount: { above: 10 } }, action: block }", SMALL],
            &[SMALL, "{ id: a, tool: pay, when: { args.amount: { above: 10 } }, action: block }"],
            Verdict::Widens,
        ),
        (
            "a reason is written",
            &[BLOCK],
            &["{ id: drop, tool: db.drop, action: block, reason: Never }"],
            Verdict::Same,
        ),
        (
            "a pattern stands for more",
            &["{ id: r, tool: file.read, action: allow }"],
            &["{ id: r, tool: file.*, action: allow }"],
            Verdict::Widens,
        ),
        (
            "a pattern stands for less",
            &["{ id: r, tool: file.*, action: allow }"],
            &["{ id: r, tool: file.read, action: allow }"],
            Verdict::Tightens,
        ),
        (
            "a host more",
            &["{ id: r, tool: get, when: { args.url: { url: { host: a.example } } }, action: allow }"],
            &["{ id: r, tool: get, when: { args.url: { url: { host: [a.example, b.example] } } }, action: allow }"],
            Verdict::Widens,
        ),
        (
            "a quorum less",
            &["{ id: r, tool: a, action: escalate, review: { quorum: 2 } }"],
            &["{ id: r, tool: a, action: escalate }"],
            Verdict::Widens,
        ),
        (
            "a limit is gone",
            &["{ id: r, tool: a, action: allow, limit: { calls: 3, per: 1h } }"],
            &["{ id: r, tool: a, action: allow }"],
            Verdict::Widens,
        ),
        (
            "what no call meets is allowed",
            &["{ id: b, tool: a, action: block }"],
            &["{ id: b, tool: a, action: block }", "{ id: r, tool: a, action: allow }"],
            Verdict::Same,
        ),
        (
            "what was doubtful is escalated",
            &["{ id: b, tool: a, when: { args.n: { above: 3 } }, action: block }"],
            &["{ id: b, tool: a, when: { args.n: { above: 3 } }, action: block, undecidable: escalate }"],
            Verdict::Widens,
        ),
    ];
    for (name, old, new, expected) in rows {
        assert_eq!(told(&rules(old), &rules(new)).1, expected, "{name}");
    }
}

#[test]
fn what_all_changes_do_together_is_told_of_them_together() {
    // Each change alone lets something through; together they are the same rule under another name.
    let old = rules(&["{ id: a, tool: pay, action: block }", "{ tool: '*', action: allow }"]);
    let new = rules(&["{ id: b, tool: [pay, refund], action: block }", "{ tool: '*', action: allow }"]);
    let (changes, verdict) = told(&old, &new);
    assert_eq!(changes.iter().map(|(_, verdict)| *verdict).collect::<Vec<_>>(), [Verdict::Tightens, Verdict::Widens]);
    assert_eq!(verdict, Verdict::Tightens);
}

/// A list of `count` entries, each `entry` with its number for `#`.
fn many(count: usize, entry: &str) -> String {
    (0..count).map(|at| entry.replace('#', &at.to_string())).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_stands_at_the_end_of_a_long_list_is_tried_first() {
    let allow = |when: &str| rules(&[&format!("{{ id: r, tool: a, when: {{ args.x: {when} }}, action: allow }}")]);
    let block = |when: &str| {
        let block = format!("{{ id: b, tool: a, when: {{ args.x: {when} }}, action: block }}");
        rules(&[&block, "{ id: r, tool: a, action: allow }"])
    };
    let tools = |count: usize, action: &str| {
        let rule = format!("{{ id: r, tool: [{}], action: {action} }}", many(count, "tool#"));
        rules(&[&rule, "{ tool: tool*, action: allow }"])
    };
    let domains = |count: usize| format!("{{ email: {{ domain: [{}] }} }}", many(count, "d#.example"));
    let values = |count: usize| format!("{{ in: [{}] }}", many(count, "v#"));
    let each = |count: usize| format!("{{ each: {} }}", values(count));
    let folders = |count: usize| format!("{{ path: {{ under: [{}] }} }}", many(count, "/f#"));
    let hosts = |count: usize| format!("{{ url: {{ host: [{}], path: /a }} }}", many(count, "h#.example"));
    let rows = [
        ("the 9th domain", allow(&domains(8)), allow(&domains(9))),
        ("the 60th value", allow(&values(59)), allow(&values(60))),
        ("the 60th value of items", allow(&each(59)), allow(&each(60))),
        ("the 60th host", allow(&hosts(59)), allow(&hosts(60))),
        ("the 60th value that was blocked", block(&values(60)), block(&values(59))),
        ("the 60th folder that was blocked", block(&folders(60)), block(&folders(59))),
        ("the 80th tool", tools(79, "allow").replace("tool*", "other"), tools(80, "allow").replace("tool*", "other")),
        ("the 80th tool that was blocked", tools(80, "block"), tools(79, "block")),
    ];
    for (name, old, new) in rows {
        assert_eq!(told(&old, &new).1, Verdict::Widens, "{name}");
        assert_eq!(told(&new, &old).1, Verdict::Tightens, "{name} the other way");
    }
}

#[test]
fn where_a_list_was_too_long_to_be_tried_the_search_was_cut() {
    let allow = |count: usize, part: &str| {
        let when = format!("{{ all: [{{ args.x: {{ in: [{}] }} }}, {part}] }}", many(count, "v#"));
        rules(&[&format!("{{ id: r, tool: a, when: {when}, action: allow }}")])
    };
    let is_cut = |count: usize| {
        // The same in other words, which nobody proves.
        let (one, other) = ("{ args.y: { regex: '^a+$' } }", "{ args.y: { regex: '^aa*$' } }");
        let found = widening(&stack(&allow(count, one)), &stack(&allow(count, other)));
        assert_eq!(found.verdict, Verdict::Unknown);
        found.is_cut
    };
    assert_eq!((is_cut(8), is_cut(60)), (false, true));
}

#[test]
fn a_rule_that_replaces_more_review_widens_though_it_shows_in_no_decision() {
    let rule = |share: &str| {
        format!("{{ id: r, tool: a, action: allow, relaxed: {{ share: {share}, until: 2027-03-31, evidence: seen }} }}")
    };
    let (small, all) = (rules(&[&rule("0.1")]), rules(&[&rule("1")]));
    assert_eq!(told(&small, &all).1, Verdict::Widens);
    let later = small.replace("2027", "2028");
    assert_eq!(told(&small, &later).1, Verdict::Widens);
    assert_eq!(told(&all, &small).1, Verdict::Tightens);
}

#[test]
fn policies_that_are_the_same_are_told_at_once_however_large() {
    let many: Vec<String> = (0..300)
        .map(|at| format!("{{ id: r{at}, tool: a, when: {{ args.n: {{ equals: {at} }} }}, action: allow }}"))
        .collect();
    let old = rules(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let (changes, verdict) = told(&old, &format!("# The same.\n{old}"));
    assert_eq!((changes.len(), verdict), (0, Verdict::Same));
    // More rules about one tool than are walked through: nothing is proven.
    let (changes, verdict) = told(&old, &old.replace("{ equals: 7 }", "[7, 8]"));
    assert_eq!((changes.len(), verdict), (1, Verdict::Unknown));
}

#[test]
fn conditions_that_nest_deep_take_no_longer_than_others() {
    let nested = |word: &str, other: &str| {
        let all = |inner: String, word: &str| format!("{{ {word}: [{inner}, {{ args.z: 1 }}] }}");
        let inner =
            (0..26).fold("{ args.n: { at_most: 5 } }".to_owned(), |inner, at| all(inner, [word, other][at % 2]));
        rules(&[&format!("{{ id: r, tool: a, when: {inner}, action: allow }}")])
    };
    let (changes, verdict) = told(&nested("all", "all"), &nested("any", "any"));
    assert_eq!((changes.len(), verdict), (1, Verdict::Widens));
    assert!(told(&nested("all", "any"), &nested("any", "all")).1 <= Verdict::Unknown);
}

#[test]
fn names_that_could_be_taken_for_several_count_too() {
    let drop = "{ id: drop, tool: db.drop, action: escalate, review: { quorum: 2 } }";
    let read = "{ id: read, tool: file.read, action: block }";
    let (before, after) = (stack(&rules(&[drop, read])), stack(&rules(&[read, drop])));
    // Of Cyrillic letters, each of which could be taken for any two.
    let call = Call { tool: "\u{430}\u{430}\u{430}\u{430}".to_owned(), ..Call::default() };
    assert!(is_looser(&before, &after, &call));
    assert_eq!(widening(&before, &after).verdict, Verdict::Unknown);
}
