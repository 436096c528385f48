//! Whether the arguments of a call fit their tool's schema.

use super::model::{Catalogue, CountBounds, NumberBounds, Part, PartId, Schema, Tool, Values, described};
use super::pattern::Pattern;
use crate::matcher::condition::Type;
use crate::text::prose::{WRITTEN, prose};
use crate::value::canonical::number_text;
use crate::value::field::{Field, Root, Step, Way};
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value};

/// The most work that one comparison takes: some milliseconds.
pub const STEPS_MAX: usize = 1_000_000;

/// How many parts of a schema may lie within each other on the way to one value.
const DEPTH_MAX: usize = 300;

/// Why a call does not fit, or why nobody can tell whether it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where; `None` if it is the tool itself.
    pub field: Option<Field>,
    /// Why: words that go on from the field's name.
    pub why: String,
}

/// Whether `args` fit the schema of `tool`. Absent arguments are an empty map.
///
/// Keywords that the engine does not check are taken as if they were not written: they never make arguments fit that
/// would not fit without them. What nobody can tell does not fit.
///
/// # Errors
///
/// The first place that does not fit, or of which nobody can tell; or that comparing would take too long.
///
/// ```
/// use countersign::catalogue::fit::fits;
/// use countersign::catalogue::read::{CATALOGUE_LIMITS, read};
/// use countersign::value::value::{Map, Value};
///
/// let text = r#"[{"name": "refund", "inputSchema": {"properties": {"amount": {"type": "number"}}}}]"#;
/// let catalogue = read(text, CATALOGUE_LIMITS).0.ok_or("no catalogue")?;
/// let refund = catalogue.tool("refund").ok_or("no tool")?;
/// let args = |amount| Map::new(vec![("amount".to_owned(), amount)]).map(Value::Map);
/// assert_eq!(fits(refund, Some(&args(Value::Number(40.0))?)), Ok(()));
/// let misfit = fits(refund, Some(&args(Value::from("40"))?)).err().ok_or("it fits")?;
/// assert_eq!(misfit.why, "is a string, but the schema wants a number");
/// # Ok::<(), String>(())
/// ```
pub fn fits(tool: &Tool, args: Option<&Value>) -> Result<(), Misfit> {
    let empty = Value::Map(Map::default());
    let (steps, why) = match fits_within(&tool.schema, Schema::ROOT, args.unwrap_or(&empty), STEPS_MAX) {
        Ok(()) => return Ok(()),
        Err(Failure::Misfit(Problem { way, why }) | Failure::Unknown(Problem { way, why })) => {
            (way.iter().map(|step| step.to_owned_step()).collect(), why)
        }
        Err(Failure::TooLong) => (Vec::new(), "take too long to compare with their schema".to_owned()),
    };
    Err(Misfit { field: Some(Field { root: Root::Args, way: Way { steps } }), why })
}

/// What of a call of the tool called `name` does not fit `catalogue`; `None` if it fits.
#[must_use]
pub fn misfit(catalogue: &Catalogue, name: &str, args: Option<&Value>) -> Option<Misfit> {
    match catalogue.tool(name) {
        Some(tool) => fits(tool, args).err(),
        None => Some(Misfit { field: None, why: "is not in the tool catalogue".to_owned() }),
    }
}

/// Why a value was not found to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure<'v> {
    /// It certainly does not fit.
    Misfit(Problem<'v>),
    /// Nobody can tell whether it fits.
    Unknown(Problem<'v>),
    /// Finding out takes more steps than were given.
    TooLong,
}

/// What does not fit, or cannot be told to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem<'v> {
    /// The way to it.
    way: Vec<At<'v>>,
    /// Why not.
    pub why: String,
}

/// A step of the way to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At<'v> {
    Key(&'v str),
    Index(usize),
}

impl At<'_> {
    fn to_owned_step(self) -> Step {
        match self {
            Self::Key(key) => Step::Key(key.to_owned()),
            Self::Index(index) => Step::Index(index),
        }
    }
}

/// Whether `value` fits the part `id` of `schema`, found out in at most `steps` steps.
///
/// # Errors
///
/// [`Failure`].
pub fn fits_within<'v>(schema: &'v Schema, id: PartId, value: &'v Value, steps: usize) -> Result<(), Failure<'v>> {
    Fitting { schema, steps, depth: 0, way: Vec::new() }.part(id, value)
}

/// Three-valued: fits; or does not, or nobody can tell.
type Fit<'v> = Result<(), Failure<'v>>;

struct Fitting<'v> {
    schema: &'v Schema,
    /// Steps that are left.
    steps: usize,
    depth: usize,
    way: Vec<At<'v>>,
}

impl<'v> Fitting<'v> {
    fn spend(&mut self, steps: usize) -> Fit<'v> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => {
                // Nothing else can be found out either.
                self.steps = 0;
                Err(Failure::TooLong)
            }
        }
    }

    /// What does not fit is told with the way to it, which costs as much as that is long.
    fn problem(&mut self, why: impl Into<String>) -> Problem<'v> {
        self.steps = self.steps.saturating_sub(self.way.len());
        Problem { way: self.way.clone(), why: if WRITTEN { why.into() } else { String::new() } }
    }

    fn misfit<T>(&mut self, why: impl Into<String>) -> Result<T, Failure<'v>> {
        Err(Failure::Misfit(self.problem(why)))
    }

    fn unknown<T>(&mut self, why: impl Into<String>) -> Result<T, Failure<'v>> {
        Err(Failure::Unknown(self.problem(why)))
    }

    fn at(&mut self, step: At<'v>, id: PartId, value: &'v Value) -> Fit<'v> {
        self.way.push(step);
        let fit = self.part(id, value);
        self.way.pop();
        fit
    }

    fn part(&mut self, id: PartId, value: &'v Value) -> Fit<'v> {
        let Some(part) = self.schema.part(id) else { return Ok(()) };
        self.spend(1)?;
        if self.depth >= DEPTH_MAX {
            // Such a schema goes round in circles; then no way out of it counts.
            return self.spend(usize::MAX);
        }
        self.depth += 1;
        let fit = self.written(part, value);
        self.depth -= 1;
        fit
    }

    fn written(&mut self, part: &'v Part, value: &'v Value) -> Fit<'v> {
        if part.never {
            return self.misfit("is not in the schema");
        }
        if let Some(why) = &part.unknown {
            return self.unknown(why.as_ref());
        }
        self.types(part, value)?;
        if let Some(values) = &part.values {
            self.values(values, value)?;
        }
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => self.number(&part.number, *number)?,
            Value::Text(text) => self.text(part, text)?,
            Value::List(items) => self.list(part, items)?,
            Value::Map(map) => self.map(part, map)?,
        }
        part.all_of.iter().try_for_each(|&id| self.part(id, value))?;
        if !part.any_of.is_empty() {
            self.any_of(&part.any_of, value)?;
        }
        if !part.one_of.is_empty() {
            self.one_of(&part.one_of, value)?;
        }
        part.not.map_or(Ok(()), |id| self.not(id, value))
    }

    fn types(&mut self, part: &Part, value: &Value) -> Fit<'v> {
        if matches!(value, Value::Number(number) if !number.is_finite()) {
            return self.unknown("is no finite number");
        }
        let Some(types) = part.types else { return Ok(()) };
        let of = Type::of(value);
        if !types.contains(of) {
            return self.misfit(prose!("is {}, but the schema wants {}", described(of), types.described()));
        }
        match value {
            Value::Number(number) if part.integer && number.abs() > SAFE_INTEGER_MAX => {
                self.unknown("is too large to be exact")
            }
            Value::Number(number) if part.integer && number.fract() != 0.0 => {
                self.misfit("is no integer, but the schema wants one")
            }
            _ => Ok(()),
        }
    }

    fn values(&mut self, values: &Values, value: &Value) -> Fit<'v> {
        self.spend(values.weight)?;
        // Values of other types are others here, whatever a tool may take them for.
        let is_listed = values.one_of.is_empty() || values.one_of.contains(value);
        if !is_listed || values.constant.as_ref().is_some_and(|constant| constant != value) {
            return self.misfit("is none of the values that the schema lists");
        }
        if has_unsafe_number(value) { self.unknown("has a number that is too large to be exact") } else { Ok(()) }
    }

    fn number(&mut self, bounds: &NumberBounds, number: f64) -> Fit<'v> {
        let NumberBounds { at_least, at_most, above, below, multiple_of } = *bounds;
        if *bounds == NumberBounds::default() {
            return Ok(());
        }
        if number.abs() > SAFE_INTEGER_MAX {
            return self.unknown("is too large to be exact");
        }
        let refused = |bound: Option<f64>, is_past: fn(f64, f64) -> bool, words: &str| {
            bound.filter(|&bound| is_past(number, bound)).map(|bound| prose!("is {words} {}", number_text(bound)))
        };
        let why = refused(at_least, |number, bound| number < bound, "less than")
            .or_else(|| refused(at_most, |number, bound| number > bound, "more than"))
            .or_else(|| refused(above, |number, bound| number <= bound, "not more than"))
            .or_else(|| refused(below, |number, bound| number >= bound, "not less than"))
            .or_else(|| refused(multiple_of, |number, of| !is_multiple(number, of), "no multiple of"));
        why.map_or(Ok(()), |why| self.misfit(why))
    }

    fn text(&mut self, part: &Part, text: &str) -> Fit<'v> {
        if part.length != CountBounds::default() {
            self.spend(text.len() / 64)?;
            self.count(&part.length, text.chars().count(), "characters")?;
        }
        let Some(pattern) = &part.pattern else { return Ok(()) };
        match self.matches(pattern, text)? {
            Some(true) => Ok(()),
            Some(false) => self.misfit("does not match the pattern of the schema"),
            None => self.unknown("cannot be compared with the pattern of the schema"),
        }
    }

    fn matches(&mut self, pattern: &Pattern, text: &str) -> Result<Option<bool>, Failure<'v>> {
        self.spend(pattern.cost(text))?;
        Ok(pattern.matches(text))
    }

    #[expect(clippy::cast_precision_loss, reason = "what fits into memory is a safe integer")]
    fn count(&mut self, bounds: &CountBounds, count: usize, what: &str) -> Fit<'v> {
        let CountBounds { at_least, at_most } = *bounds;
        if let Some(bound) = at_least.filter(|&bound| (count as f64) < bound) {
            return self.misfit(prose!("has fewer than {} {what}", number_text(bound)));
        }
        match at_most.filter(|&bound| (count as f64) > bound) {
            Some(bound) => self.misfit(prose!("has more than {} {what}", number_text(bound))),
            None => Ok(()),
        }
    }

    fn list(&mut self, part: &'v Part, items: &'v [Value]) -> Fit<'v> {
        self.count(&part.item_count, items.len(), "items")?;
        let parts = part.first_items.iter().copied().map(Some).chain(std::iter::repeat(part.items));
        for ((place, item), id) in items.iter().enumerate().zip(parts) {
            // Where nothing is asked of an item, nothing is asked of those after it.
            let Some(id) = id else { break };
            self.at(At::Index(place), id, item)?;
        }
        Ok(())
    }

    fn map(&mut self, part: &'v Part, map: &'v Map) -> Fit<'v> {
        self.spend(part.required.len() + map.iter().len())?;
        self.count(&part.key_count, map.iter().len(), "keys")?;
        for (key, value) in map.iter() {
            self.entry(part, key, value)?;
        }
        match part.required.iter().find(|key| map.get(key).is_none()) {
            Some(key) => {
                self.way.push(At::Key(key));
                let misfit = self.misfit("is not there, but the schema requires it");
                self.way.pop();
                misfit
            }
            None => Ok(()),
        }
    }

    fn entry(&mut self, part: &'v Part, key: &'v str, value: &'v Value) -> Fit<'v> {
        self.spend(key.len() / 64)?;
        let mut is_known = false;
        if let Some(id) = part.property(key) {
            is_known = true;
            self.at(At::Key(key), id, value)?;
        }
        for (pattern, id) in &part.key_patterns {
            match self.matches(pattern, key)? {
                Some(true) => {
                    is_known = true;
                    self.at(At::Key(key), *id, value)?;
                }
                Some(false) => {}
                None => return self.unknown("has a key that cannot be compared with a pattern of the schema"),
            }
        }
        match part.additional.filter(|_| !is_known) {
            Some(id) => self.at(At::Key(key), id, value),
            None => Ok(()),
        }
    }

    fn any_of(&mut self, parts: &[PartId], value: &'v Value) -> Fit<'v> {
        let mut failures = Failures::default();
        for &id in parts {
            match self.part(id, value) {
                Ok(()) => return Ok(()),
                Err(failure) => failures.add(failure)?,
            }
        }
        self.none_of(parts, failures)
    }

    /// Exactly one of `parts` fits, and the others certainly do not.
    fn one_of(&mut self, parts: &[PartId], value: &'v Value) -> Fit<'v> {
        let mut failures = Failures::default();
        let mut fitting = 0_usize;
        for &id in parts {
            match self.part(id, value) {
                Ok(()) => fitting += 1,
                Err(failure) => failures.add(failure)?,
            }
        }
        match fitting {
            0 => self.none_of(parts, failures),
            1 => failures.unknown.map_or(Ok(()), |unknown| Err(Failure::Unknown(unknown))),
            _ => self.misfit("has more than one of the forms of which the schema wants one"),
        }
    }

    fn not(&mut self, id: PartId, value: &'v Value) -> Fit<'v> {
        match self.part(id, value) {
            Ok(()) => self.misfit("is what the schema says that it must not be"),
            Err(Failure::Misfit(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// The failure of a value that fits none of `parts`: what lies deepest inside it says most.
    fn none_of(&mut self, parts: &[PartId], failures: Failures<'v>) -> Fit<'v> {
        match failures {
            Failures { unknown: Some(unknown), .. } => Err(Failure::Unknown(unknown)),
            Failures { deepest: Some(deepest), .. } if deepest.way.len() > self.way.len() || parts.len() == 1 => {
                Err(Failure::Misfit(deepest))
            }
            Failures { .. } => self.misfit("has none of the forms that the schema lists"),
        }
    }
}

/// Why a value does not fit the alternatives of a schema.
#[derive(Default)]
struct Failures<'v> {
    /// The first of which nobody can tell.
    unknown: Option<Problem<'v>>,
    /// The one that lies deepest in the value.
    deepest: Option<Problem<'v>>,
}

impl<'v> Failures<'v> {
    fn add(&mut self, failure: Failure<'v>) -> Fit<'v> {
        match failure {
            Failure::TooLong => return Err(Failure::TooLong),
            Failure::Unknown(problem) => {
                self.unknown.get_or_insert(problem);
            }
            Failure::Misfit(problem) => {
                if self.deepest.as_ref().is_none_or(|so_far| problem.way.len() > so_far.way.len()) {
                    self.deepest = Some(problem);
                }
            }
        }
        Ok(())
    }
}

/// Whether a number in `value` is so large that others are taken for it.
fn has_unsafe_number(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Text(_) => false,
        Value::Number(number) => number.abs() > SAFE_INTEGER_MAX,
        Value::List(items) => items.iter().any(has_unsafe_number),
        Value::Map(map) => map.iter().any(|(_, value)| has_unsafe_number(value)),
    }
}

/// Whether `number` is a multiple of `of`, as far as numbers that are not exact in binary let anybody say.
fn is_multiple(number: f64, of: f64) -> bool {
    let quotient = number / of;
    quotient.abs() <= SAFE_INTEGER_MAX && (quotient - quotient.round()).abs() <= quotient.abs() * f64::EPSILON * 2.0
}
