//! Applying a fix mends what it is offered for.

use countersign::check::load;
use countersign::text::yaml::Limits;

use crate::vector_files;

/// Texts with a fix each that an earlier version got wrong.
const ODD: &[&str] = &[
    "x-flag: &x true\nrules:\n- tool: *x\n  action: allow\n",
    "rules: [{ tool: &x 1, action: allow }]\n",
    "rules: [{ tool: ' \"a\" ', action: allow }]\n",
    "rules: [{ tool: 'a\\***', action: allow }]\n",
    "rules: [{ tool: a***b****c, action: allow }]\n",
    "rules: [{ tool: a****b***c, action: allow }]\n",
    "rules:\n- tool: a\n  action: allow\n  reason: **bold** text here\n",
    "rules:\n- tool: a\n  action: |\n    alow\n",
    "default: |\n  allow\nrules: [{ tool: a, action: allow }]\n",
    "version: |\n  2\nrules: [{ tool: a, action: allow }]\n",
    "rules: [{ tool: a, action: allow, reason:b }]\n",
    "rules: [{ tool: a, tol: b, action: allow }]\n",
    "version: &v 2\nx-v: *v\nrules: [{ tool: a, action: allow }]\n",
    "{\"rules\":[{\"tool\":\"a\",\"action\":\"allow\",\"reason\":\"50\n% off\"}]}",
    "# note\rrules: [{ tool: a, action: allow }]\n",
];

#[test]
fn every_fix_mends_what_it_is_offered_for() {
    let files = vector_files::read();
    let policies = files.iter().flat_map(|file| &file.cases).filter_map(|case| case["policy"].as_str());
    let mut applied = 0;
    for text in policies.chain(ODD.iter().copied()) {
        let (_, problems) = load(text, Limits::default());
        for problem in &problems {
            for fix in &problem.words.fixes {
                let mended = format!("{}{}{}", &text[..fix.span.start], fix.replacement, &text[fix.span.end..]);
                let (_, left) = load(&mended, Limits::default());
                applied += 1;
                // What stands at the same place afterwards is another problem, if any, and the text is no worse.
                let again = left.iter().any(|left| {
                    left.code == problem.code
                        && left.span.start == fix.span.start
                        && left.words.message == problem.words.message
                });
                assert!(!again, "{text:?}\nstill has {problem:?}\nafter {fix:?}");
                let worse = left
                    .iter()
                    .any(|left| matches!(left.code.as_str(), "yaml-syntax" | "duplicate-key" | "unknown-alias"))
                    && !problems.iter().any(|problem| {
                        matches!(problem.code.as_str(), "yaml-syntax" | "duplicate-key" | "unknown-alias")
                    });
                assert!(!worse, "{text:?}\nis worse after {fix:?}: {left:?}");
            }
        }
    }
    assert!(applied >= 40, "only {applied} fixes were applied");
}

/// What a fix writes for a word, or that there is none: a wrong one could turn a condition or an action around.
#[test]
fn words_of_others_are_mended_to_ours_or_not_at_all() {
    let condition =
        |word: &str| format!("rules: [{{ tool: t, when: {{ {word}: [{{ args.x: 1 }}] }}, action: block }}]");
    let action = |word: &str| format!("rules: [{{ tool: t, action: {word} }}]");
    let rows = [
        (condition("and"), Some("all")),
        (condition("AND"), Some("all")),
        (condition("\"&&\""), Some("\"all\"")),
        (condition("allOf"), Some("all")),
        (condition("all_of"), Some("all")),
        (condition("ALL"), Some("all")),
        (condition("or"), Some("any")),
        (condition("\"||\""), Some("\"any\"")),
        (condition("anyOf"), Some("any")),
        (condition("any_of"), Some("any")),
        (condition("either"), Some("any")),
        (condition("none"), None),
        (condition("nor"), None),
        (condition("neither"), None),
        (condition("an"), None),
        (condition("nto"), None),
        (condition("al"), None),
        ("rules: [{ tool: t, when: { all: [{ args.x: 1 }], and: [{ args.y: 1 }] }, action: block }]".to_owned(), None),
        (action("deny"), Some("block")),
        (action("approve"), None),
        (action("abstain"), None),
    ];
    for (text, expected) in rows {
        let (_, problems) = load(&text, Limits::default());
        let fixes: Vec<&str> =
            problems.iter().flat_map(|problem| &problem.words.fixes).map(|fix| fix.replacement.as_str()).collect();
        assert_eq!(fixes, Vec::from_iter(expected), "{text}: {problems:?}");
    }
}
