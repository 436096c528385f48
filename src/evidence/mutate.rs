//! Mutation testing: which small changes of a policy its own tests notice.

use std::sync::Arc;

use super::mutants::{Change, KeySpans, change, changes};
use crate::decide::call::Call;
use crate::decide::compile::{Compiled, Stack, compile};
use crate::decide::decide::{Decision, decide};
use crate::decide::limit::Usage;
use crate::decide::relaxing::Relaxing;
use crate::matcher::glob::Glob;
use crate::policy::model::{Action, Default, Expectation, Policy, Rule, ToolPattern};
use crate::text::diagnostic::Problems;
use crate::text::span::Span;
use crate::text::yaml::{Limits, MapEntry, Node, NodeValue, parse};
use crate::value::canonical::number_text;
use crate::value::value::Value;

/// A change that no test notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// Id of the rule that was changed; `None` if the policy itself was.
    pub rule: Option<String>,
    /// What was changed, and where.
    pub change: Change,
}

/// Changes a policy in small ways, one at a time and in the order of the text, and asks its tests whether they notice.
///
/// What a test cannot see is not changed: marks, what reviews must be like, texts, and how much a limit allows, as no test
/// says what was used of it. Two rules are swapped only if some tool may be one of both. Whether a change that no test
/// notices could be noticed at all is not told.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// The policy alone, without what decides nothing.
    stack: Stack,
    tests: Vec<Test>,
    failing: usize,
    keys: Vec<KeySpans>,
    confidence_span: Option<Span>,
    sites: Vec<Site>,
    sites_all: usize,
    next: usize,
    noticed: usize,
    survivors: Vec<Survivor>,
}

/// A test that passes.
#[derive(Clone, Debug)]
struct Test {
    call: Call,
    expect: Expectation,
    /// The rules about its tool, by their places.
    rules: Vec<usize>,
    /// Whether its tool's name could be taken for a known one.
    is_alike: bool,
}

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Site {
    Default(Action),
    Confidence,
    /// The rule at this place is dropped.
    Drop(usize),
    /// It changes places with the next one.
    Swap(usize),
    /// A change inside it.
    Inside(usize, usize),
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many changes were tried.
    pub tried: usize,
    /// How many of those a test noticed.
    pub noticed: usize,
    /// How many are to be tried.
    pub wanted: usize,
    /// How many there are.
    pub all: usize,
    /// How many tests pass, and so can notice something.
    pub tests: usize,
    /// How many tests fail without any change; they notice nothing.
    pub failing: usize,
}

impl Mutation {
    /// Begins with the policy of `compiled`, one of `stack`, which was read from `source`; `read_call` reads a call from its
    /// recorded form. Of more than `most` changes so many are tried, spread evenly.
    ///
    /// ```
    /// use countersign::decide::compile::compile;
    /// use countersign::evidence::mutate::Mutation;
    /// use countersign::policy::parse::parse;
    /// use countersign::wire::call::call_from;
    ///
    /// let text = "
    /// rules: [{ id: small, tool: pay, when: { args.amount: { at_most: 50 } }, action: allow }]
    /// tests: [{ name: small, call: { tool: pay, args: { amount: 50 } }, expect: allow }]
    /// ";
    /// let stack = compile(parse(text, Default::default()).0.into_iter().collect()).map_err(|_| "no digest")?;
    /// let compiled = stack.policies.first().ok_or("no policy")?;
    /// let mut mutation = Mutation::new(&stack, compiled, text, &|call| call_from(call.clone()).ok(), 1_000);
    /// while mutation.step(10) {}
    /// let unseen: Vec<&str> = mutation.survivors().iter().map(|survivor| survivor.change.what.as_str()).collect();
    /// let expected = [
    ///     "`default: escalate` made `allow`",
    ///     "`default: escalate` made `block`",
    ///     "`when` dropped",
    ///     "`args.amount at_most: 50` moved to `51`",
    /// ];
    /// assert_eq!(unseen, expected);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn new(
        stack: &Stack,
        compiled: &Compiled,
        source: &str,
        read_call: &dyn Fn(&Value) -> Option<Call>,
        most: usize,
    ) -> Self {
        let policy = bare(&compiled.policy);
        let root = tree(source);
        let sites = sites(&policy);
        let sites_all = sites.len();
        // As tests are run: a rule that replaces review is in force.
        let alone = Stack { policies: recompiled(policy), relaxing: Relaxing::InForce, ..stack.clone() };
        let mut mutation = Self {
            keys: key_spans(root.as_ref(), compiled.policy.rules.len()),
            confidence_span: root.as_ref().and_then(|root| key_span(root, "min_confidence")),
            stack: alone,
            tests: Vec::new(),
            failing: 0,
            sites: some_of(sites, most),
            sites_all,
            next: 0,
            noticed: 0,
            survivors: Vec::new(),
        };
        for test in &compiled.policy.tests {
            match read_call(&test.call).and_then(|call| mutation.test(call, &test.expect)) {
                Some(test) => mutation.tests.push(test),
                None => mutation.failing += 1,
            }
        }
        mutation
    }

    /// Tries up to `most` more changes; whether there are more.
    pub fn step(&mut self, most: usize) -> bool {
        for _ in 0..most {
            let Some(site) = self.sites.get(self.next).copied() else { return false };
            self.next += 1;
            let (is_noticed, change) = self.tried(site);
            if is_noticed {
                self.noticed += 1;
            } else if let Some(change) = change {
                let rule = site.rule().and_then(|place| self.policy()?.rules.get(place)).map(|rule| rule.id.clone());
                self.survivors.push(Survivor { rule, change });
            }
        }
        self.next < self.sites.len()
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            tried: self.next,
            noticed: self.noticed,
            wanted: self.sites.len(),
            all: self.sites_all,
            tests: self.tests.len(),
            failing: self.failing,
        }
    }

    /// The changes that no test noticed so far.
    #[must_use]
    pub fn survivors(&self) -> &[Survivor] {
        &self.survivors
    }

    fn policy(&self) -> Option<&Policy> {
        self.stack.policies.first().map(|compiled| &compiled.policy)
    }

    /// The test of `call`; `None` if it fails.
    fn test(&self, call: Call, expect: &Expectation) -> Option<Test> {
        if !is_met(expect, &decide(&self.stack, &call, &Usage::default())) {
            return None;
        }
        let candidates = self.stack.candidates(&call.tool).into_iter().next()?;
        let rules = candidates.hits.iter().map(|hit| hit.rule).collect();
        Some(Test { call, expect: expect.clone(), rules, is_alike: candidates.known_name.is_some() })
    }

    /// Whether a test notices the change at `site`, and what it is.
    fn tried(&mut self, site: Site) -> (bool, Option<Change>) {
        match site {
            Site::Default(action) => self.with_policy(site, |policy, _| {
                let (old, span) = (policy.default, policy.default_span.unwrap_or(Span::new(0, 0)));
                policy.default = Default::Action(action);
                let what = format!("`default: {}` made `{}`", old.as_str(), action.as_str());
                Some(Change { span, what })
            }),
            Site::Confidence => self.with_policy(site, |policy, span| {
                let min = policy.confidence.min.take()?;
                Some(Change { span, what: format!("`min_confidence: {}` dropped", number_text(min)) })
            }),
            Site::Inside(place, nth) => self.inside(site, place, nth),
            Site::Drop(place) => self.anew(site, |rules| {
                let rule = (place < rules.len()).then(|| rules.remove(place))?;
                Some(Change { span: rule.span, what: "the rule dropped".to_owned() })
            }),
            Site::Swap(place) => self.anew(site, |rules| {
                let [first, second] = rules.get_mut(place..=place + 1)? else { return None };
                std::mem::swap(first, second);
                Some(Change { span: second.span, what: format!("the rule moved behind `{}`", first.id) })
            }),
        }
    }

    /// Tries a change of the policy that leaves its rules as they are.
    fn with_policy(
        &mut self,
        site: Site,
        make: impl FnOnce(&mut Policy, Span) -> Option<Change>,
    ) -> (bool, Option<Change>) {
        let span = self.confidence_span.unwrap_or(Span::new(0, 0));
        let Some(compiled) = only(&mut self.stack) else { return (false, None) };
        let (default, confidence) = (compiled.policy.default, compiled.policy.confidence);
        let change = make(&mut compiled.policy, span);
        let is_noticed = self.is_noticed(site);
        if let Some(compiled) = only(&mut self.stack) {
            (compiled.policy.default, compiled.policy.confidence) = (default, confidence);
        }
        (is_noticed, change)
    }

    /// Tries a change inside one rule. Where its tools stay, what is known of the tools of all rules stays too.
    fn inside(&mut self, site: Site, place: usize, nth: usize) -> (bool, Option<Change>) {
        let keys = self.keys.get(place).copied().unwrap_or_default();
        let Some(rule) = only(&mut self.stack).and_then(|compiled| compiled.policy.rules.get_mut(place)) else {
            return (false, None);
        };
        let old = rule.clone();
        let change = change(rule, keys, nth);
        let is_noticed = if rule.tools == old.tools {
            self.is_noticed(site)
        } else {
            let changed = rule.clone();
            self.anew(site, |rules| {
                *rules.get_mut(place)? = changed;
                None
            })
            .0
        };
        if let Some(rule) = only(&mut self.stack).and_then(|compiled| compiled.policy.rules.get_mut(place)) {
            *rule = old;
        }
        (is_noticed, change)
    }

    /// Tries a change of which rules there are, or of their tools.
    fn anew(&mut self, site: Site, make: impl FnOnce(&mut Vec<Rule>) -> Option<Change>) -> (bool, Option<Change>) {
        let Some(mut policy) = self.policy().cloned() else { return (false, None) };
        let change = make(&mut policy.rules);
        let old = std::mem::replace(&mut self.stack.policies, recompiled(policy));
        let is_noticed = self.is_noticed(site);
        self.stack.policies = old;
        (is_noticed, change)
    }

    fn is_noticed(&self, site: Site) -> bool {
        let is_about = |test: &&Test| {
            let has = |place: usize| test.rules.binary_search(&place).is_ok();
            match site {
                Site::Default(_) | Site::Confidence => true,
                Site::Drop(place) | Site::Inside(place, _) => test.is_alike || has(place),
                Site::Swap(place) => test.is_alike || has(place) && has(place + 1),
            }
        };
        let mut about = self.tests.iter().filter(is_about);
        about.any(|test| !is_met(&test.expect, &decide(&self.stack, &test.call, &Usage::default())))
    }
}

impl Site {
    const fn rule(self) -> Option<usize> {
        match self {
            Self::Default(_) | Self::Confidence => None,
            Self::Drop(place) | Self::Swap(place) | Self::Inside(place, _) => Some(place),
        }
    }
}

fn is_met(Expectation { action, rule, cause }: &Expectation, decision: &Decision) -> bool {
    action.is_none_or(|action| action == decision.action)
        && rule.as_ref().is_none_or(|rule| decision.rule.as_ref() == Some(rule))
        && cause.is_none_or(|cause| cause == decision.cause)
}

fn recompiled(policy: Policy) -> Arc<[Compiled]> {
    // One policy always compiles.
    compile(vec![policy]).map_or_else(|_| Arc::from([]), |stack| stack.policies)
}

/// The one policy of `stack`, which nobody else holds.
fn only(stack: &mut Stack) -> Option<&mut Compiled> {
    Arc::get_mut(&mut stack.policies)?.first_mut()
}

/// `policy` without tests and texts, which decide nothing.
fn bare(policy: &Policy) -> Policy {
    let rule = |rule: &Rule| {
        let mut rule = Rule { reason: None, consequence: None, ..rule.clone() };
        if let Some(when) = &mut rule.when {
            when.written = Value::Null;
        }
        rule
    };
    Policy { tests: Vec::new(), rules: policy.rules.iter().map(rule).collect(), ..policy.clone() }
}

/// All changes of `policy`, in the order of its text: first what it says of all calls.
fn sites(policy: &Policy) -> Vec<Site> {
    let default = match policy.default {
        Default::Action(action) => action,
        // Alone it escalates what no rule matches.
        Default::Abstain => Action::Escalate,
    };
    let others = Action::ALL.into_iter().filter(|action| *action != default).map(Site::Default);
    let mut sites: Vec<Site> = others.chain(policy.confidence.min.map(|_| Site::Confidence)).collect();
    for (place, rule) in policy.rules.iter().enumerate() {
        sites.push(Site::Drop(place));
        if policy.rules.get(place + 1).is_some_and(|next| may_share_tool(rule, next)) {
            sites.push(Site::Swap(place));
        }
        sites.extend((0..changes(rule)).map(|nth| Site::Inside(place, nth)));
    }
    sites
}

/// Whether some tool may be one of both. If not, which of them stands first changes nothing.
fn may_share_tool(a: &Rule, b: &Rule) -> bool {
    let overlap = |a: &ToolPattern, b: &ToolPattern| match (a.is_glob(), b.is_glob()) {
        (true, true) => true,
        (true, false) => Glob::new(&a.text).matches(&b.text),
        (false, true) => Glob::new(&b.text).matches(&a.text),
        (false, false) => a.text == b.text,
    };
    a.tools.iter().any(|a| b.tools.iter().any(|b| overlap(a, b)))
}

/// `most` of `sites`, spread evenly.
fn some_of(sites: Vec<Site>, most: usize) -> Vec<Site> {
    let all = sites.len();
    if all <= most {
        return sites;
    }
    (0..most).filter_map(|nth| sites.get(nth * all / most).copied()).collect()
}

/// The tree of `source`, which was read before, whatever its limits were.
fn tree(source: &str) -> Option<Node> {
    let limits = Limits { bytes: usize::MAX, depth: usize::MAX, nodes: usize::MAX };
    parse(source, limits, &mut Problems::default())
}

fn entries(node: &Node) -> &[MapEntry] {
    if let NodeValue::Map(entries) = &node.value { entries } else { &[] }
}

fn key_span(node: &Node, key: &str) -> Option<Span> {
    entries(node).iter().find(|entry| entry.key == key).map(|entry| entry.key_span)
}

/// Where the keys of each of `count` rules stand.
fn key_spans(root: Option<&Node>, count: usize) -> Vec<KeySpans> {
    let rules = root.and_then(|root| entries(root).iter().find(|entry| entry.key == "rules"));
    let items = match rules.map(|rules| &rules.value.value) {
        Some(NodeValue::List(items)) => items.as_slice(),
        _ => &[],
    };
    let spans = |node: &Node| KeySpans {
        action: key_span(node, "action"),
        limit: key_span(node, "limit"),
        min_confidence: key_span(node, "min_confidence"),
        undecidable: key_span(node, "undecidable"),
    };
    items.iter().map(spans).chain(std::iter::repeat(KeySpans::default())).take(count).collect()
}
