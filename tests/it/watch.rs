//! What a history says for and against rules that replace review.

use std::collections::BTreeMap;

use countersign::decide::call::Call;
use countersign::decide::compile::{Stack, compile};
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::decide::relaxing::DrawKey;
use countersign::decide::trace::trace;
use countersign::policy::model::Action;
use countersign::policy::parse::parse;
use countersign::review::edit::{Change, edit};
use countersign::review::event::{Answered, Entry, Event, Verdict};
use countersign::review::grant::{Claimant, consume};
use countersign::review::history::{Checkpoint, Head};
use countersign::review::next::{Holder, advance, open};
use countersign::review::watch::{EVIDENCE_MIN, Tightening, Watch};
use countersign::text::yaml::Limits;
use countersign::value::value::Value;
use countersign::wire::Failure;
use countersign::wire::call_json::call_from_json;
use countersign::wire::event::EventOut;
use countersign::wire::history::{head_from, seal};
use countersign::wire::json::to_json;
use countersign::wire::read_value::read_value;
use countersign::wire::watch::take;
use serde_json::{Value as Json, json};

/// 2026-11-27, 12:00.
const NOW_MS: u64 = 1_795_780_800_000;
/// Between two entries, so that a reviewer has time to read.
const STEP_MS: u64 = 10_000;

const POLICY: &str = "
rules:
  - id: notes
    tool: notes
    when: { args.size: { at_most: 10 } }
    action: allow
    reversible: true
    relaxed: { until: 2027-03-31, evidence: 412 of 412 approved, audit: 0.000001 }
  - { id: asks, tool: notes, action: escalate, risk: low, reversible: true, review: { editable: args.size } }
  - { id: others, tool: other, action: escalate }
";

fn stack(text: &str) -> Stack {
    let (policy, problems) = parse(text, Limits::default());
    compile(policy.into_iter().collect()).unwrap_or_else(|_| panic!("{problems:?}"))
}

fn value(json: &Json) -> Value {
    let explain = |error: serde_json::Error| Failure::new("not-json", error.to_string());
    read_value(&mut serde_json::Deserializer::from_str(&json.to_string()), 120, explain).expect("it is JSON")
}

fn note(number: usize) -> Json {
    let args = json!({ "size": number % 10, "title": format!("note {number}") });
    json!({ "tool": "notes", "args": args, "agent": { "id": "bot", "model": "m1", "version": "1" }, "user": "ann" })
}

fn call(json: &Json) -> Call {
    call_from_json(&json.to_string()).expect("a call")
}

/// A history that is being written under one stack.
struct History {
    stack: Stack,
    head: Head,
    entries: Vec<Json>,
    held: BTreeMap<String, Vec<Entry>>,
}

impl History {
    fn new(text: &str) -> Self {
        Self { stack: stack(text), head: Head::default(), entries: Vec::new(), held: BTreeMap::new() }
    }

    fn append(&mut self, id: Option<&str>, event: &Json) {
        let salt = format!("{:032x}", self.entries.len());
        let events = value(&json!([{ "id": id, "event": event, "salt": salt }]));
        let sealed = seal(&self.head, &events, NOW_MS + self.entries.len() as u64 * STEP_MS).expect("it can be sealed");
        let sealed: Json = serde_json::from_str(&to_json(&sealed).expect("it is plain")).expect("it is JSON");
        self.head = head_from(&value(&sealed["head"])).expect("it is a head");
        self.entries.extend(sealed["entries"].as_array().expect("a list").clone());
    }

    fn happen(&mut self, id: &str, event: Event) {
        let json = serde_json::from_str(&to_json(&EventOut::from(&event)).expect("it is plain")).expect("it is JSON");
        let at_ms = NOW_MS + self.entries.len() as u64 * STEP_MS;
        self.append(Some(id), &json);
        self.held.entry(id.to_owned()).or_default().push(Entry { at_ms, event });
    }

    fn open(&mut self, call_json: &Json) -> String {
        let id = format!("call-{}", self.entries.len());
        let holder = Holder { guard: "guard".to_owned(), ..Holder::default() };
        let opened = open(&self.stack, call(call_json), &Usage::default(), holder).expect("it escalates");
        self.happen(&id, opened);
        id
    }

    fn review(&mut self, id: &str, verdict: Verdict, with: impl FnOnce(Answered) -> Answered) {
        let digest = match &self.held[id].last().expect("an entry").event {
            Event::Open { held, .. } | Event::Edit { held, .. } => held.digest,
            other => panic!("{other:?}"),
        };
        let answered = Answered {
            by: None,
            verdict,
            note: None,
            digest,
            confirmed: Vec::new(),
            undo_ms: 0,
            shown_ms: Some(4_000),
            in_batch: false,
            proof: None,
        };
        let event = Event::Review(with(answered));
        let event =
            advance(&self.held[id], None, event, NOW_MS + self.entries.len() as u64 * STEP_MS).expect("it may happen");
        self.happen(id, event);
    }

    fn run(&mut self, id: &str) {
        let held = self.held[id].iter().rev().find_map(|entry| match &entry.event {
            Event::Open { held, .. } | Event::Edit { held, .. } => Some(held.clone()),
            _ => None,
        });
        let claimant = Claimant {
            guard: "guard".to_owned(),
            digest: held.expect("it is held").digest,
            marks: Vec::new(),
            holds_all: false,
            context: None,
        };
        let now_ms = NOW_MS + self.entries.len() as u64 * STEP_MS;
        let event = consume(&self.stack, &self.held[id], None, &claimant, &Usage::default(), now_ms);
        self.happen(id, event.expect("it may run"));
    }

    fn approved(&mut self, call: &Json) {
        self.approved_so(call, |answered| answered);
    }

    fn approved_so(&mut self, call: &Json, with: impl FnOnce(Answered) -> Answered) {
        let id = self.open(call);
        self.review(&id, Verdict::Approve, with);
        self.run(&id);
    }

    fn rejected(&mut self, call: &Json) -> String {
        let id = self.open(call);
        self.review(&id, Verdict::Reject, |answered| answered);
        id
    }

    /// A guard decides by the rules that claim what those of `stack` do.
    fn begin(&mut self, stack: &Stack) {
        let claims: Vec<String> = watch_of(stack, any_checkpoint()).claims().map(|claim| claim.to_string()).collect();
        let event = json!({ "type": "policy", "stack": stack.digest.to_string(), "note": null, "relaxed": claims });
        self.append(None, &event);
    }

    fn checkpoint(&self) -> Checkpoint {
        self.head.checkpoint().expect("it is not empty")
    }

    /// What follows the whole history, against a checkpoint of now.
    fn watch(&self) -> Watch {
        self.watch_against(self.checkpoint()).0
    }

    fn watch_against(&self, checkpoint: Checkpoint) -> (Watch, Vec<(String, Tightening, String)>) {
        followed(&self.stack, checkpoint, &self.entries)
    }
}

fn any_checkpoint() -> Checkpoint {
    let mut history = History::new(POLICY);
    history.append(None, &json!({ "type": "policy", "stack": history.stack.digest.to_string(), "note": null }));
    history.checkpoint()
}

fn watch_of(stack: &Stack, checkpoint: Checkpoint) -> Watch {
    Watch::new(stack, DrawKey([7; 32]), Some(checkpoint))
}

fn followed(stack: &Stack, checkpoint: Checkpoint, entries: &[Json]) -> (Watch, Vec<(String, Tightening, String)>) {
    let mut watch = watch_of(stack, checkpoint);
    let mut tightened = Vec::new();
    for part in entries.chunks(7) {
        let ended = take(&mut watch, &value(&Json::Array(part.to_vec()))).expect("they are entries");
        tightened.extend(ended.into_iter().map(|ended| (ended.rule, ended.why, ended.escalation)));
    }
    (watch, tightened)
}

/// Whether the rule `notes` lets `call_json` run.
fn lets_run(watch: &Watch, call_json: &Json) -> bool {
    let call = call(call_json);
    let decision = decide(&watch.stack_for(&call, NOW_MS), &call, &Usage::default());
    assert!(decision.action != Action::Block);
    decision.action == Action::Allow && decision.rule.as_deref() == Some("notes")
}

/// A history in which enough calls were approved, and a guard has begun to decide by the rule.
fn proven() -> History {
    proven_under(POLICY)
}

fn proven_under(text: &str) -> History {
    let mut history = History::new(text);
    for number in 0..EVIDENCE_MIN {
        history.approved(&note(number));
    }
    let stack = history.stack.clone();
    history.begin(&stack);
    history
}

#[test]
fn a_rule_is_in_force_once_people_let_enough_calls_like_it_run() {
    let mut history = History::new(POLICY);
    for number in 0..EVIDENCE_MIN {
        assert!(number == 0 || !lets_run(&history.watch(), &note(0)), "after {number}");
        history.approved(&note(number));
    }
    let watch = history.watch();
    assert_eq!(watch.problem(), None);
    assert!(lets_run(&watch, &note(0)) && lets_run(&watch, &note(1_000)));
    let large = json!({ "tool": "notes", "args": { "size": 11 } });
    assert!(!lets_run(&watch, &large), "its condition counts");
    let same_call_again = note(3);
    let mut history = History::new(POLICY);
    for _ in 0..2 * EVIDENCE_MIN {
        history.approved(&same_call_again);
    }
    assert!(!lets_run(&history.watch(), &same_call_again), "the same call is no further evidence");
}

#[test]
fn d03_answers_in_batches_or_in_no_time_and_calls_that_nobody_let_run_are_no_evidence() {
    let unread: [fn(Answered) -> Answered; 3] = [
        |answered| Answered { in_batch: true, ..answered },
        |answered| Answered { shown_ms: Some(1_499), ..answered },
        |answered| Answered { shown_ms: None, ..answered },
    ];
    for with in unread {
        let mut history = History::new(POLICY);
        for number in 0..2 * EVIDENCE_MIN {
            history.approved_so(&note(number), with);
        }
        assert!(!lets_run(&history.watch(), &note(0)));
    }
    let mut history = History::new(POLICY);
    for number in 0..2 * EVIDENCE_MIN {
        let id = history.open(&note(number));
        if number % 2 == 0 {
            history.review(&id, Verdict::Approve, |answered| answered);
            history.happen(&id, Event::Revoke { by: None, note: None });
        }
    }
    assert!(!lets_run(&history.watch(), &note(0)));
}

#[test]
fn e20_what_follows_the_checkpoint_is_no_evidence() {
    let mut history = History::new(POLICY);
    for number in 0..EVIDENCE_MIN - 1 {
        history.approved(&note(number));
    }
    let before = history.checkpoint();
    for number in EVIDENCE_MIN..3 * EVIDENCE_MIN {
        history.approved(&note(number));
    }
    assert!(!lets_run(&history.watch_against(before).0, &note(0)), "anybody who can write could have written it");
    assert!(lets_run(&history.watch(), &note(0)));
}

#[test]
fn e25_a_missing_history_proves_nothing() {
    let history = proven();
    let mut unkept = Watch::new(&history.stack, DrawKey([7; 32]), None);
    take(&mut unkept, &value(&Json::Array(history.entries.clone()))).expect("they are entries");
    assert_eq!(unkept.problem(), Some("there is no checkpoint of it that was kept elsewhere"));
    assert!(!lets_run(&unkept, &note(0)));
    let watch = watch_of(&history.stack, history.checkpoint());
    assert_eq!(watch.problem(), Some("it ends before the checkpoint that was kept of it"));
    assert!(!lets_run(&watch, &note(0)));
}

#[test]
fn e01_a_history_that_was_edited_proves_nothing() {
    let history = proven();
    let checkpoint = history.checkpoint();
    assert!(lets_run(&followed(&history.stack, checkpoint, &history.entries).0, &note(0)));
    for at in (0..history.entries.len()).step_by(5) {
        for key in ["event", "salt", "atMs", "previous", "hash", "seq"] {
            let mut entries = history.entries.clone();
            entries[at][key] = match key {
                "event" => json!({ "type": "policy", "stack": "sha256:0", "note": "edited" }),
                "atMs" | "seq" => json!(entries[at][key].as_u64().expect("a number") + 1),
                "salt" => json!("f".repeat(32)),
                _ => json!(format!("sha256:{}", "ab".repeat(32))),
            };
            let (watch, _) = followed(&history.stack, checkpoint, &entries);
            assert!(watch.problem().is_some() && !lets_run(&watch, &note(0)), "{at} {key}");
        }
        let without = [&history.entries[..at], &history.entries[at + 1..]].concat();
        assert!(followed(&history.stack, checkpoint, &without).0.problem().is_some(), "without {at}");
        let mut left_out = history.entries.clone();
        let entry = countersign::wire::history::redact(&value(&left_out[at])).expect("an entry");
        left_out[at] = serde_json::from_str(&to_json(&entry).expect("it is plain")).expect("it is JSON");
        assert!(followed(&history.stack, checkpoint, &left_out).0.problem().is_some(), "{at} was left out");
    }
}

#[test]
fn e02_e03_a_history_set_back_or_written_anew_proves_nothing() {
    let history = proven();
    let checkpoint = history.checkpoint();
    let short = &history.entries[..history.entries.len() - 1];
    let (watch, _) = followed(&history.stack, checkpoint, short);
    assert_eq!(watch.problem(), Some("it ends before the checkpoint that was kept of it"));
    assert!(!lets_run(&watch, &note(0)));

    let mut other = proven();
    other.rejected(&note(0));
    let mut anew = proven();
    anew.approved(&note(0));
    let (watch, _) = followed(&anew.stack, other.checkpoint(), &anew.entries);
    assert!(watch.problem().is_some() && !lets_run(&watch, &note(0)), "another history than that of the checkpoint");
}

#[test]
fn what_cannot_have_happened_proves_nothing() {
    let mut history = proven();
    let id = history.open(&note(0));
    let consume = json!({
        "type": "consume",
        "digest": format!("sha256:{}", "ab".repeat(32)),
        "stack": history.stack.digest.to_string(),
        "marks": [],
        "charge": [],
    });
    history.append(Some(&id), &consume);
    assert_eq!(history.watch().problem(), Some("something in it cannot have happened"));
    assert!(!lets_run(&history.watch(), &note(0)));
}

#[test]
fn a_severe_rejection_ends_a_rule_at_once() {
    for terms in ["risk: high, reversible: true", "reversible: true", "risk: low"] {
        let mut history = proven_under(&POLICY.replace("risk: low, reversible: true", terms));
        assert!(lets_run(&history.watch(), &note(0)), "{terms}");
        let id = history.rejected(&note(0));
        let (watch, tightened) = history.watch_against(history.checkpoint());
        assert_eq!(tightened, [("notes".to_owned(), Tightening::Severe, id)], "{terms}");
        assert!(!lets_run(&watch, &note(0)), "{terms}");
        let told = trace(&watch.stack_for(&call(&note(0)), NOW_MS), &call(&note(0)), &Usage::default()).policies[0]
            .rules[0]
            .idle
            .map(|idle| idle.as_str());
        assert_eq!(told, Some("relaxed: the history does not prove it, or speaks against it"));
    }
}

#[test]
fn rules_that_risk_too_much_are_never_in_force() {
    for (terms, runs) in [
        ("reversible: true", true),
        ("reversible: false", false),
        ("risk: low", false),
        ("risk: critical\n    reversible: true", false),
        ("risk: high\n    reversible: true", true),
    ] {
        let text = POLICY.replacen("    reversible: true\n", &format!("    {terms}\n"), 1);
        assert_eq!(lets_run(&proven_under(&text).watch(), &note(0)), runs, "{terms}");
    }
    for terms in ["risk: critical, reversible: true", "risk: low, reversible: false"] {
        let history = proven_under(&POLICY.replace("risk: low, reversible: true", terms));
        assert!(!lets_run(&history.watch(), &note(0)), "calls held as {terms} are no evidence");
    }
}

#[test]
fn d03_the_same_call_in_other_sessions_is_no_further_evidence() {
    let mut history = History::new(POLICY);
    for number in 0..2 * EVIDENCE_MIN {
        let mut call = note(3);
        call["session"] = json!({ "id": format!("s{number}") });
        call["user"] = json!(format!("user-{number}"));
        history.approved(&call);
    }
    assert!(!lets_run(&history.watch(), &note(3)));
}

#[test]
fn d13_what_somebody_rejected_before_a_rule_began_is_never_let_run_by_it() {
    let mut history = History::new(POLICY);
    let id = history.rejected(&note(0));
    for number in 1..=2 * EVIDENCE_MIN {
        history.approved(&note(number));
    }
    let (watch, tightened) = history.watch_against(history.checkpoint());
    assert_eq!(tightened, [("notes".to_owned(), Tightening::Severe, id)]);
    assert!(!lets_run(&watch, &note(1)));
    let renewed = stack(&POLICY.replace("412 of 412", "40 of 41"));
    assert!(!lets_run(&followed(&renewed, history.checkpoint(), &history.entries).0, &note(1)));
    // A rule that leaves out what was rejected, which had size 0.
    let narrower = stack(&POLICY.replace("{ at_most: 10 }", "{ at_least: 1, at_most: 10 }"));
    assert!(lets_run(&followed(&narrower, history.checkpoint(), &history.entries).0, &note(1)));
}

#[test]
fn a_rejection_of_what_the_rule_would_not_have_let_run_says_nothing_of_it() {
    let mut history = proven();
    history.rejected(&json!({ "tool": "notes", "args": { "size": 11 } }));
    history.rejected(&json!({ "tool": "other", "args": {} }));
    for number in 0..3 {
        history.rejected(&json!({ "tool": "notes", "args": { "size": "many" }, "user": number.to_string() }));
    }
    assert!(lets_run(&history.watch(), &note(0)));
}

#[test]
fn other_rejections_and_changes_end_a_rule_when_they_are_too_many() {
    // ln 10 each, less .0182 for each call that was let run between them, must come to 4.
    for (between, ends) in [(0, true), (33, true), (34, false)] {
        let mut history = proven();
        history.rejected(&note(0));
        assert!(lets_run(&history.watch(), &note(0)), "one is not too many");
        for number in 0..between {
            history.approved(&note(number));
        }
        history.rejected(&note(1));
        let (watch, tightened) = history.watch_against(history.checkpoint());
        assert_eq!(lets_run(&watch, &note(0)), !ends, "{between} between");
        let why: Vec<Tightening> = tightened.into_iter().map(|(_, why, _)| why).collect();
        assert_eq!(why, if ends { vec![Tightening::TooMany] } else { vec![] });
    }
    let mut history = proven();
    for number in 0..2 {
        let id = history.open(&note(number));
        let args = value(&json!({ "size": 3, "title": format!("note {number}") }));
        let change = Change { args, by: None, note: None };
        let now_ms = NOW_MS + history.entries.len() as u64 * STEP_MS;
        let edited = edit(&history.stack, &history.held[&id], None, change, &Usage::default(), now_ms);
        history.happen(&id, edited.expect("it may be edited"));
        history.review(&id, Verdict::Approve, |answered| answered);
        history.run(&id);
    }
    assert!(!lets_run(&history.watch(), &note(0)), "whoever changes a call says that it was wrong");
}

#[test]
fn an_ended_rule_stays_ended_until_what_it_claims_is_renewed() {
    let mut history = proven();
    for number in 0..2 {
        history.rejected(&note(number));
    }
    for number in 0..5 * EVIDENCE_MIN {
        history.approved(&note(number));
    }
    assert!(!lets_run(&history.watch(), &note(0)));
    let checkpoint = history.checkpoint();
    let under = |text: &str| followed(&stack(text), checkpoint, &history.entries).0;
    for same in [
        POLICY.replace("audit: 0.000001", "audit: 0.000001, share: 1"),
        POLICY.replace("id: notes", "id: notes\n    reason: Renamed"),
        POLICY.replace("id: asks", "id: another"),
    ] {
        assert!(!lets_run(&under(&same), &note(0)), "{same}");
    }
    for renewed in [POLICY.replace("412 of 412", "100 of 102"), POLICY.replace("2027-03-31", "2027-06-30")] {
        assert!(!lets_run(&under(&renewed), &note(0)), "what was rejected stays so: {renewed}");
    }
    // Renewed and put back, it has what spoke against it.
    let renewed = stack(&POLICY.replace("412 of 412", "100 of 102"));
    history.begin(&renewed);
    assert!(!lets_run(&history.watch(), &note(0)));
}

#[test]
fn d11_another_model_version_or_description_of_the_tool_is_reviewed_until_the_rule_is_renewed() {
    let mut changed = [note(0), note(0), note(0), note(0)];
    changed[0]["agent"]["model"] = json!("m2");
    changed[1]["agent"]["version"] = json!("2");
    changed[2]["toolDigest"] = json!(format!("sha256:{}", "ab".repeat(32)));
    changed[3]["agent"] = json!({ "id": "bot" });
    for other in changed {
        let mut history = proven();
        assert!(lets_run(&history.watch(), &note(0)) && !lets_run(&history.watch(), &other), "{other}");
        for number in 0..2 * EVIDENCE_MIN {
            let mut call = other.clone();
            call["args"]["title"] = json!(format!("note {number}"));
            history.approved(&call);
        }
        assert!(!lets_run(&history.watch(), &other), "nobody has said that this is evidence: {other}");
        let renewed = stack(&POLICY.replace("412 of 412", "452 of 452"));
        let (watch, _) = followed(&renewed, history.checkpoint(), &history.entries);
        assert!(lets_run(&watch, &other) && lets_run(&watch, &note(0)), "{other}");
    }
}

#[test]
fn what_a_session_says_of_the_agent_does_not_make_it_another() {
    let history = proven();
    let mut call = note(0);
    call["args"]["model"] = json!("m2");
    call["session"] = json!({ "id": "s", "version": "9" });
    call["agent"]["mood"] = json!("good");
    assert!(lets_run(&history.watch(), &call));
}

#[test]
fn a_rule_with_a_limit_is_watched_though_nobody_says_what_was_used() {
    let text = POLICY.replace("    action: allow\n", "    action: allow\n    limit: { calls: 5, per: 1h }\n");
    let mut history = proven_under(&text);
    for number in 0..2 {
        history.rejected(&note(number));
    }
    let (_, tightened) = history.watch_against(history.checkpoint());
    assert_eq!(tightened.len(), 1);
}

#[test]
fn a_history_read_in_parts_or_again_says_the_same() {
    let mut history = proven();
    let id = history.open(&note(0));
    history.approved(&note(4));
    history.review(&id, Verdict::Reject, |answered| answered);
    history.rejected(&note(1));
    let (again, tightened) = history.watch_against(history.checkpoint());
    let mut watch = watch_of(&history.stack, history.checkpoint());
    let mut one_by_one = Vec::new();
    for entry in &history.entries {
        one_by_one.extend(take(&mut watch, &value(&json!([entry]))).expect("it is an entry"));
    }
    let one_by_one: Vec<_> = one_by_one.into_iter().map(|ended| (ended.rule, ended.why, ended.escalation)).collect();
    assert_eq!(one_by_one, tightened);
    assert_eq!(format!("{watch:?}"), format!("{again:?}"));
    assert!(!format!("{watch:?}").contains("7, 7, 7"), "the key is told to nobody");
}
