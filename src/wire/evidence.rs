//! Evidence as data that can be carried elsewhere, on its way out.

use std::collections::BTreeMap;

use super::Failure;
use super::compiled::catalogue_digest;
use super::object::{list_of, long, object, or_null, words};
use crate::decide::call::Call;
use crate::decide::compile::Stack;
use crate::evidence::bottleneck::Load;
use crate::evidence::calibrate::answer::Answer;
use crate::evidence::calibrate::evidence::{Evidence, Lane, RuleEvidence, RuleKey, RuleUse, Staged};
use crate::evidence::calibrate::sample::{Observation, Sample};
use crate::review::event::UnixMs;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::value::{Map, Value, record};

/// What is written. What has another version is not read.
pub(super) const EVIDENCE_VERSION: u64 = 1;

/// A history that was read from its first entry to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct History {
    /// How many entries were read.
    pub(super) entries: u64,
    /// For how many of them a checkpoint vouched that was kept elsewhere.
    pub(super) covered: Option<u64>,
}

/// What was read of histories, and what it says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Carried {
    /// Whether each of the histories was found whole against a checkpoint that was kept elsewhere.
    pub(super) is_verified: bool,
    /// By the digest of the first entry, with which every part of a history begins.
    pub(super) histories: BTreeMap<[u8; 32], History>,
    /// Entries that say something, and those whose event was left out.
    pub(super) entries: u64,
    pub(super) left_out: u64,
    /// Escalations whose entries make no sense.
    pub(super) damaged: u64,
    pub(super) evidence: Evidence,
}

/// `carried`, of `stack`, with the digest of all of it.
pub(super) fn evidence_out(stack: &Stack, carried: &Carried, is_verified: bool) -> Result<Value, Failure> {
    let Carried { is_verified: _, histories, entries, left_out, damaged, evidence } = carried;
    let Evidence { rules, used, staged, refused, elsewhere, hours, unasked, span, lanes } = evidence;
    let at = |at: Option<UnixMs>| or_null(at.map(long));
    let hour = |(at_ms, calls): &(UnixMs, u64)| object(vec![("atMs", long(*at_ms)), ("calls", long(*calls))]);
    let refused_out = |(tool, sample): &(&String, &Sample)| {
        object(vec![("tool", Value::from(tool.as_str())), ("calls", sample_out(sample, &|_| Vec::new()))])
    };
    let written = record([
        ("evidenceVersion", Some(long(EVIDENCE_VERSION))),
        ("verified", Some(Value::Bool(is_verified))),
        ("policies", Some(policies_of(stack))),
        ("tools", Some(tools_of(stack)?)),
        ("histories", Some(Value::List(histories.iter().map(history_out).collect()))),
        ("entries", Some(long(*entries))),
        ("leftOut", Some(long(*left_out))),
        ("damaged", Some(long(*damaged))),
        ("elsewhere", Some(long(*elsewhere))),
        ("unasked", Some(long(*unasked))),
        ("fromMs", Some(at(span.map(|(from, _)| from)))),
        ("toMs", Some(at(span.map(|(_, to)| to)))),
        ("rules", Some(list_of(&rules.iter().collect::<Vec<_>>(), rule_out))),
        ("used", Some(list_of(&used.iter().collect::<Vec<_>>(), used_out))),
        ("staged", Some(list_of(&staged.iter().collect::<Vec<_>>(), staged_out))),
        ("refused", Some(list_of(&refused.iter().collect::<Vec<_>>(), refused_out))),
        ("hours", Some(list_of(&hours.iter().collect::<Vec<_>>(), hour))),
        ("agents", Some(list_of(&lanes.iter().collect::<Vec<_>>(), lane_out))),
    ]);
    let digest = digest_of(&written)?;
    let Value::Map(written) = written else { return Err(unwritable()) };
    Ok(Value::Map(written.with("digest", Value::Text(digest.to_string()))))
}

/// The digest of evidence that stands in `written`, which does not hold it itself.
pub(super) fn digest_of(written: &Value) -> Result<Digest, Failure> {
    digest(Subject::Evidence, written).map_err(|_| unwritable())
}

fn unwritable() -> Failure {
    Failure::new("broken-evidence", "the evidence has a number that JSON does not have")
}

/// The policies of `stack`, in their order, as evidence names them.
pub(super) fn policies_of(stack: &Stack) -> Value {
    let digests = stack.policies.iter().map(|compiled| Value::Text(compiled.policy.digest.to_string()));
    Value::List(digests.collect())
}

/// The tool catalogue of `stack` as evidence names it: what fits another decides otherwise.
pub(super) fn tools_of(stack: &Stack) -> Result<Value, Failure> {
    let Some(catalogue) = &stack.catalogue else { return Ok(Value::Null) };
    let digest = catalogue_digest(catalogue).ok_or_else(unwritable)?;
    Ok(Value::Text(digest.to_string()))
}

fn history_out((origin, history): (&[u8; 32], &History)) -> Value {
    object(vec![
        ("origin", Value::Text(Digest::of_bytes(*origin).to_string())),
        ("entries", long(history.entries)),
        ("covered", or_null(history.covered.map(long))),
    ])
}

fn keyed(key: &RuleKey, mut entries: Vec<(&'static str, Value)>) -> Value {
    let some = |text: &Option<String>| or_null(text.as_deref().map(Value::from));
    entries.extend([("policy", some(&key.policy)), ("rule", some(&key.rule))]);
    object(entries)
}

fn rule_out((key, rule): &(&RuleKey, &RuleEvidence)) -> Value {
    let RuleEvidence { answers, approvals, against, load, risk, is_reversible } = rule;
    let Load { calls, closed, waited_ms, timed, shown_ms } = *load;
    let load = object(vec![
        ("calls", long(calls)),
        ("closed", long(closed)),
        ("waitedMs", long(waited_ms)),
        ("timed", long(timed)),
        ("shownMs", long(shown_ms)),
    ]);
    let answers: Vec<(&Answer, &u64)> = answers.iter().collect();
    keyed(
        key,
        vec![
            ("answers", list_of(&answers, |(answer, count)| answer_out(**answer, **count))),
            ("approvals", sample_out(approvals, &approval_out)),
            ("against", sample_out(against, &against_out)),
            ("load", load),
            ("risk", or_null(risk.flatten().map(|risk| words(risk.as_str())))),
            ("reversible", Value::Bool(*is_reversible == Some(true))),
        ],
    )
}

/// How often `answer` was given.
pub(super) fn answer_out(answer: Answer, count: u64) -> Value {
    let (counts, word) = worded(answer);
    object(vec![("counts", words(counts)), ("answer", words(word)), ("escalations", long(count))])
}

/// What `answer` counts for, and the word for it.
pub(super) const fn worded(answer: Answer) -> (&'static str, &'static str) {
    match answer {
        Answer::For => ("for", "approved"),
        Answer::Against(why) => ("against", why.as_str()),
        Answer::Uncounted(why) => ("nothing", why.as_str()),
    }
}

fn used_out((key, used): &(&RuleKey, &RuleUse)) -> Value {
    let tools: Vec<&String> = used.tools.iter().collect();
    let tools = list_of(&tools, |tool| Value::from(tool.as_str()));
    keyed(key, vec![("calls", long(used.calls)), ("tools", tools), ("cut", Value::Bool(used.is_cut))])
}

fn staged_out((key, staged): &(&RuleKey, &Staged)) -> Value {
    let approvals = sample_out(&staged.approvals, &approval_out);
    keyed(key, vec![("approvals", approvals), ("against", long(staged.against))])
}

fn lane_out(((agent, tool), Lane { at_ms, class }): &(&(String, String), &Lane)) -> Value {
    object(vec![
        ("agent", Value::from(agent.as_str())),
        ("tool", Value::from(tool.as_str())),
        ("class", Value::from(class.as_str())),
        ("atMs", long(*at_ms)),
    ])
}

fn sample_out(sample: &Sample, more: &dyn Fn(&Observation) -> Vec<(&'static str, Value)>) -> Value {
    let one = |(key, seen): &(&str, &Observation)| {
        let mut entries = vec![
            ("key", Value::from(*key)),
            ("atMs", long(seen.at_ms)),
            ("large", Value::Bool(seen.is_large)),
            ("call", call_out(&seen.call)),
        ];
        entries.extend(more(seen));
        object(entries)
    };
    let calls: Vec<(&str, &Observation)> = sample.entries().collect();
    object(vec![("cut", Value::Bool(sample.is_cut)), ("calls", list_of(&calls, one))])
}

fn approval_out(seen: &Observation) -> Vec<(&'static str, Value)> {
    let by = list_of(&seen.reviewers, |by| Value::from(by.as_str()));
    vec![("waitedMs", long(seen.waited_ms)), ("by", by)]
}

fn against_out(seen: &Observation) -> Vec<(&'static str, Value)> {
    vec![("answer", words(worded(seen.answer).1))]
}

/// A call without the agent's own words, which are never kept.
fn call_out(call: &Call) -> Value {
    let Call { tool, args, reason: _, confidence, agent, user, session, context, tenant, tool_digest } = call;
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    let call = [
        ("tool", Some(Value::from(tool.as_str()))),
        ("args", args.clone()),
        ("confidence", confidence.clone()),
        ("agent", agent.clone()),
        ("user", user.clone()),
        ("session", session.clone()),
        ("context", context.clone()),
        ("tenant", text(tenant)),
        ("toolDigest", tool_digest.map(|digest| Value::Text(digest.to_string()))),
    ];
    let given = call.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Map(Map::new(given.collect()).unwrap_or_default())
}
