//! The policy language as a JSON Schema (draft 2020-12), for editors.
//!
//! It is generated from the parser's own lists of keys and words, so that it cannot forget one; what a schema cannot say
//! (unique ids, fields that exist, patterns that compile) only the parser checks.

use super::limit::{LIMIT_BY, LIMIT_KEYS, LIMIT_THEN, RELAXED_KEYS};
use super::model::{Action, Cause};
use super::parse::POLICY_KEYS;
use super::policy_test::{CALL_KEYS, CASE_KEYS, EXPECT_KEYS, TEST_KEYS};
use super::review::REVIEW_KEYS;
use super::rule::RULE_KEYS;
use super::terms::Risk;
use crate::value::value::Value;
use shape::{described, enumeration, extend, map, number, object, one_or_more, pattern, reference, text, texts, with};

mod matcher;
mod shape;

/// The schema.
///
/// ```
/// use countersign::policy::schema::schema;
/// use countersign::value::value::Value;
///
/// let Value::Map(schema) = schema() else { return };
/// assert_eq!(schema.get("$schema"), Some(&Value::from("https://json-schema.org/draft/2020-12/schema")));
/// ```
#[must_use]
pub fn schema() -> Value {
    let definitions = map(&[
        ("rule", rule()),
        ("condition", matcher::condition()),
        ("inner_condition", matcher::inner_condition()),
        ("matcher", matcher::matcher()),
        (
            "field",
            pattern(matcher::FIELD, "A field of the call, such as `args.to`, `user.role` or `args[\"dotted.key\"]`."),
        ),
        ("fields", one_or_more(reference("field"))),
        ("duration", pattern("^[0-9]+[smhd]$", "An integer and `s`, `m`, `h` or `d`, up to `365d`.")),
        ("text", map(&[("type", text("string")), ("minLength", number(1.0))])),
        ("texts", one_or_more(reference("text"))),
        (
            "share",
            with(
                "A number from 0 to 1.",
                &[("type", text("number")), ("minimum", number(0.0)), ("maximum", number(1.0))],
            ),
        ),
        (
            "action",
            enumeration("What the rule says.", &Action::ALL.map(|action| (action.as_str(), action_means(action)))),
        ),
        ("review", review()),
        ("limit", limit()),
        ("relaxed", relaxed()),
        ("test", test()),
        ("case", case()),
        ("expectation", expectation()),
        ("call", call()),
    ]);
    let policy =
        object("A policy: the first rule that matches a call decides it.", POLICY_KEYS, &["rules"], policy_key);
    extend(
        policy,
        &[
            ("$schema", text("https://json-schema.org/draft/2020-12/schema")),
            ("$id", text("urn:countersign:policy:1")),
            ("title", text("Countersign policy")),
            ("patternProperties", map(&[("^x-", map(&[("description", text("Ignored: a place for YAML anchors."))]))])),
            ("$defs", definitions),
        ],
    )
}

fn policy_key(key: &str) -> Option<Value> {
    Some(match key {
        "version" => with("The version of the policy language.", &[("const", number(1.0)), ("default", number(1.0))]),
        "name" => described(reference("text"), "Its name. What limits count is counted under it."),
        "description" => described(reference("text"), "What it is for."),
        "default" => default(),
        "min_confidence" => described(reference("share"), "An agent that is less sure of itself is allowed nothing."),
        "missing_confidence" => enumeration(
            "What becomes of a call that reports no confidence where a minimum applies.",
            &[("escalate", "It waits for a person."), ("ignore", "It is taken as sure enough.")],
        ),
        "review" => described(reference("review"), "What every review must be like, where its rule says nothing else."),
        "rules" => with(
            "The rules, in order.",
            &[("type", text("array")), ("minItems", number(1.0)), ("items", reference("rule"))],
        ),
        "tests" => with(
            "Calls, and what is expected of them.",
            &[("type", text("array")), ("minItems", number(1.0)), ("items", reference("test"))],
        ),
        _ => return None,
    })
}

fn default() -> Value {
    let actions = Action::ALL.map(|action| (action.as_str(), action_means(action)));
    let [allow, escalate, block] = actions;
    let words = [allow, escalate, block, ("abstain", "The other policies of the stack decide.")];
    extend(enumeration("What a call gets that no rule matches.", &words), &[("default", text("escalate"))])
}

const fn action_means(action: Action) -> &'static str {
    match action {
        Action::Allow => "The call runs.",
        Action::Escalate => "The call waits for a person.",
        Action::Block => "The call does not run.",
    }
}

/// What `cause` says of a decision, for people.
#[must_use]
pub const fn cause_means(cause: Cause) -> &'static str {
    match cause {
        Cause::Rule => "A rule matched.",
        Cause::Default => "No rule matched.",
        Cause::LowConfidence => "It would be allowed, but its agent is not sure enough of itself.",
        Cause::Limit => "It would be allowed, but is past the limit of its rule.",
        Cause::Undecidable => "Nobody can tell whether a rule matches or a limit is reached; the strictest counts.",
        Cause::Name => "Its tool's name is not one that the policy knows, but could be taken for one.",
        Cause::Misfit => "It would be allowed, but does not fit the tool catalogue.",
        Cause::Hold => "It would be allowed, but its guard holds every call.",
        Cause::Repeat => "Calls like it were rejected too often.",
    }
}

fn rule() -> Value {
    let rule = object("A rule: which calls, and what becomes of them.", RULE_KEYS, &["tool", "action"], rule_key);
    let counted = map(&[("limit", texts(&["id"])), ("relaxed", texts(&["id"]))]);
    extend(rule, &[("dependentRequired", counted)])
}

fn rule_key(key: &str) -> Option<Value> {
    Some(match key {
        "id" => described(reference("text"), "Unique in the policy; the first tool pattern unless written."),
        "tool" => described(
            reference("texts"),
            "A tool's name, a pattern, or a list of those. `*` is any run of characters but `/`, `**` any run, a lone `*` every tool.",
        ),
        "when" => {
            described(reference("condition"), "Which calls of its tools the rule is about; all of them unless written.")
        }
        "action" => reference("action"),
        "reason" => described(reference("text"), "Why. Shown to the reviewer and told to the agent."),
        "consequence" => described(
            reference("text"),
            "What follows if the call runs; `{{args.to}}` stands for what the call says there.",
        ),
        "risk" => enumeration(
            "How bad it is if a call that should not run does; counts as `high` unless written.",
            &Risk::ALL.map(|risk| (risk.as_str(), risk_means(risk))),
        ),
        "reversible" => with("Whether what the call does can be undone.", &[("type", text("boolean"))]),
        "min_confidence" => described(reference("share"), "On a rule that allows: its own minimum."),
        "limit" => described(reference("limit"), "On a rule that allows: how much it allows. The rule needs an `id`."),
        "marks" => described(reference("texts"), "What its calls leave on their session, durably, before they run."),
        "review" => described(reference("review"), "What a review of its calls must be like."),
        "relaxed" => described(
            reference("relaxed"),
            "On a rule that allows: on what evidence it replaces review. The rule needs an `id`.",
        ),
        "undecidable" => enumeration(
            "On a rule that blocks: what becomes of calls that it cannot decide.",
            &[("escalate", "A person decides; otherwise they are blocked.")],
        ),
        _ => return None,
    })
}

const fn risk_means(risk: Risk) -> &'static str {
    match risk {
        Risk::Low => "Hardly matters.",
        Risk::Medium => "Costs something.",
        Risk::High => "Costs much.",
        Risk::Critical => "Must not happen.",
    }
}

fn review() -> Value {
    let review = object("What a review must be like.", REVIEW_KEYS, &[], |key| {
        Some(match key {
            "expires" => described(reference("duration"), "How long the call waits for an answer."),
            "reviewers" => described(reference("texts"), "Who may review."),
            "quorum" => with(
                "How many reviewers must approve.",
                &[
                    ("type", text("integer")),
                    ("minimum", number(1.0)),
                    ("maximum", number(100.0)),
                    ("default", number(1.0)),
                ],
            ),
            "confirm" => described(reference("fields"), "The reviewer types the values of these fields."),
            "editable" => described(reference("fields"), "The reviewer may change these arguments."),
            _ => return None,
        })
    });
    extend(review, &[("minProperties", number(1.0))])
}

fn limit() -> Value {
    let limit = object("How much is allowed within a sliding window.", LIMIT_KEYS, &["per"], |key| {
        Some(match key {
            "calls" => with("So many calls.", &[("type", text("integer")), ("minimum", number(1.0))]),
            "sum" => described(reference("field"), "The field whose numbers are added up."),
            "at_most" => {
                with("With `sum`: the most that is allowed.", &[("type", text("number")), ("minimum", number(0.0))])
            }
            "per" => described(reference("duration"), "The length of the window."),
            "by" => {
                let word = map(&[("enum", texts(LIMIT_BY))]);
                described(one_or_more(word), "Whose use is counted together; all callers share unless written.")
            }
            "then" => with(
                "What becomes of a call past the limit.",
                &[("enum", texts(LIMIT_THEN)), ("default", text("escalate"))],
            ),
            _ => return None,
        })
    });
    let counts = |keys: &[&str]| map(&[("required", texts(keys))]);
    extend(limit, &[("oneOf", Value::List(vec![counts(&["calls"]), counts(&["sum", "at_most"])]))])
}

fn relaxed() -> Value {
    let share = |what: &str, minimum: &'static str, unwritten: f64| {
        with(
            what,
            &[
                ("type", text("number")),
                (minimum, number(0.0)),
                ("maximum", number(1.0)),
                ("default", number(unwritten)),
            ],
        )
    };
    object("On what evidence, and until when, the rule replaces review.", RELAXED_KEYS, &["until", "evidence"], |key| {
        Some(match key {
            "until" => pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "The last day, in UTC: `2027-01-31`."),
            "evidence" => described(reference("text"), "What was seen."),
            "share" => share("The share of users and days that it applies to; with 0 it never does.", "minimum", 1.0),
            "audit" => share("The share of that which is reviewed all the same.", "exclusiveMinimum", 0.05),
            _ => return None,
        })
    })
}

fn test() -> Value {
    let test = object("A call, and what is expected of it.", TEST_KEYS, &["name", "call"], |key| {
        Some(match key {
            "name" => described(reference("text"), "What it is about."),
            "call" => reference("call"),
            "cases" => with(
                "A test for each: what differs from `call`, and what is expected of it.",
                &[("type", text("array")), ("minItems", number(1.0)), ("items", reference("case"))],
            ),
            "expect" => reference("expectation"),
            _ => return None,
        })
    });
    let has = |key| map(&[("required", texts(&[key]))]);
    extend(test, &[("anyOf", Value::List(vec![has("expect"), has("cases")]))])
}

fn case() -> Value {
    let case = object("A call like that of its test.", CASE_KEYS, &[], |key| {
        Some(match key {
            "name" => described(reference("text"), "What it is about."),
            "expect" => reference("expectation"),
            _ => call_key(key)?,
        })
    });
    extend(case, &[("minProperties", number(1.0))])
}

fn expectation() -> Value {
    let expect = object("What is expected of the decision.", EXPECT_KEYS, &[], |key| {
        Some(match key {
            "action" => reference("action"),
            "rule" => described(reference("text"), "Id of the rule that decides."),
            "cause" => enumeration("Why.", &Cause::OF_POLICY.map(|cause| (cause.as_str(), cause_means(cause)))),
            _ => return None,
        })
    });
    let expect = extend(expect, &[("minProperties", number(1.0))]);
    map(&[("anyOf", Value::List(vec![reference("action"), expect]))])
}

fn call() -> Value {
    object("A tool call.", CALL_KEYS, &["tool"], call_key)
}

fn call_key(key: &str) -> Option<Value> {
    let any_map = |what: &str| with(what, &[("type", text("object"))]);
    let identity = |what: &str| with(what, &[("type", texts(&["string", "object"])), ("minLength", number(1.0))]);
    Some(match key {
        "tool" => described(reference("text"), "The tool's name."),
        "args" => any_map("The arguments."),
        "reason" => described(reference("text"), "The agent's own words."),
        "confidence" => map(&[("description", text("How sure the agent says it is, from 0 to 1."))]),
        "agent" => identity("Which agent."),
        "user" => identity("For whom the agent acts."),
        "session" => identity("The session that the call is part of."),
        "context" => any_map("What else the guard knows."),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::condition::MATCHERS;

    #[test]
    fn every_key_of_the_parser_has_its_place() {
        type SchemaOf = fn(&str) -> Option<Value>;
        let lists: [(&[&str], SchemaOf); 3] =
            [(POLICY_KEYS, policy_key), (RULE_KEYS, rule_key), (MATCHERS, matcher::matcher_key)];
        let forgotten: Vec<&&str> =
            lists.iter().flat_map(|(keys, of_key)| keys.iter().filter(|key| of_key(key).is_none())).collect();
        assert!(forgotten.is_empty(), "{forgotten:?}");
        let properties = |schema: &Value| match schema {
            Value::Map(map) => match map.get("properties") {
                Some(Value::Map(properties)) => properties.iter().len(),
                _ => 0,
            },
            _ => 0,
        };
        let rows = [
            (review(), REVIEW_KEYS),
            (limit(), LIMIT_KEYS),
            (relaxed(), RELAXED_KEYS),
            (test(), TEST_KEYS),
            (call(), CALL_KEYS),
            (case(), CASE_KEYS),
        ];
        for (schema, keys) in rows {
            assert_eq!(properties(&schema), keys.len(), "{keys:?}");
        }
    }
}
