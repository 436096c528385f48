//! What becomes looser from one stack to another, on its way out.

use serde::{Serialize, Serializer};

use super::call::CallOut;
use super::compare::TermOut;
use super::decision::DecisionOut;
use crate::decide::compile::Stack;
use crate::evidence::widening::{Judged, Widening, Witness};
use crate::value::digest::Digest;

/// Twin of [`Widening`].
///
/// ```
/// use countersign::decide::compile::compile;
/// use countersign::evidence::widening::widening;
/// use countersign::policy::parse::parse;
/// use countersign::wire::widening::WideningOut;
///
/// let stack = |text| compile(parse(text, Default::default()).0.into_iter().collect()).map_err(|_| "no digest");
/// let before = stack("rules: [{ tool: a, action: block }]")?;
/// let after = stack("rules: [{ tool: a, action: allow }]")?;
/// let json = serde_json::to_value(WideningOut::new(&widening(&before, &after), [&before, &after])).map_err(|_| "no JSON")?;
/// assert_eq!(json["verdict"], "widens");
/// assert_eq!(json["witnesses"][0]["call"]["tool"], "a");
/// assert_eq!(json["witnesses"][0]["change"], "block-to-allow");
/// # Ok::<(), &str>(())
/// ```
#[derive(Serialize)]
pub struct WideningOut<'a> {
    verdict: &'static str,
    changes: Vec<JudgedOut<'a>>,
    witnesses: Vec<WitnessOut<'a>>,
    tried: usize,
    cut: bool,
}

/// Twin of [`Judged`].
#[derive(Serialize)]
struct JudgedOut<'a> {
    source: usize,
    kind: &'static str,
    rule: Option<&'a str>,
    keys: &'a [&'static str],
    verdict: &'static str,
    witness: Option<WitnessOut<'a>>,
}

/// Twin of [`Witness`].
#[derive(Serialize)]
struct WitnessOut<'a> {
    call: CallOut<'a>,
    usage: UsageOut<'a>,
    /// `None` where no rule replaces review.
    relaxing: Option<bool>,
    change: &'static str,
    terms: Vec<TermOut>,
    before: DecisionOut<'a>,
    after: DecisionOut<'a>,
}

/// What was used, by bucket.
struct UsageOut<'a>(&'a [(Digest, f64)]);

impl Serialize for UsageOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(bucket, used)| (bucket.to_string(), *used)))
    }
}

impl<'a> WideningOut<'a> {
    /// What was `found` of the two stacks.
    #[must_use]
    pub fn new(found: &'a Widening, stacks: [&Stack; 2]) -> Self {
        let mut policies = stacks.into_iter().flat_map(|stack| stack.policies.iter());
        let replaces = policies.any(|each| each.policy.rules.iter().any(|rule| rule.relaxed.is_some()));
        let witness = |witness: &'a Witness| WitnessOut::new(witness, replaces);
        let judged = |judged: &'a Judged| JudgedOut {
            source: judged.policy,
            kind: judged.change.kind.as_str(),
            rule: judged.change.rule.as_deref(),
            keys: &judged.change.keys,
            verdict: judged.verdict.as_str(),
            witness: judged.witness.as_ref().map(witness),
        };
        Self {
            verdict: found.verdict.as_str(),
            changes: found.changes.iter().map(judged).collect(),
            witnesses: found.witnesses.iter().map(witness).collect(),
            tried: found.tried,
            cut: found.is_cut,
        }
    }
}

impl<'a> WitnessOut<'a> {
    fn new(witness: &'a Witness, replaces: bool) -> Self {
        let Witness { call, used, in_force, before, after, difference } = witness;
        Self {
            call: CallOut(call),
            usage: UsageOut(used),
            relaxing: replaces.then_some(*in_force),
            change: difference.change.as_str(),
            terms: difference.terms.iter().map(TermOut::from).collect(),
            before: before.into(),
            after: after.into(),
        }
    }
}
