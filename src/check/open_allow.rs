//! Rules that allow more than their author saw: arguments, items and numbers that nothing is said of.

use super::budget::Budget;
use super::clash::{Leaf, conjuncts};
use super::found::Found;
use super::kinds::{Kind, kinds_of_all};
use super::walk::{Asking, Spot, place_of};
use crate::catalogue::model::Catalogue;
use crate::matcher::condition::{Bound, Condition, Matcher, Test};
use crate::names::{NameMap, NameSet};
use crate::policy::model::{Action, Rule};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::edit::{entry_before, in_quotes, is_json, quoted};
use crate::text::span::Span;
use crate::value::field::{Field, Root, Step, Way};

/// Looks at each rule that allows on its own.
///
/// What `catalogue` rules out is not told.
pub(super) fn open_allows(
    asking: &[Asking<'_>],
    (text, catalogue): (&str, Option<&Catalogue>),
    budget: &mut Budget,
    found: &mut Found,
) {
    for Asking { rule, condition, spots } in asking.iter().filter(|asking| asking.rule.action == Action::Allow) {
        if !catalogue.is_some_and(|catalogue| lists_all_keys(rule, catalogue, budget)) {
            open_keys(rule, condition, text, found);
        }
        list_indexes(spots, found);
        one_sided_bounds(spots, text, found);
        negated_conditions(spots, condition, found);
    }
}

/// Whether no call of the tools of `rule` that fits `catalogue` has arguments that their schemas do not list.
fn lists_all_keys(rule: &Rule, catalogue: &Catalogue, budget: &mut Budget) -> bool {
    let is_affordable = budget.take(catalogue.tools().len().saturating_mul(rule.tools.len()));
    let mut tools = rule.tools.iter().flat_map(|pattern| catalogue.matching(&pattern.text));
    is_affordable && tools.all(|tool| tool.schema.lists_all_keys())
}

/// A rule that asks about arguments and takes any others besides.
fn open_keys(rule: &Rule, condition: &Condition<Field>, text: &str, found: &mut Found) {
    let mut asked = Asked::default();
    asked.read(condition, true);
    let Some(first) = asked.first else { return };
    if closes_keys(condition) {
        return;
    }
    let listed: Vec<String> = asked.keys.iter().map(|key| format!("`{key}`")).collect();
    let diagnostic =
        Diagnostic::new(Code::OpenKeys, first, format!("rule `{}` allows calls with any further arguments", rule.id))
            .label(format!("only {} {} looked at", listed.join(", "), if listed.len() == 1 { "is" } else { "are" }))
            .help("say which arguments there may be: `args: { only_keys: […] }`");
    let fix = asked.first_required.and_then(|at| {
        let json = is_json(at.start, text);
        let write = |key: &&str| if json { in_quotes(key) } else { quoted(key) };
        let keys = asked.keys.iter().map(write).collect::<Option<Vec<_>>>()?.join(", ");
        let entry = if json {
            format!("\"args\": {{ \"only_keys\": [{keys}] }}")
        } else {
            format!("args: {{ only_keys: [{keys}] }}")
        };
        entry_before(at.start, &entry, text).filter(|_| !asked.asks_args)
    });
    found.push(match (fix, asked.first_required) {
        (Some(entry), Some(at)) => diagnostic.fix("allow no other arguments", Span::new(at.start, at.start), entry),
        _ => diagnostic,
    });
}

/// What a condition asks about arguments.
#[derive(Default)]
struct Asked<'a> {
    /// The arguments, each once.
    keys: Vec<&'a str>,
    seen: NameSet<&'a str>,
    /// Where the first is written.
    first: Option<Span>,
    /// Where the first of those is written that must hold.
    first_required: Option<Span>,
    /// Whether the map of all arguments is asked about too.
    asks_args: bool,
}

impl<'a> Asked<'a> {
    fn read(&mut self, condition: &'a Condition<Field>, required: bool) {
        match condition {
            Condition::Field { field, span, matcher } => self.field(field, *span, matcher, required),
            Condition::All(parts) => parts.iter().for_each(|part| self.read(part, required)),
            Condition::Any(parts) => parts.iter().for_each(|part| self.read(part, false)),
            Condition::Not(part) => self.read(part, false),
        }
    }

    /// Reads what is asked about the parts of the map of all arguments.
    fn read_inside(&mut self, condition: &'a Condition<Way>) {
        match condition {
            Condition::Field { field, span, matcher } => self.argument(&field.steps, *span, matcher, false),
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| self.read_inside(part)),
            Condition::Not(part) => self.read_inside(part),
        }
    }

    fn field(&mut self, field: &'a Field, span: Span, matcher: &'a Matcher, required: bool) {
        if field.root != Root::Args {
            return;
        }
        if field.way.steps.is_empty() {
            self.asks_args = true;
            for test in &matcher.tests {
                if let Test::Where(inside) = test {
                    self.read_inside(inside);
                }
            }
        }
        self.argument(&field.way.steps, span, matcher, required);
    }

    fn argument(&mut self, steps: &'a [Step], span: Span, matcher: &Matcher, required: bool) {
        let Some(Step::Key(key)) = steps.first() else { return };
        // That an argument must not be there says nothing of those that there may be.
        let is_absent = matcher.tests.iter().all(|test| matches!(test, Test::Exists(false)));
        if is_absent {
            return;
        }
        if self.seen.insert(key) {
            self.keys.push(key);
        }
        self.first = self.first.or(Some(span));
        if required {
            self.first_required = self.first_required.or(Some(span));
        }
    }
}

/// Whether `condition` holds only if nothing but certain arguments is there.
fn closes_keys(condition: &Condition<Field>) -> bool {
    match condition {
        Condition::Field { field, matcher, .. } => {
            let closes = |test: &Test| {
                matches!(
                    test,
                    Test::OnlyKeys(_)
                        | Test::Keys(_)
                        | Test::Equals(_)
                        | Test::SameAs(_)
                        | Test::InField(_)
                        | Test::Length(_)
                        | Test::Empty(true)
                        | Test::Exists(false)
                )
            };
            field.root == Root::Args && field.way.steps.is_empty() && matcher.tests.iter().any(closes)
        }
        Condition::All(parts) => parts.iter().any(closes_keys),
        Condition::Any(parts) => parts.iter().all(closes_keys),
        Condition::Not(_) => false,
    }
}

/// One item of a list, where nothing is said of how many there are.
fn list_indexes(spots: &[Spot<'_>], found: &mut Found) {
    let asks_length = |matcher: &Matcher| matcher.tests.iter().any(|test| matches!(test, Test::Length(_)));
    let measured: NameSet<&str> =
        spots.iter().filter(|spot| asks_length(spot.matcher)).map(|spot| spot.place.as_str()).collect();
    for spot in spots {
        if spot.indexed.iter().any(|list| !measured.contains(list.as_str())) {
            let message = "this looks at one item of a list and allows any others";
            found.push(
                Diagnostic::new(Code::ListIndex, spot.span, message)
                    .help("ask about all items with `each`, or say how many there may be with `length`"),
            );
        }
    }
}

/// Numbers of the agent's that are bounded on one side only.
fn one_sided_bounds(spots: &[Spot<'_>], text: &str, found: &mut Found) {
    let is_asked = |spot: &&Spot<'_>| spot.root == Root::Args && !spot.in_not;
    let mut sides: NameMap<&str, (bool, bool)> = NameMap::default();
    for spot in spots.iter().filter(is_asked) {
        let (lower, upper) = sides.entry(spot.place.as_str()).or_default();
        for test in &spot.matcher.tests {
            let is_lower = match test {
                Test::Number(Bound::Above | Bound::AtLeast, _) => true,
                Test::Number(Bound::Below | Bound::AtMost, _) => false,
                Test::Equals(_) if !spot.negated => {
                    (*lower, *upper) = (true, true);
                    continue;
                }
                _ => continue,
            };
            *if is_lower == spot.negated { &mut *upper } else { &mut *lower } = true;
        }
    }
    for spot in spots.iter().filter(is_asked) {
        let bound = spot.matcher.tests.iter().find_map(|test| match test {
            Test::Number(_, limit) => Some(*limit),
            _ => None,
        });
        let (Some(limit), Some((lower, upper))) = (bound, sides.get(spot.place.as_str())) else { continue };
        if lower == upper {
            continue;
        }
        // Told once for each value.
        let missing = if *lower { "above" } else { "below" };
        let message = format!("this allows any number, however far {missing}");
        let mut diagnostic = Diagnostic::new(Code::OneSidedBound, spot.matcher.span, message);
        diagnostic = if *lower {
            diagnostic.help("give it an upper bound too, with `at_most` or `below`")
        } else {
            diagnostic.help("give it a lower bound too: a negative amount or count may do the opposite")
        };
        let fix =
            Some(spot).filter(|spot| !*lower && !spot.negated && limit > 0.0).and_then(|_| lower_bound(spot, text));
        found.push(match fix {
            Some((at, entry)) => diagnostic.fix("allow nothing below 0", Span::new(at, at), entry),
            None => diagnostic,
        });
        sides.remove(spot.place.as_str());
    }
}

/// Where and how to write a lower bound in front of an upper one.
fn lower_bound(spot: &Spot<'_>, text: &str) -> Option<(usize, String)> {
    let span = spot.matcher.span;
    let written = span.of(text);
    let at = match written.strip_prefix('{') {
        Some(inner) => span.start + written.len() - inner.trim_start().len(),
        None => span.start,
    };
    let first = text.get(at..)?;
    if !first.starts_with(|c: char| c == '"' || c.is_ascii_lowercase()) {
        return None;
    }
    let entry = if is_json(at, text) { "\"at_least\": 0" } else { "at_least: 0" };
    Some((at, entry_before(at, entry, text)?))
}

/// Conditions on arguments that hold where something else does not, or is not there.
///
/// What the rule itself wants to be there is not absent.
fn negated_conditions(spots: &[Spot<'_>], condition: &Condition<Field>, found: &mut Found) {
    let mut leaves = Vec::new();
    conjuncts(condition, &mut leaves);
    let is_required = |leaf: &&Leaf<'_, Field>| !kinds_of_all(leaf.matcher.tests.iter()).contains(Kind::Absent);
    // Of one item of a list nothing follows for the others.
    let up_to_list = |place: String| place.split("[]").next().unwrap_or_default().to_owned();
    let required: Vec<String> =
        leaves.iter().filter(is_required).map(|leaf| up_to_list(place_of(leaf.field))).collect();
    let is_there = |place: &str| {
        let mut behind = required.iter().filter_map(|required| required.strip_prefix(place));
        behind.any(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let asks_presence =
        |matcher: &Matcher| matcher.tests.iter().all(|test| matches!(test, Test::Exists(_) | Test::Empty(_)));
    let is_asked = |spot: &&Spot<'_>| spot.in_not && spot.root == Root::Args && !asks_presence(spot.matcher);
    for spot in spots.iter().filter(is_asked).filter(|spot| !is_there(&spot.place)) {
        let message = "this allows calls in which the argument is absent";
        found.push(
            Diagnostic::new(Code::NegatedCondition, spot.span, message)
                .label("`not` around a condition holds of what is not there")
                .help("put `not` behind the field, where it wants the field to be there: `args.x: { not: … }`"),
        );
    }
}
