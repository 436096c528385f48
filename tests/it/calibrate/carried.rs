//! Evidence that is carried as data: it adds up to what the histories say, counts once, and loosens nothing.

use std::collections::BTreeSet;
use std::rc::Rc;

use countersign::decide::compile::Stack;
use countersign::review::event::{Entry, Event};
use countersign::review::history::Head;
use countersign::value::digest::{Subject, digest};
use countersign::value::value::Value;
use countersign::wire::Failure;
use countersign::wire::calibrate::Calibration;
use countersign::wire::diagnostic::SourceText;
use countersign::wire::event::EventOut;
use countersign::wire::history::{head_from, seal};
use countersign::wire::json::to_json;
use countersign::wire::read_value::read_value;
use countersign::wire::value::ValueOut;
use serde_json::{Value as Json, json};

use super::{DAY_MS, REFUNDS, START_MS, Says, refund};
use crate::lifecycle::{call, opened, stack};

const RELAXED: &str = "\
rules:
  - { id: tiny, tool: refund, when: { args.amount: { at_most: 6 } }, action: allow, risk: low, reversible: true, relaxed: { until: 2030-01-31, evidence: e, share: 0.1 } }
  - { id: refund, tool: refund, action: escalate, risk: low, reversible: true }
  - { id: read, tool: \"file.*\", action: allow }
  - { id: gone, tool: gone, action: block }
";

/// A history in the making, as a store has it.
#[derive(Default)]
struct Book {
    head: Head,
    entries: Vec<Json>,
    at_ms: u64,
}

impl Book {
    fn seal(&mut self, id: &Json, event: &Json) {
        let salt = format!("{:032x}", self.entries.len());
        let events = value(&json!([{ "id": id, "event": event, "salt": salt }]));
        let sealed = seal(&self.head, &events, self.at_ms).expect("it can be sealed");
        let sealed: Json = serde_json::from_str(&to_json(&sealed).unwrap()).unwrap();
        self.head = head_from(&value(&sealed["head"])).unwrap();
        self.entries.extend(sealed["entries"].as_array().unwrap().clone());
    }

    fn add(&mut self, id: &str, event: &Event) {
        let event = serde_json::from_str(&to_json(&EventOut::from(event)).unwrap()).unwrap();
        self.seal(&json!(id), &event);
    }

    /// A call that is held, and what somebody says.
    fn say(&mut self, id: &str, held_by: &Stack, json: &str, (by, says): (&str, Says)) {
        let Entry { event, .. } = opened(held_by, call(json), self.at_ms);
        let Event::Open { held, .. } = &event else { panic!("it opens") };
        let (digest, stack, marks, charge) = (held.digest, held.digest, Vec::new(), Vec::new());
        self.add(id, &event);
        if says == Says::Nothing {
            return;
        }
        self.at_ms += 30_000;
        self.add(id, &Event::Review(says.answered(by, digest)));
        if says != Says::Reject {
            self.at_ms += 1;
            self.add(id, &Event::Consume { digest, stack, marks, charge });
        }
    }

    /// A call that nobody was asked about.
    fn decided(&mut self, like: &Stack, json: &str, action: &str) {
        let Entry { event, .. } = opened(like, call(&refund(1, 9, "s")), self.at_ms);
        let open: Json = serde_json::from_str(&to_json(&EventOut::from(&event)).unwrap()).unwrap();
        let mut decision = open["decision"].clone();
        decision["action"] = json!(action);
        let call: Json = serde_json::from_str(json).unwrap();
        self.seal(&Json::Null, &json!({ "type": "decision", "call": call, "decision": decision }));
    }
}

/// What one browser saw in three weeks.
fn book(policy: &str, seed: u64) -> Book {
    let mut book = Book { at_ms: START_MS + seed * 1_000, ..Book::default() };
    let held_by = stack(policy);
    for nth in 0..160 {
        book.at_ms = book.at_ms.max(START_MS + nth / 8 * DAY_MS) + 1;
        let says = match (nth * 7 + seed) % 40 {
            0 => Says::Nothing,
            1 => Says::Hastily,
            2 => Says::InBatch,
            3 if seed == 2 => Says::Reject,
            _ => Says::Approve,
        };
        // What is not approved is about more.
        let amount = if matches!(says, Says::Reject | Says::Nothing) { 90 } else { 5 + nth % 20 };
        let mut json = refund(seed * 400 + nth, amount, &format!("s{}", nth % 9));
        if nth % 31 == seed {
            json = json.replace("as agreed", &"as agreed ".repeat(600));
        }
        if nth > 150 && seed == 3 {
            json = json.replace("\"agent\":\"desk\"", "\"agent\":{\"id\":\"night\",\"model\":\"m2\"}");
        }
        book.say(&format!("e{seed}-{nth}"), &held_by, &json, (["ana", "ben", "cyn"][(nth % 3) as usize], says));
        if policy == RELAXED && nth % 40 == 5 {
            book.decided(&held_by, r#"{"tool":"file.read","args":{"path":"a"}}"#, "allow");
            book.decided(&held_by, &format!(r#"{{"tool":"gone","args":{{"n":{nth}}}}}"#), "block");
        }
    }
    book
}

fn value(json: &Json) -> Value {
    let explain = |error: serde_json::Error| Failure::new("not-json", error.to_string());
    read_value(&mut serde_json::Deserializer::from_str(&json.to_string()), 120, explain).expect("it is JSON")
}

fn json_of(value: &Value) -> Json {
    serde_json::from_str(&to_json(&ValueOut(value)).expect("it is plain")).expect("it is JSON")
}

fn empty(policy: &str) -> Calibration {
    Calibration::new(Rc::new(stack(policy)))
}

/// What is read of `books`, each with a checkpoint of all of it.
fn read(policy: &str, books: &[&Book]) -> Calibration {
    let mut calibration = empty(policy);
    for book in books {
        push(&mut calibration, &book.entries).expect("it is read");
    }
    calibration
}

fn push(calibration: &mut Calibration, entries: &[Json]) -> Result<(), Failure> {
    calibration.begin_history(Some(entries.len() as u64));
    for part in entries.chunks(50) {
        calibration.push(&value(&Json::Array(part.to_vec())))?;
    }
    calibration.end_history(START_MS + 90 * DAY_MS);
    Ok(())
}

fn saved(calibration: &Calibration) -> Json {
    json_of(&calibration.evidence_out(true).expect("it can be saved"))
}

fn add(calibration: &mut Calibration, evidence: &Json) -> Result<(), Failure> {
    let kept = evidence["digest"].as_str().expect("a digest");
    calibration.add_evidence(value(evidence), Some(kept))
}

fn reported(calibration: &Calibration, policy: &str) -> Json {
    let sources = [SourceText { name: "policy.yaml".to_owned(), text: policy.to_owned() }];
    let grounds = json!({ "verified": true, "checks": { "caught": 40, "missed": 0 }, "light": "green" });
    let goal = json!({ "waitMs": 300_000, "share": 0.9 });
    let now_ms = START_MS + 91 * DAY_MS;
    json_of(&calibration.report(&sources, &value(&grounds), &value(&goal), now_ms).expect("a report"))
}

/// `evidence` as whoever changes it would seal it anew.
fn sealed_anew(mut evidence: Json) -> Json {
    evidence.as_object_mut().expect("a map").remove("digest");
    let own = digest(Subject::Evidence, &value(&evidence)).expect("a digest");
    evidence["digest"] = json!(own.to_string());
    evidence
}

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[test]
fn evidence_that_is_carried_adds_up_in_any_order_to_what_the_histories_say() {
    for policy in [REFUNDS, RELAXED] {
        let books = [1, 2, 3].map(|seed| book(policy, seed));
        let whole = read(policy, &books.each_ref());
        let parts = books.each_ref().map(|book| saved(&read(policy, &[book])));
        for order in ORDERS {
            let mut sum = empty(policy);
            for at in order {
                add(&mut sum, &parts[at]).expect("it is added");
            }
            assert_eq!(sum.evidence(), whole.evidence());
            assert_eq!(reported(&sum, policy), reported(&whole, policy));
            assert_eq!(saved(&sum), saved(&whole));
            // Two of them first, saved together, and histories beside evidence.
            let mut pair = empty(policy);
            add(&mut pair, &parts[order[0]]).expect("it is added");
            push(&mut pair, &books[order[1]].entries).expect("it is read");
            let mut nested = empty(policy);
            push(&mut nested, &books[order[2]].entries).expect("it is read");
            add(&mut nested, &saved(&pair)).expect("it is added");
            assert_eq!(nested.evidence(), whole.evidence());
            assert_eq!(saved(&nested), saved(&whole));
        }
        let report = reported(&whole, policy);
        let rule = &report["rules"][0];
        assert!(rule["proposals"][0]["rule"].is_string() || policy == RELAXED, "{rule}");
        if policy == RELAXED {
            let evidence = saved(&whole);
            let full = |key: &str| !evidence[key].as_array().expect("a list").is_empty();
            assert!(full("staged") && full("refused") && full("used") && full("hours"), "all of it is tried");
            let large = |call: &Json| call["large"] == json!(true);
            assert!(evidence["rules"][0]["approvals"]["calls"].as_array().expect("a list").iter().any(large));
        }
    }
}

#[test]
fn d02_one_history_counts_once_however_it_is_added() {
    let [one, other] = [1, 2].map(|seed| book(REFUNDS, seed));
    let longer = saved(&read(REFUNDS, &[&one]));
    let mut begun = empty(REFUNDS);
    push(&mut begun, &one.entries[..100]).expect("it is read");
    let shorter = saved(&begun);
    let both = saved(&read(REFUNDS, &[&other, &one]));
    for first in [&longer, &shorter, &both] {
        for second in [&longer, &shorter, &both] {
            let mut sum = empty(REFUNDS);
            add(&mut sum, first).expect("it is added");
            let before = sum.evidence().clone();
            let refused = add(&mut sum, second).expect_err("it counts once");
            assert_eq!(refused.code, "same-history");
            assert!(refused.message.contains("would count twice"), "{}", refused.message);
            assert_eq!(push(&mut sum, &one.entries).expect_err("it counts once").code, "same-history");
            sum.end_history(START_MS + 90 * DAY_MS);
            assert_eq!(*sum.evidence(), before);
            assert_eq!(saved(&sum), *first);
        }
        let mut sum = read(REFUNDS, &[&one]);
        assert_eq!(add(&mut sum, first).expect_err("it counts once").code, "same-history");
    }
    let mut sum = read(REFUNDS, &[&one]);
    assert_eq!(push(&mut sum, &one.entries[..40]).expect_err("it counts once").code, "same-history");
    push(&mut sum, &other.entries).expect("it is another");
}

#[test]
fn evidence_is_saved_of_whole_histories_only() {
    let book = book(REFUNDS, 1);
    let mut part = empty(REFUNDS);
    push(&mut part, &book.entries[10..]).expect("it is read");
    assert_eq!(part.evidence_out(true).map_err(|failure| failure.code), Err("part-of-history"));
    let mut open = empty(REFUNDS);
    open.push(&value(&Json::Array(book.entries.clone()))).expect("it is read");
    assert_eq!(open.evidence_out(true).map_err(|failure| failure.code), Err("part-of-history"));
}

#[test]
fn e20_evidence_whose_digest_nobody_kept_elsewhere_proposes_nothing() {
    let [one, other] = [1, 2].map(|seed| book(REFUNDS, seed));
    let is_unverified = |calibration: &Calibration| {
        let report = reported(calibration, REFUNDS);
        let missing = report["rules"][0]["proof"]["missing"].as_array().expect("a list").clone();
        let is_told = missing.iter().any(|missing| missing["code"] == json!("verified"));
        assert_eq!(is_told, report["rules"][0]["proposals"] == json!([]), "{report}");
        is_told
    };
    let whole = read(REFUNDS, &[&one, &other]);
    let evidence = saved(&whole);
    let mut kept = empty(REFUNDS);
    add(&mut kept, &evidence).expect("it is added");
    assert!(!is_unverified(&kept));

    // Nobody kept its digest; and saving it again does not make it better.
    let mut unkept = empty(REFUNDS);
    unkept.add_evidence(value(&evidence), None).expect("it is added");
    assert!(is_unverified(&unkept));
    let mut laundered = empty(REFUNDS);
    add(&mut laundered, &saved(&unkept)).expect("it is added");
    assert!(is_unverified(&laundered));
    assert_eq!(saved(&unkept)["verified"], json!(false));

    // A history without a checkpoint, or of which nobody says that it is whole.
    let mut unchecked = read(REFUNDS, &[&one]);
    unchecked.begin_history(None);
    unchecked.push(&value(&Json::Array(other.entries.clone()))).expect("it is read");
    unchecked.end_history(START_MS + 90 * DAY_MS);
    for evidence in [saved(&unchecked), json_of(&whole.evidence_out(false).expect("it can be saved"))] {
        let mut calibration = empty(REFUNDS);
        add(&mut calibration, &evidence).expect("it is added");
        assert!(is_unverified(&calibration));
    }

    // One that fits together and is not what was kept.
    let mut forged = evidence.clone();
    forged["elsewhere"] = json!(1);
    let forged = sealed_anew(forged);
    let digest = evidence["digest"].as_str();
    let refused = empty(REFUNDS).add_evidence(value(&forged), digest).map_err(|failure| failure.code);
    assert_eq!(refused, Err("other-checkpoint"));
}

/// The ways to everything in `json`.
fn ways(json: &Json, way: &str, found: &mut Vec<String>) {
    match json {
        Json::Object(map) => map.iter().for_each(|(key, inner)| {
            let step = key.replace('~', "~0").replace('/', "~1");
            found.push(format!("{way}/{step}"));
            ways(inner, &format!("{way}/{step}"), found);
        }),
        Json::Array(items) => {
            // Each list has items that are alike.
            for (nth, inner) in items.iter().enumerate().take(2) {
                found.push(format!("{way}/{nth}"));
                ways(inner, &format!("{way}/{nth}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn e01_evidence_that_was_changed_anywhere_is_refused() {
    let evidence = saved(&read(RELAXED, &[&book(RELAXED, 1)]));
    let mut all = Vec::new();
    ways(&evidence, "", &mut all);
    assert!(all.len() > 150, "{}", all.len());
    for way in all {
        for new in [json!(null), json!(7), json!("seven"), json!([]), json!({}), json!(true)] {
            let mut changed = evidence.clone();
            let at = changed.pointer_mut(&way).expect("it is there");
            if *at == new {
                continue;
            }
            *at = new;
            let refused = empty(RELAXED).add_evidence(value(&changed), None).expect_err(&way);
            let codes = ["broken-evidence", "other-version", "other-policy"];
            assert!(codes.contains(&refused.code), "{way} {}", refused.code);
        }
    }
}

#[test]
fn evidence_that_cannot_be_is_refused_with_what_stands_where() {
    let evidence = saved(&read(RELAXED, &[&book(RELAXED, 1)]));
    let mut told = BTreeSet::new();
    for (way, new, code, expected) in [
        ("/evidenceVersion", json!(2), "other-version", "has version 2, and version 1 is read here"),
        ("/evidenceVersion", json!("1"), "broken-evidence", "`evidenceVersion` must be a number"),
        ("/policies/0", json!(format!("sha256:{}", "0".repeat(64))), "other-policy", "other policies or tools"),
        ("/tools", json!(format!("sha256:{}", "0".repeat(64))), "other-policy", "other policies or tools"),
        ("/histories/0/origin", json!("x"), "broken-evidence", "`histories[0].origin` must be a digest"),
        ("/histories/0/entries", json!(5), "broken-evidence", "do not come to the 5 entries"),
        ("/histories/0/covered", json!(null), "broken-evidence", "one of its histories has no checkpoint"),
        ("/entries", json!(-1), "broken-evidence", "`entries` must be an integer from 0 to 2^53 − 1"),
        ("/entries", json!(9_007_199_254_740_992_u64), "broken-evidence", "`entries` must be an integer"),
        ("/elsewhere", json!(1.5), "broken-evidence", "`elsewhere` must be an integer"),
        ("/elsewhere", json!(3), "broken-evidence", "do not come to those that there were"),
        ("/fromMs", json!(null), "broken-evidence", "must stand there together"),
        ("/fromMs", json!(START_MS + DAY_MS), "broken-evidence", "was held at another time than anything was"),
        ("/verified", json!("yes"), "broken-evidence", "`verified` must be true or false"),
        ("/rules/0/rule", json!("other"), "broken-evidence", "of the rule `other`, which the policies do not have"),
        ("/rules/0/answers/0/escalations", json!(20), "broken-evidence", "more calls were approved than approvals are"),
        ("/rules/0/answers/0/answer", json!("liked"), "broken-evidence", "`rules[0].answers[0].answer` is none of"),
        ("/rules/0/load/calls", json!(1), "broken-evidence", "not as many calls waited as were answered"),
        ("/rules/0/risk", json!("tiny"), "broken-evidence", "`rules[0].risk` is none of the words"),
        ("/rules/0/against/calls", json!([]), "broken-evidence", "answers are against it and no call is told"),
        ("/rules/0/approvals/cut", json!(true), "broken-evidence", "more or fewer calls are kept than are ever kept"),
        ("/rules/0/approvals/calls/0/key", json!("a"), "broken-evidence", "stands where that of another call or day"),
        ("/rules/0/approvals/calls/0/call/tool", json!("gone"), "broken-evidence", "of another call or day should"),
        (
            "/rules/0/approvals/calls/0/call/reason",
            json!("x"),
            "broken-evidence",
            "reason` stands there, which evidence",
        ),
        ("/rules/0/approvals/calls/0/by", json!(["b", "a"]), "broken-evidence", "must be sorted, each text once"),
        ("/rules/0/against/calls/0/call/tool", json!("file.read"), "broken-evidence", "is not decided like that"),
        ("/used/0/calls", json!(1), "broken-evidence", "do not come to those that there were"),
        ("/used/0/tools", json!([]), "broken-evidence", "are not those of its calls"),
        ("/hours/0/atMs", json!(1), "broken-evidence", "`hours[0]` is no hour"),
        ("/hours/0/calls", json!(700), "broken-evidence", "the calls of the hours"),
        ("/agents", json!([]), "broken-evidence", "the agents are not those of the calls"),
        (
            "/refused/0/calls/calls/0/call/tool",
            json!("x"),
            "broken-evidence",
            "of the tool `gone`, a call stands where",
        ),
        ("/more", json!(1), "broken-evidence", "`more` stands there, which evidence does not have"),
    ] {
        let mut changed = evidence.clone();
        match changed.pointer_mut(way) {
            Some(at) => *at = new,
            None => {
                let (map, key) = way.rsplit_once('/').expect("a way");
                changed.pointer_mut(map).expect("a map")[key] = new;
            }
        }
        let changed = sealed_anew(changed);
        let refused = add(&mut empty(RELAXED), &changed).expect_err(way);
        assert_eq!(refused.code, code, "{way} {}", refused.message);
        assert!(refused.message.contains(expected), "{way}: {}", refused.message);
        told.insert(refused.message);
    }
    assert!(told.len() > 20);
}

#[test]
fn evidence_of_a_policy_that_asks_for_more_now_is_refused() {
    let evidence = saved(&read(REFUNDS, &[&book(REFUNDS, 1)]));
    for policy in [
        REFUNDS.replace("low", "high"),
        REFUNDS.replace("reversible: true", "reversible: false"),
        REFUNDS.replace("tool: refund", "tool: \"*\""),
    ] {
        let refused = add(&mut empty(&policy), &evidence).expect_err("it is another policy");
        assert_eq!(refused.code, "other-policy");
        // Whoever writes the new policy into it has to write all of the rest too.
        let mut forged = evidence.clone();
        let own = stack(&policy).digest.to_string();
        forged["policies"] = json!([own]);
        for list in ["rules", "used"] {
            forged[list][0]["policy"] = json!(own);
        }
        let refused = add(&mut empty(&policy), &sealed_anew(forged));
        let is_decided_alike = policy.contains('*');
        assert_eq!(refused.is_ok(), is_decided_alike, "{refused:?}");
    }
}
