//! Proposals: a narrower rule that allows, in front of one that asks, with all that a person needs to judge it.
//!
//! Nothing changes by itself: a proposal is a change to a policy's text that a person accepts or not.

use super::answer::{Against, Answer, DAY_MS};
use super::evidence::{Evidence, RuleEvidence, RuleKey, Users, spread, users};
use super::gate::{Counted, Grounds, Proof, proof};
use super::mine::{Cover, mine};
use super::sample::Observation;
use super::support::all_of;
use crate::decide::call::Call;
use crate::decide::compile::{Stack, compile};
use crate::decide::decide::decide;
use crate::decide::limit::Usage;
use crate::decide::relaxing::day_of;
use crate::evidence::bottleneck::{agent_time, per_week};
use crate::policy::edit::rule::add_rule;
use crate::policy::edit::{NewTest, add_test};
use crate::policy::model::{Action, Expectation, Policy, Rule};
use crate::policy::parse::parse;
use crate::policy::terms::Risk;
use crate::review::event::UnixMs;
use crate::review::present::kinds::{is_secret, secrets_in};
use crate::review::present::past::add_leaves;
use crate::text::words::Fix;
use crate::text::yaml::Limits;
use crate::value::value::{Map, Value, record};

/// A relaxed rule begins with this share of users and days.
pub const FIRST_SHARE: f64 = 0.1;
/// This share of what it allows is reviewed all the same, for ever.
pub const AUDIT: f64 = 0.05;
/// After so many days it ends by itself.
pub const DAYS_MAX: u64 = 90;
/// The older part of the approvals is mined, the newer part tells whether what was found holds.
const MINED_MAX: f64 = 0.6;
/// The first part that is mined are so many approvals; each next one is twice as many.
const MINED_FIRST: usize = 64;

/// A policy of the stack, as text.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// As it was loaded.
    pub text: &'a str,
    /// What is allowed of it.
    pub limits: Limits,
}

/// A narrower rule that could allow what people always approved.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The rule that asks.
    pub asks: RuleKey,
    /// The tool.
    pub tool: String,
    /// Id of the new rule.
    pub rule: String,
    /// When the new rule allows.
    pub when: Value,
    /// How many conditions were tried to find it.
    pub tried: u64,
    /// What the newer part of the answers proves; that part was not looked at to find the condition.
    pub proof: Proof,
    /// How many reviews of the past it would have saved, at full share and without audits.
    pub saves: u64,
    /// Of how many, of this rule.
    pub of: u64,
    /// How long agents waited for the reviews that it would have saved, in milliseconds a week.
    pub saves_ms_per_week: f64,
    /// How many rejections and blocks of this tool were replayed; it touches none.
    pub refused: u64,
    /// Of whom the approved calls are that it covers.
    pub users: Users,
    /// The last day on which it applies, as `YYYY-MM-DD`.
    pub until: String,
    /// The place among the sources of the policy that asks.
    pub source: usize,
    /// The new rule, as it is inserted.
    pub written: String,
    /// The policy's text with the new rule and with tests of it.
    pub text: String,
    /// What it would do, in a sentence.
    pub sentence: String,
}

/// What was tried, and why it came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declined {
    /// The tool.
    pub tool: String,
    /// A clause.
    pub why: String,
}

/// What there is of one rule.
pub(super) struct Asking<'a> {
    pub(super) stack: &'a Stack,
    pub(super) sources: &'a [Source<'a>],
    pub(super) evidence: &'a Evidence,
    pub(super) key: &'a RuleKey,
    pub(super) rule: &'a RuleEvidence,
    pub(super) grounds: Grounds,
    pub(super) now_ms: UnixMs,
    /// Ids that other proposals for the rule have.
    pub(super) taken: Vec<String>,
}

/// A proposal for each tool of one rule, or why there is none.
pub(super) fn proposals(asking: &Asking<'_>) -> (Vec<Proposal>, Vec<Declined>) {
    let mut tools: Vec<&str> = asking.rule.approvals.iter().map(|seen| seen.call.tool.as_str()).collect();
    tools.sort_unstable();
    tools.dedup();
    let (mut found, mut declined) = (Vec::new(), Vec::new());
    for tool in tools {
        let taken = found.iter().map(|proposal: &Proposal| proposal.rule.clone()).collect();
        match propose(&Asking { taken, ..*asking }, tool) {
            Ok(proposal) => found.push(proposal),
            Err(why) => declined.push(Declined { tool: tool.to_owned(), why }),
        }
    }
    (found, declined)
}

fn propose(asking: &Asking<'_>, tool: &str) -> Result<Proposal, String> {
    let Asking { evidence, rule, .. } = *asking;
    if rule.against.is_cut {
        return Err("more answers are against it than can be replayed".to_owned());
    }
    if evidence.refused.get(tool).is_some_and(|refused| refused.is_cut || refused.iter().any(|each| each.is_large)) {
        return Err("more of its calls were rejected or blocked than can be replayed".to_owned());
    }
    let is_of_tool = |seen: &&Observation| seen.call.tool == tool;
    let mut approvals: Vec<&Observation> = rule.approvals.iter().filter(is_of_tool).collect();
    approvals.retain(|seen| !seen.is_large && evidence.is_current(seen));
    approvals.sort_by_key(|seen| seen.at_ms);
    let against: Vec<&Observation> = rule.against.iter().filter(is_of_tool).collect();
    let mut splits = splits(approvals.len());
    let latest = splits.next().ok_or_else(|| {
        let least = (MINED_FIRST as f64 / MINED_MAX).ceil() as usize;
        format!("{} more approvals are missing before conditions are looked for", least.saturating_sub(approvals.len()))
    })?;
    let told = propose_after(asking, tool, &approvals, &against, latest);
    told.or_else(|why| {
        splits.find_map(|split| propose_after(asking, tool, &approvals, &against, split).ok()).ok_or(why)
    })
}

/// How many of `approvals` are mined, the most first, and into how many parts that divides alpha.
///
/// A split that moved on with each look would give luck a new chance with each: of rules just below their bar, 8 to 12 %
/// pass such a test within some thousand answers. So the splits stay where they are, and the shares of alpha,
/// 1/2 + 1/6 + 1/12 + …, come to 1 over all of them.
fn splits(approvals: usize) -> impl Iterator<Item = (usize, u64)> {
    let all = (0..24).map(|nth| (MINED_FIRST << nth, (nth + 1) * (nth + 2)));
    let mut splits: Vec<(usize, u64)> =
        all.take_while(|(mined, _)| *mined as f64 <= approvals as f64 * MINED_MAX).collect();
    splits.reverse();
    splits.into_iter()
}

/// The proposal for `tool` whose condition is found in the first `mined` approvals, with alpha divided by `parts`.
fn propose_after(
    asking: &Asking<'_>,
    tool: &str,
    approvals: &[&Observation],
    against: &[&Observation],
    (mined, parts): (usize, u64),
) -> Result<Proposal, String> {
    let Asking { rule, grounds, .. } = *asking;
    let split_ms = approvals.get(mined).map(|seen| seen.at_ms).ok_or("no approvals count")?;
    let older: Vec<&Call> = approvals.iter().filter(|seen| seen.at_ms < split_ms).map(|seen| &seen.call).collect();
    let before: Vec<&Call> = against.iter().filter(|seen| seen.at_ms < split_ms).map(|seen| &seen.call).collect();
    let mined = mine(tool, &older, &before)?;
    let cover = Cover::new(tool, &mined.when).ok_or("its condition cannot be written")?;
    // What was too large to look at counts against.
    let is_covered = |seen: &&&Observation| seen.is_large || cover.covers(&seen.call);
    let covered: Vec<&Observation> = approvals.iter().filter(is_covered).copied().collect();
    let newer = covered.iter().filter(|seen| seen.at_ms >= split_ms).count() as u64;
    let against_newer = against.iter().filter(|seen| seen.at_ms >= split_ms).filter(is_covered).count() as u64;
    let is_rejected = |seen: &&Observation| seen.answer == Answer::Against(Against::Rejected);
    if against.iter().filter(is_covered).any(is_rejected) {
        return Err("it would allow a call that was rejected".to_owned());
    }
    let counted = Counted { approvals: newer, against: against_newer, spread: spread(covered.iter().copied()) };
    let proof = proof(rule.risk.flatten(), rule.is_reversible == Some(true), counted, mined.tried * parts, grounds);
    if !proof.missing.is_empty() {
        let missing: Vec<String> = proof.missing.iter().map(|missing| missing.message()).collect();
        return Err(format!("of the narrower rule are missing: {}", missing.join("; ")));
    }
    written(asking, tool, &covered, mined.when, mined.tried, proof)
}

/// The proposal with `when`, replayed and written.
fn written(
    asking: &Asking<'_>,
    tool: &str,
    covered: &[&Observation],
    when: Value,
    tried: u64,
    proof: Proof,
) -> Result<Proposal, String> {
    let Asking { stack, sources, evidence, key, rule, now_ms, ref taken, .. } = *asking;
    let place = stack.policies.iter().position(|each| Some(each.policy.digest.to_string()) == key.policy);
    let place = place.ok_or("no policy of the stack asks")?;
    let policy = stack.policies.get(place).map(|compiled| &compiled.policy).ok_or("no policy of the stack asks")?;
    let source = sources.get(place).ok_or("its policy has no text")?;
    let at = policy.rules.iter().position(|each| Some(&each.id) == key.rule.as_ref());
    let asks = at.and_then(|at| policy.rules.get(at));
    let id = free_id(policy, taken, key.rule.as_deref().unwrap_or(tool));
    let until = day_of(now_ms + DAYS_MAX * DAY_MS).ok_or("nobody can write its last day")?;
    let bound = percent_up(proof.bad_at_most);
    let evidence_text = format!(
        "{} of {} approved on {} days; at most {bound} bad",
        proof.counted.approvals,
        proof.counted.approvals + proof.counted.against,
        proof.counted.spread.days,
    );
    let when = match asks.and_then(|rule| rule.when.as_ref()) {
        // What the rule that asks does not cover, later ones decide as before.
        Some(asked) => all_of(vec![when, asked.written.clone()]),
        None => when,
    };
    let plain = rule_map(&id, tool, &when, asks, rule.risk.flatten());
    let relaxed = record([
        ("share", Some(Value::Number(FIRST_SHARE))),
        ("audit", Some(Value::Number(AUDIT))),
        ("until", Some(Value::from(until.as_str()))),
        ("evidence", Some(Value::from(evidence_text.as_str()))),
    ]);
    let replay = Replay::new(stack, place, source, &plain, at)?;
    let refused = replay.refused(evidence, tool)?;
    let saved: Vec<&Observation> = covered.iter().filter(|seen| replay.saves(&seen.call)).copied().collect();
    let saves = saved.len() as u64;
    if saves == 0 {
        return Err("another policy of the stack asks as well".to_owned());
    }
    let rule_fix = add_rule(source.text, &plain.with("relaxed", relaxed), at, source.limits)
        .map_err(|_| "the policy is written in a way in which no rule can be added without changing more")?;
    let mut text = applied(source.text, &rule_fix);
    for test in tests(&replay, covered, asking, tool, &id) {
        // What cannot be added as a test is no reason to propose less.
        let Ok(fix) = add_test(&text, &test, source.limits) else { continue };
        text = applied(&text, &fix);
    }
    let of = rule.all();
    let saved_ms = saved.iter().fold(0_u64, |sum, seen| sum.saturating_add(seen.waited_ms));
    let saves_ms_per_week = per_week(saved_ms, evidence.span);
    let waiting = agent_time(saves_ms_per_week);
    let sentence = format!(
        "would have removed {saves} of {of} reviews and {waiting} of waiting a week; touches none of {refused} rejected \
         or blocked calls; with 95 % confidence at most {bound} of such calls are bad, of those that agents made so far",
    );
    Ok(Proposal {
        asks: key.clone(),
        tool: tool.to_owned(),
        rule: id,
        when,
        tried,
        proof,
        saves,
        of,
        saves_ms_per_week,
        refused,
        users: users(covered.iter().copied()),
        until,
        source: place,
        written: rule_fix.replacement,
        text,
        sentence,
    })
}

/// The map of the new rule, without `relaxed`. What protects in the rule that asks stays.
fn rule_map(id: &str, tool: &str, when: &Value, asks: Option<&Rule>, risk: Option<Risk>) -> Map {
    let marks = asks.map(|rule| &rule.marks).filter(|marks| !marks.is_empty());
    let rule = record([
        ("id", Some(Value::from(id))),
        ("tool", Some(Value::from(tool))),
        ("when", Some(when.clone())),
        ("action", Some(Value::from("allow"))),
        ("risk", risk.map(|risk| Value::from(risk.as_str()))),
        ("reversible", Some(Value::Bool(true))),
        ("marks", marks.map(|marks| Value::List(marks.iter().map(|mark| Value::from(mark.as_str())).collect()))),
    ]);
    if let Value::Map(rule) = rule { rule } else { Map::default() }
}

/// The stack with the new rule at full share.
struct Replay<'a> {
    before: &'a Stack,
    after: Stack,
}

impl<'a> Replay<'a> {
    fn new(
        stack: &'a Stack,
        place: usize,
        source: &Source<'_>,
        plain: &Map,
        at: Option<usize>,
    ) -> Result<Self, String> {
        let unwritable = "the policy is written in a way in which no rule can be added without changing more";
        let fix = add_rule(source.text, plain, at, source.limits).map_err(|_| unwritable)?;
        let edited = parse(&applied(source.text, &fix), source.limits).0.ok_or(unwritable)?;
        let mut policies: Vec<Policy> = stack.policies.iter().map(|compiled| compiled.policy.clone()).collect();
        *policies.get_mut(place).ok_or(unwritable)? = edited;
        let after = compile(policies).map_err(|_| unwritable)?;
        let after = Stack { catalogue: stack.catalogue.clone(), ..after };
        Ok(Self { before: stack, after })
    }

    /// Whether a call that asked somebody runs without that.
    fn saves(&self, call: &Call) -> bool {
        decide(&self.after, call, &Usage::default()).action == Action::Allow
            && decide(self.before, call, &Usage::default()).action != Action::Allow
    }

    /// How many rejected and blocked calls of `tool` were replayed.
    fn refused(&self, evidence: &Evidence, tool: &str) -> Result<u64, String> {
        let refused = evidence.refused.get(tool);
        if refused.is_some_and(|refused| refused.iter().any(|seen| self.saves(&seen.call))) {
            return Err("it would allow a call that was rejected or blocked".to_owned());
        }
        Ok(refused.map_or(0, |refused| refused.iter().len() as u64))
    }
}

/// Tests of the new rule: one call that it allows, the same with a key that it does not know, and one that was rejected.
fn tests(replay: &Replay<'_>, covered: &[&Observation], asking: &Asking<'_>, tool: &str, id: &str) -> Vec<NewTest> {
    let Some(example) = covered.last().map(|seen| &seen.call) else { return Vec::new() };
    let expect = |action: Action, rule: Option<&str>| Expectation {
        action: Some(action),
        rule: rule.map(str::to_owned),
        cause: None,
    };
    let mut tests = vec![(format!("{id} allows what was always approved"), example.clone(), Action::Allow, Some(id))];
    if let Some(Value::Map(args)) = &example.args {
        let args = Some(Value::Map(args.clone().with("not_seen_before", Value::Bool(true))));
        tests.push((
            format!("{id} does not allow an argument that was not seen"),
            Call { args, ..example.clone() },
            Action::Escalate,
            None,
        ));
    }
    let rejected = asking
        .rule
        .against
        .iter()
        .find(|seen| seen.call.tool == tool && !seen.is_large && seen.answer == Answer::Against(Against::Rejected));
    if let Some(rejected) = rejected {
        tests.push((format!("{id} does not allow what was rejected"), rejected.call.clone(), Action::Escalate, None));
    }
    let tests = tests
        .into_iter()
        .filter(|(_, call, _, _)| !holds_secret(call))
        .filter(|(_, call, action, _)| decide(&replay.after, call, &Usage::default()).action == *action);
    tests
        .map(|(name, call, action, rule)| NewTest { name, call: call_map(&call), expect: expect(action, rule) })
        .collect()
}

/// Whether something in the arguments of `call` is a secret, which no policy should hold.
fn holds_secret(call: &Call) -> bool {
    let mut leaves = Vec::new();
    if let Some(args) = &call.args {
        add_leaves("args", args, &call.tool, &mut leaves);
    }
    leaves.iter().any(|leaf| {
        is_secret(leaf.value, &leaf.words) || matches!(leaf.value, Value::Text(text) if !secrets_in(text).is_empty())
    })
}

/// `call` as a test writes it.
fn call_map(call: &Call) -> Map {
    let Call { tool, args, agent, user, session, context, .. } = call;
    let map = record([
        ("tool", Some(Value::from(tool.as_str()))),
        ("args", args.clone()),
        ("agent", agent.clone()),
        ("user", user.clone()),
        ("session", session.clone()),
        ("context", context.clone()),
    ]);
    if let Value::Map(map) = map { map } else { Map::default() }
}

/// `name` and `-relaxed`, with a number if that is taken.
fn free_id(policy: &Policy, taken: &[String], name: &str) -> String {
    let id = format!("{name}-relaxed");
    let is_free = |id: &String| !taken.contains(id) && !policy.rules.iter().any(|rule| &rule.id == id);
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.clone()).chain(numbered).find(is_free).unwrap_or(id)
}

fn applied(text: &str, fix: &Fix) -> String {
    let before = text.get(..fix.span.start).unwrap_or_default();
    let after = text.get(fix.span.end..).unwrap_or_default();
    [before, &fix.replacement, after].concat()
}

/// A share in percent with one decimal, rounded up: it must not look better than it is.
fn percent_up(share: f64) -> String {
    format!("{:.1} %", (share * 1_000.0).ceil() / 10.0)
}
