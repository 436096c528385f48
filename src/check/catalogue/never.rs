//! Whether a rule matches no call that fits a schema.
//!
//! Not to match is to be false for certain: a condition that is undecidable contributes its rule's action.

use super::matcher::outcomes;
use super::place::{Budget, Hop, Place, Reach, known, place};
use crate::catalogue::model::{Schema, Tool, Types};
use crate::matcher::condition::{Condition, Matcher, Test, Type};
use crate::policy::model::Rule;
use crate::value::field::{Field, Root, Way};
use crate::value::value::Value;

/// Whether `rule` matches no call of `tool`, as far as that is easily seen.
pub(super) fn never_matches(rule: &Rule, tool: &Tool, budget: &Budget) -> bool {
    let never = Never { schema: &tool.schema, budget };
    let leaf = |field: &_, matcher: &_| {
        let Field { root, way } = field;
        *root == Root::Args && never.matcher(matcher, &mut way.steps.iter().map(Hop::from).collect())
    };
    rule.when.as_ref().is_some_and(|when| never_holds(&when.condition, &leaf))
}

/// Whether `condition` holds never, if `leaf` says so of its fields.
fn never_holds<F>(condition: &Condition<F>, leaf: &impl Fn(&F, &Matcher) -> bool) -> bool {
    match condition {
        Condition::Field { field, matcher, .. } => leaf(field, matcher),
        Condition::All(parts) => parts.iter().any(|part| never_holds(part, leaf)),
        Condition::Any(parts) => parts.iter().all(|part| never_holds(part, leaf)),
        Condition::Not(_) => false,
    }
}

struct Never<'a> {
    schema: &'a Schema,
    budget: &'a Budget,
}

impl<'a> Never<'a> {
    /// Whether what stands at the end of `way` never matches `matcher`.
    fn matcher(&self, matcher: &Matcher, way: &mut Vec<Hop<'_>>) -> bool {
        let at = place(self.schema, way, None, self.budget);
        match at.reach {
            Reach::Open | Reach::Unlisted => false,
            Reach::Closed => self.is_absent(way) && matcher.tests.iter().any(|test| !sees_absence(test)),
            Reach::Known if at.types.is_empty() => false,
            Reach::Known => matcher.tests.iter().any(|test| self.test(test, &at, way)),
        }
    }

    /// Whether the way to what is not there goes through nothing but maps, lists and what is not there either:
    /// through a value of another type it would be undecidable.
    fn is_absent(&self, way: &[Hop<'_>]) -> bool {
        let (end, parent) = known(self.schema, way, self.budget);
        let through = match way.get(end) {
            // Arguments as a whole are a map, whether or not the schema says so.
            Some(Hop::Key(_)) if end == 0 => return true,
            Some(Hop::Key(_)) => Type::Map,
            Some(Hop::Index(_)) => Type::List,
            Some(Hop::Item) | None => return true,
        };
        parent.reach == Reach::Known && is_only(parent.types, Types::only(through).or(Types::only(Type::Null)))
    }

    fn test(&self, test: &Test, at: &Place<'a>, way: &mut Vec<Hop<'_>>) -> bool {
        let (holds, fails) = outcomes(test);
        match test {
            _ if sees_absence(test) => false,
            _ if at.types.and(holds).is_empty() => is_only(at.types, fails),
            Test::Equals(operands) => is_only(at.types, fails) && self.operands(operands, at, way),
            Test::Number(bound, limit) => is_only(at.types, Types::only(Type::Number)) && at.rules_out(*bound, *limit),
            Test::Each(inside) | Test::Some(inside) => {
                way.push(Hop::Item);
                let never = is_only(at.types, fails) && self.matcher(inside, way);
                way.pop();
                never
            }
            Test::Where(condition) => {
                let leaf = |field: &Way, matcher: &Matcher| {
                    let mut way = way.clone();
                    way.extend(field.steps.iter().map(Hop::from));
                    self.matcher(matcher, &mut way)
                };
                is_only(at.types, fails) && never_holds(condition, &leaf)
            }
            _ => false,
        }
    }

    /// Whether the schema rules all of `operands` out.
    fn operands(&self, operands: &[Value], at: &Place<'a>, way: &[Hop<'_>]) -> bool {
        operands.iter().all(|operand| match operand {
            // Lists and maps of other types inside are undecidable.
            Value::List(_) | Value::Map(_) => !at.types.contains(Type::of(operand)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
                !at.types.contains(Type::of(operand))
                    || place(self.schema, way, Some(operand), self.budget).ruled_out.is_some()
            }
        })
    }
}

fn sees_absence(test: &Test) -> bool {
    matches!(test, Test::Exists(false) | Test::Empty(true) | Test::Not(_))
}

fn is_only(types: Types, others: Types) -> bool {
    types.and(others.others()).is_empty()
}
