//! The tests that come with a proposal: they pass, and nothing of anybody stands in them.

use countersign::evidence::policy_test::run_tests;
use countersign::wire::call::call_from;
use serde_json::{Value, json};

use super::{ATTENTIVE, Past, Says, proposed};
use crate::lifecycle::stack;

const MAILS: &str = "rules:\n  - { id: mail, tool: mail, action: escalate, risk: low, reversible: true }\n";

fn mail(nth: u64, more: &Value) -> String {
    let mut call = json!({
        "tool": "mail",
        "args": { "to": [format!("maria.{nth}@acme.com")], "subject": format!("Dear Maria, {nth:03}"), "size": nth % 8 },
        "agent": "desk",
        "user": { "id": "u-maria", "name": "Maria Sk\u{142}odowska", "role": "support", "born": 1867 },
        "session": { "id": format!("chat with Maria {}", nth % 9), "marks": [], "title": "Maria asks" },
        "context": { "customer": "Maria" },
    });
    for (key, value) in more.as_object().unwrap() {
        call["args"][key] = value.clone();
    }
    call.to_string()
}

fn proposed_text(policy: &str, rejected: &Value) -> String {
    let mut past = Past::approved(policy, 300, |nth| mail(nth, &json!({})));
    let held_by = past.stack.clone();
    past.say(&held_by, &mail(900, rejected), 21, "ana", Says::Reject);
    let report = past.report(policy, ATTENTIVE);
    let text = proposed(&report).text.clone();
    let after = stack(&text);
    let runs = run_tests(&after, &[&text], &|call| call_from(call.clone()).map_err(|failure| failure.message));
    for test in runs.iter().flat_map(|run| &run.tests) {
        assert!(test.passed, "{:?}\n{text}", test.message);
    }
    text
}

#[test]
fn nothing_of_people_is_written_into_a_policy() {
    for rejected in [
        json!({ "size": 90 }),
        json!({ "to": ["maria@evil.example"] }),
        json!({ "bcc": ["maria@acme.com"] }),
        // Rejected for its length, which stays.
        json!({ "subject": format!("Maria {}", "said more ".repeat(20)) }),
    ] {
        let text = proposed_text(MAILS, &rejected);
        for of_people in ["aria", "1867", "support", "Sk\u{142}", "Dear", "said"] {
            assert!(!text.contains(of_people), "{of_people}: {text}");
        }
        assert_eq!(text.matches("- name:").count() + text.matches("{ name:").count(), 3, "{text}");
        assert!(text.contains("somebody@acme.com"), "{text}");
    }
}

#[test]
fn what_the_policy_says_of_people_stays_in_its_tests_and_nothing_else() {
    let policy = MAILS.replace("tool: mail,", "tool: mail, when: { user.role: support, user.born: { exists: true } },");
    let text = proposed_text(&policy, &json!({ "size": 90 }));
    assert!(text.matches("role: support").count() >= 3, "{text}");
    for of_people in ["aria", "1867", "Sk\u{142}"] {
        assert!(!text.contains(of_people), "{of_people}: {text}");
    }
    // Where only who somebody is decides, in a way that names nobody, there is rather no such test.
    let policy = MAILS.replace("tool: mail,", "tool: mail, when: { user.id: { regex: \"u-m.*a\" } },");
    let text = proposed_text(&policy, &json!({ "size": 90 }));
    assert!(!text.contains("maria") && !text.contains("tests:"), "{text}");
}
