//! Calibration: histories on their way in, and what they prove on its way out.

use std::rc::Rc;

use super::Failure;
use super::bottleneck::{bottleneck_out, goal_from};
use super::call::call_from;
use super::diagnostic::SourceText;
use super::history::read_entry;
use super::object::{list_of, long, object, or_null, words};
use super::parts::{count, map, optional_bool, optional_text};
use super::read_event::{decision_from, event_from};
use crate::decide::compile::Stack;
use crate::evidence::attention::Light;
use crate::evidence::calibrate::answer::Answer;
use crate::evidence::calibrate::evidence::{Evidence, RuleKey};
use crate::evidence::calibrate::gate::{Checks, Grounds, Proof};
use crate::evidence::calibrate::intake::Intake;
use crate::evidence::calibrate::proposal::{Proposal, Source};
use crate::evidence::calibrate::stage::Stage;
use crate::evidence::calibrate::{Report, RuleReport, report};
use crate::review::event::{Entry, UnixMs};
use crate::text::yaml::Limits;
use crate::value::value::Value;

/// What histories say of the rules of a stack, as their entries come in.
///
/// ```
/// use std::rc::Rc;
/// use countersign::decide::compile::compile;
/// use countersign::policy::parse::parse;
/// use countersign::value::value::Value;
/// use countersign::wire::calibrate::Calibration;
///
/// let policy = parse("rules: [{ tool: a, action: escalate }]", Default::default()).0;
/// let stack = compile(policy.into_iter().collect()).map_err(|_| "no digest")?;
/// let mut calibration = Calibration::new(Rc::new(stack));
/// calibration.push(&Value::List(Vec::new())).map_err(|failure| failure.message)?;
/// calibration.end_history(1_000);
/// assert!(calibration.evidence().rules.is_empty());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct Calibration {
    stack: Rc<Stack>,
    intake: Intake,
    evidence: Evidence,
    /// For how many entries of the history a checkpoint vouches that was kept elsewhere.
    covered: Option<u64>,
    entries: u64,
    /// Of histories that ended.
    damaged: u64,
    left_out: u64,
}

impl Calibration {
    /// Begins to read a first history.
    #[must_use]
    pub fn new(stack: Rc<Stack>) -> Self {
        let (intake, evidence) = (Intake::default(), Evidence::default());
        Self { stack, intake, evidence, covered: None, entries: 0, damaged: 0, left_out: 0 }
    }

    /// Begins another history. `covered` is the size of a checkpoint of it that was kept elsewhere: what was approved later
    /// counts for nothing.
    pub fn begin_history(&mut self, covered: Option<u64>) {
        self.covered = covered;
    }

    /// Takes the next entries of the history, in their order.
    ///
    /// # Errors
    ///
    /// `broken-history` if one is no entry. Whether they are what was sealed is another question, which verifying answers.
    pub fn push(&mut self, entries: &Value) -> Result<(), Failure> {
        let broken = || Failure::new("broken-history", "an entry of the history makes no sense");
        let Value::List(entries) = entries else { return Err(broken()) };
        for entry in entries {
            let read = read_entry(entry).ok_or_else(broken)?;
            let (line, Some(event)) = (read.line, read.event) else {
                self.left_out += 1;
                continue;
            };
            self.entries += 1;
            if line.kind == "decision" {
                self.take_decision(event, line.at_ms).ok_or_else(broken)?;
            } else if let (Some(id), Some(event)) = (line.id, event_from(event)) {
                let is_covered = self.covered.is_none_or(|covered| line.seq < covered);
                let over = self.intake.take(id, &Entry { at_ms: line.at_ms, event }, is_covered);
                over.iter().for_each(|over| self.evidence.take(&self.stack, over));
            }
        }
        Ok(())
    }

    fn take_decision(&mut self, event: &Value, at_ms: UnixMs) -> Option<()> {
        let event = map(event)?;
        let call = call_from(event.get("call")?.clone()).ok()?;
        let decision = decision_from(event.get("decision")?)?;
        self.evidence.take_decision(&self.stack, &call, decision.action, at_ms);
        Some(())
    }

    /// Ends the history at `now_ms`; what is pushed after is another one.
    pub fn end_history(&mut self, now_ms: UnixMs) {
        let over = self.intake.finish(now_ms);
        over.iter().for_each(|over| self.evidence.take(&self.stack, over));
        self.damaged += self.intake.damaged();
        self.intake = Intake::default();
        self.covered = None;
    }

    /// What was found so far.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The report at `now_ms`, on its way out; `sources` are the texts of the policies.
    ///
    /// # Errors
    ///
    /// `wrong-type` unless `grounds` is `{verified, checks: {caught, missed}, light}`, and `goal` `{waitMs, share}`.
    pub fn report(
        &self,
        sources: &[SourceText],
        grounds: &Value,
        goal: &Value,
        now_ms: UnixMs,
    ) -> Result<Value, Failure> {
        let message = "`grounds` must be `{ verified, checks: { caught, missed }, light }`";
        let grounds = grounds_from(grounds).ok_or_else(|| Failure::new("wrong-type", message))?;
        let goal = goal_from(goal)?;
        let limits = Limits::default();
        let texts: Vec<Source<'_>> = sources
            .iter()
            .map(|source| Source { text: &source.text, limits })
            .take(self.stack.policies.len())
            .collect();
        let found = report(&self.stack, &texts, &self.evidence, grounds, goal, now_ms);
        let damaged = self.damaged + self.intake.damaged();
        Ok(report_out(&found, self, damaged, sources))
    }
}

fn grounds_from(value: &Value) -> Option<Grounds> {
    let grounds = map(value)?;
    let checks = map(grounds.get("checks")?)?;
    let checks = Checks { caught: count(checks, "caught")?, missed: count(checks, "missed")? };
    let light = match optional_text(grounds, "light")? {
        None => None,
        Some(word) => Some(Light::ALL.into_iter().find(|light| light.as_str() == word)?),
    };
    Some(Grounds { is_verified: optional_bool(grounds, "verified")?.unwrap_or(false), checks, light })
}

fn report_out(
    found: &Report,
    Calibration { evidence, entries, left_out, .. }: &Calibration,
    damaged: u64,
    sources: &[SourceText],
) -> Value {
    let tightenings = list_of(&found.tightenings, |each| {
        object(vec![
            ("rule", key_out(&each.rule)),
            ("kind", words(each.kind.as_str())),
            ("message", Value::from(each.message.as_str())),
        ])
    });
    let span = |at: Option<UnixMs>| or_null(at.map(long));
    object(vec![
        ("entries", long(*entries)),
        ("leftOut", long(*left_out)),
        ("damaged", long(damaged)),
        ("elsewhere", long(evidence.elsewhere)),
        ("fromMs", span(evidence.span.map(|(from, _)| from))),
        ("toMs", span(evidence.span.map(|(_, to)| to))),
        ("rules", list_of(&found.rules, |rule| rule_out(rule, sources))),
        ("stages", list_of(&found.stages, stage_out)),
        ("tightenings", tightenings),
        ("bottleneck", bottleneck_out(&found.bottleneck, key_out)),
    ])
}

fn stage_out(stage: &Stage) -> Value {
    object(vec![
        ("rule", key_out(&stage.rule)),
        ("share", Value::Number(stage.share)),
        ("next", or_null(stage.next.map(Value::Number))),
        ("reached", Value::Bool(stage.is_reached())),
        ("proof", proof_out(&stage.proof)),
        ("until", Value::from(stage.until.as_str())),
        ("message", Value::Text(stage.message())),
    ])
}

fn rule_out(rule: &RuleReport, sources: &[SourceText]) -> Value {
    let mut counts = [("approved", 0), ("against", 0), ("uncounted", 0)];
    let mut answers = Vec::new();
    for (answer, count) in &rule.answers {
        let (sum, word) = match answer {
            Answer::For => (0, "approved"),
            Answer::Against(why) => (1, why.as_str()),
            Answer::Uncounted(why) => (2, why.as_str()),
        };
        if let Some(sum) = counts.get_mut(sum) {
            sum.1 += count;
        }
        answers.push(object(vec![
            ("counts", words(["for", "against", "nothing"].get(sum).copied().unwrap_or_default())),
            ("answer", words(word)),
            ("escalations", long(*count)),
        ]));
    }
    object(vec![
        ("rule", key_out(&rule.key)),
        ("risk", or_null(rule.risk.map(|risk| words(risk.as_str())))),
        ("reversible", Value::Bool(rule.is_reversible)),
        ("answers", Value::List(answers)),
        ("proof", proof_out(&rule.proof)),
        ("proposals", list_of(&rule.proposals, |proposal| proposal_out(proposal, sources))),
        (
            "declined",
            list_of(&rule.declined, |each| {
                object(vec![("tool", Value::from(each.tool.as_str())), ("why", Value::from(each.why.as_str()))])
            }),
        ),
    ])
}

fn proof_out(proof: &Proof) -> Value {
    let missing = list_of(&proof.missing, |each| {
        object(vec![
            ("code", words(each.code())),
            ("count", or_null(each.count().map(long))),
            ("message", Value::Text(each.message())),
        ])
    });
    let interval =
        proof.wilson.map(|(low, high)| object(vec![("low", Value::Number(low)), ("high", Value::Number(high))]));
    object(vec![
        ("approvals", long(proof.counted.approvals)),
        ("against", long(proof.counted.against)),
        ("days", long(proof.counted.spread.days)),
        ("sessions", long(proof.counted.spread.sessions)),
        ("reviewers", long(proof.counted.spread.reviewers)),
        ("bar", or_null(proof.bar.map(Value::Number))),
        ("interval", or_null(interval)),
        ("lnE", or_null(proof.log_e.map(Value::Number))),
        ("lnENeeded", Value::Number(proof.log_e_needed)),
        ("badAtMost", Value::Number(proof.bad_at_most)),
        ("missing", missing),
    ])
}

fn proposal_out(proposal: &Proposal, sources: &[SourceText]) -> Value {
    let name = sources.get(proposal.source).map(|source| Value::from(source.name.as_str()));
    object(vec![
        ("rule", Value::from(proposal.rule.as_str())),
        ("tool", Value::from(proposal.tool.as_str())),
        ("when", proposal.when.clone()),
        ("tried", long(proposal.tried)),
        ("proof", proof_out(&proposal.proof)),
        ("saves", long(proposal.saves)),
        ("of", long(proposal.of)),
        ("savesMsPerWeek", Value::Number(proposal.saves_ms_per_week)),
        ("refused", long(proposal.refused)),
        ("until", Value::from(proposal.until.as_str())),
        ("sentence", Value::from(proposal.sentence.as_str())),
        ("policy", or_null(name)),
        ("written", Value::from(proposal.written.as_str())),
        ("text", Value::from(proposal.text.as_str())),
    ])
}

fn key_out(key: &RuleKey) -> Value {
    let some = |text: &Option<String>| or_null(text.as_deref().map(Value::from));
    object(vec![("policy", some(&key.policy)), ("rule", some(&key.rule))])
}
