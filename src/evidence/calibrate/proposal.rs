//! Proposals: a narrower rule that allows, in front of one that asks, with all that a person needs to judge it.
//!
//! Nothing changes by itself: a proposal is a change to a policy's text that a person accepts or not.

use super::answer::{Against, Answer, DAY_MS};
use super::evidence::{Evidence, RuleEvidence, RuleKey, Users, counting, spread, users};
use super::example::tests;
use super::gate::{Counted, Grounds, Missing, Proof, bar, missing_of_part, proof};
use super::mine::{Cover, Mined, mine};
use super::replay::{Replay, applied};
use super::sample::Observation;
use super::support::{Support, all_of};
use crate::decide::call::Call;
use crate::decide::compile::Stack;
use crate::decide::relaxing::day_of;
use crate::evidence::bottleneck::{agent_time, per_week};
use crate::policy::edit::add_test;
use crate::policy::edit::rule::add_rule;
use crate::policy::model::{Policy, Rule};
use crate::policy::terms::Risk;
use crate::review::event::UnixMs;
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
    let current: Vec<&Observation> =
        rule.approvals.iter().filter(is_of_tool).filter(|seen| !seen.is_large && evidence.is_current(seen)).collect();
    let approvals = counting(current.iter().copied());
    let against: Vec<&Observation> = rule.against.iter().filter(is_of_tool).collect();
    let told = Told { tool, current: &current, approvals: &approvals, against: &against };
    let mut splits = splits(approvals.len());
    let latest = splits.next().ok_or_else(|| {
        let least = (MINED_FIRST as f64 / MINED_MAX).ceil() as usize;
        format!("{} more approvals are missing before conditions are looked for", least.saturating_sub(approvals.len()))
    })?;
    propose_after(asking, &told, latest)
        .or_else(|why| splits.find_map(|split| propose_after(asking, &told, split).ok()).ok_or(why))
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

/// What people answered to calls of one tool.
struct Told<'a> {
    tool: &'a str,
    /// Approvals of the agent and tool as they were last.
    current: &'a [&'a Observation],
    /// Those of them that count, oldest first.
    approvals: &'a [&'a Observation],
    against: &'a [&'a Observation],
}

/// The proposal whose condition is found in the first `mined` approvals, with alpha divided by `parts`.
fn propose_after(asking: &Asking<'_>, told: &Told<'_>, (mined, parts): (usize, u64)) -> Result<Proposal, String> {
    let Asking { rule, grounds, .. } = *asking;
    let Told { tool, approvals, against, .. } = *told;
    let (risk, is_reversible) = (rule.risk.flatten(), rule.is_reversible == Some(true));
    let bar = bar(risk, is_reversible).ok_or("such calls are never relaxed")?;
    let split_ms = approvals.get(mined).map(|seen| seen.at_ms).ok_or("no approvals count")?;
    let older: Vec<&Call> = approvals.iter().filter(|seen| seen.at_ms < split_ms).map(|seen| &seen.call).collect();
    let before: Vec<&Call> = against.iter().filter(|seen| seen.at_ms < split_ms).map(|seen| &seen.call).collect();
    let mined = mine(tool, &older, &before, bar.right)?;
    let cover = Cover::new(tool, &mined.support.when).ok_or("its condition cannot be written")?;
    // What was too large to look at counts against.
    let against: Vec<&&Observation> = against.iter().filter(|seen| seen.is_large || cover.covers(&seen.call)).collect();
    if against.iter().any(|seen| seen.answer == Answer::Against(Against::Rejected)) {
        return Err("it would allow a call that was rejected".to_owned());
    }
    let drafted = drafted(asking, tool, mined)?;
    // Approved calls prove something only if the new rule would have let them run.
    let allowed: Vec<&Observation> =
        approvals.iter().filter(|seen| drafted.replay.saves(&seen.call)).copied().collect();
    if allowed.is_empty() {
        return Err("another policy of the stack asks as well".to_owned());
    }
    let newer = || allowed.iter().filter(|seen| seen.at_ms >= split_ms).copied();
    let counted = Counted {
        approvals: newer().count() as u64,
        against: against.iter().filter(|seen| seen.at_ms >= split_ms).count() as u64,
        spread: spread(allowed.iter().copied()),
    };
    let proof = proof(risk, is_reversible, counted, drafted.tried * parts, grounds);
    let lacks = |missing: &[Missing]| missing.iter().map(|each| each.message()).collect::<Vec<String>>().join("; ");
    if !proof.missing.is_empty() {
        return Err(format!("of the narrower rule are missing: {}", lacks(&proof.missing)));
    }
    let share = counted.approvals as f64 / allowed.len() as f64;
    let missing = missing_of_part(bar, spread(newer()), share);
    if !missing.is_empty() {
        return Err(format!("since the narrower rule was found are missing: {}", lacks(&missing)));
    }
    written(asking, told, drafted, proof)
}

/// A new rule, and the stack with it.
struct Drafted<'a> {
    place: usize,
    source: Source<'a>,
    at: Option<usize>,
    id: String,
    when: Value,
    free: Vec<(String, usize)>,
    tried: u64,
    plain: Map,
    replay: Replay<'a>,
}

fn drafted<'a>(asking: &Asking<'a>, tool: &str, mined: Mined) -> Result<Drafted<'a>, String> {
    let Asking { stack, sources, key, rule, ref taken, .. } = *asking;
    let Mined { support: Support { when, free }, tried } = mined;
    let place = stack.policies.iter().position(|each| Some(each.policy.digest.to_string()) == key.policy);
    let place = place.ok_or("no policy of the stack asks")?;
    let policy = stack.policies.get(place).map(|compiled| &compiled.policy).ok_or("no policy of the stack asks")?;
    let source = *sources.get(place).ok_or("its policy has no text")?;
    let at = policy.rules.iter().position(|each| Some(&each.id) == key.rule.as_ref());
    let asks = at.and_then(|at| policy.rules.get(at));
    let id = free_id(policy, taken, key.rule.as_deref().unwrap_or(tool));
    let when = match asks.and_then(|rule| rule.when.as_ref()) {
        // What the rule that asks does not cover, later ones decide as before.
        Some(asked) => all_of(vec![when, asked.written.clone()]),
        None => when,
    };
    let plain = rule_map(&id, tool, &when, asks, rule.risk.flatten());
    let replay = Replay::new(stack, place, (source.text, source.limits), &plain, at)?;
    Ok(Drafted { place, source, at, id, when, free, tried, plain, replay })
}

/// The proposal that was drafted, replayed and written.
fn written(asking: &Asking<'_>, told: &Told<'_>, drafted: Drafted<'_>, proof: Proof) -> Result<Proposal, String> {
    let Asking { evidence, key, rule, now_ms, .. } = *asking;
    let Told { tool, current, .. } = *told;
    let Drafted { place, source, at, id, when, free, tried, plain, replay } = drafted;
    let until = day_of(now_ms + DAYS_MAX * DAY_MS).ok_or("nobody can write its last day")?;
    let bound = percent_up(proof.bad_at_most);
    let evidence_text = format!(
        "{} of {} approved on {} days; at most {bound} bad",
        proof.counted.approvals,
        proof.counted.approvals + proof.counted.against,
        proof.counted.spread.days,
    );
    let relaxed = record([
        ("share", Some(Value::Number(FIRST_SHARE))),
        ("audit", Some(Value::Number(AUDIT))),
        ("until", Some(Value::from(until.as_str()))),
        ("evidence", Some(Value::from(evidence_text.as_str()))),
    ]);
    let refused = replay.refused(evidence, tool)?;
    let saved: Vec<&Observation> = current.iter().filter(|seen| replay.saves(&seen.call)).copied().collect();
    let saves = saved.len() as u64;
    let rule_fix = add_rule(source.text, &plain.with("relaxed", relaxed), at, source.limits)
        .map_err(|_| "the policy is written in a way in which no rule can be added without changing more")?;
    let mut text = applied(source.text, &rule_fix);
    for test in tests(&replay, &saved, rule, (tool, &id), &text) {
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
         or blocked calls; with 95 % confidence at most {bound} of such calls are bad, of those that agents made so far{}",
        risk_of(&free),
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
        users: users(saved.iter().copied()),
        until,
        source: place,
        written: rule_fix.replacement,
        text,
        sentence,
    })
}

/// What nobody reads any more, as the end of a sentence.
fn risk_of(free: &[(String, usize)]) -> String {
    let fields = free.iter().map(|(field, chars)| format!("`{field}` (up to {chars} characters)"));
    let fields: Vec<String> = fields.collect();
    if fields.is_empty() {
        return String::new();
    }
    format!("; nobody reads any more what agents write at {}", fields.join(", "))
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

/// `name` and `-relaxed`, with a number if that is taken.
fn free_id(policy: &Policy, taken: &[String], name: &str) -> String {
    let id = format!("{name}-relaxed");
    let is_free = |id: &String| !taken.contains(id) && !policy.rules.iter().any(|rule| &rule.id == id);
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.clone()).chain(numbered).find(is_free).unwrap_or(id)
}

/// A share in percent with one decimal, rounded up: it must not look better than it is.
fn percent_up(share: f64) -> String {
    format!("{:.1} %", (share * 1_000.0).ceil() / 10.0)
}
