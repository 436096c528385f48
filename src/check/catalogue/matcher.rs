//! What a condition asks against what a schema says.

use super::place::{Budget, Hop, Place, Reach, known, place};
use crate::catalogue::model::{Tool, Types};
use crate::matcher::condition::{Bound, Condition, Matcher, Test, TextOrField, Type};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::span::Span;
use crate::value::canonical::number_text;
use crate::value::field::{Field, Root, Way};
use crate::value::value::Value;

/// How a part of a condition must come out for the whole to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// It must hold.
    Holds,
    /// It must not hold.
    DoesNotHold,
    /// Either may do.
    Either,
}

impl Wanted {
    /// How the inside of a `not` must come out.
    pub(super) const fn inverse(self) -> Self {
        match self {
            Self::Holds => Self::DoesNotHold,
            Self::DoesNotHold => Self::Holds,
            Self::Either => Self::Either,
        }
    }

    /// How each of `parts` must come out that all hold if the whole does.
    pub(super) const fn of_all(self, parts: usize) -> Self {
        match self {
            Self::DoesNotHold if parts > 1 => Self::Either,
            Self::Holds | Self::DoesNotHold | Self::Either => self,
        }
    }
}

/// Compares the conditions of one policy with the schema of one tool.
pub(super) struct Look<'a> {
    pub(super) tool: &'a Tool,
    /// The policy's text.
    pub(super) text: &'a str,
    pub(super) budget: &'a Budget,
    pub(super) found: Vec<Diagnostic>,
}

/// How many values of one list are worth a warning.
const VALUES_MAX: usize = 100;

impl<'a> Look<'a> {
    /// Looks at what `matcher` asks of the value at the end of `way`; `false` if the schema has no such place.
    pub(super) fn matcher(&mut self, matcher: &'a Matcher, way: &mut Vec<Hop<'a>>, wanted: Wanted) -> bool {
        let at = place(&self.tool.schema, way, None, self.budget);
        match at.reach {
            Reach::Closed | Reach::Unlisted => return false,
            Reach::Open => return true,
            // Of a schema that contradicts itself there is nothing to say.
            Reach::Known if at.types.is_empty() => return true,
            Reach::Known => {}
        }
        let wanted = wanted.of_all(matcher.tests.len());
        for test in &matcher.tests {
            self.test(test, matcher.span, &at, way, wanted);
        }
        true
    }

    fn test(&mut self, test: &'a Test, span: Span, at: &Place<'a>, way: &mut Vec<Hop<'a>>, wanted: Wanted) {
        if let Test::Not(inside) = test {
            self.matcher(inside, way, wanted.inverse());
            return;
        }
        let (holds, fails) = outcomes(test);
        let useful = match wanted {
            Wanted::Holds => holds,
            Wanted::DoesNotHold => fails,
            Wanted::Either => holds.or(fails),
        };
        if at.types.and(useful).is_empty() {
            self.found.push(self.type_clash(test, span, at, wanted));
            return;
        }
        match test {
            Test::Equals(operands) => self.operands(operands, span, at, way),
            Test::Number(bound, limit) if wanted == Wanted::Holds => self.bound(*bound, *limit, span, at),
            Test::Each(inside) | Test::Some(inside) => {
                way.push(Hop::Item);
                self.matcher(inside, way, wanted);
                way.pop();
            }
            Test::Where(condition) => self.condition(condition, way, wanted),
            Test::OnlyKeys(keys) => self.keys(keys, span, way),
            _ => {}
        }
    }

    /// Whether the schema has the place at the end of `way`, or says nothing about it.
    pub(super) fn is_there(&self, way: &[Hop<'a>]) -> bool {
        matches!(place(&self.tool.schema, way, None, self.budget).reach, Reach::Known | Reach::Open)
    }

    /// Looks whether there may be a number at the end of `way`, which is written at `span`; `false` if the schema has no
    /// such place.
    pub(super) fn number(&mut self, way: &[Hop<'a>], span: Span) -> bool {
        let at = place(&self.tool.schema, way, None, self.budget);
        if at.reach == Reach::Known && !at.types.is_empty() && !at.types.contains(Type::Number) {
            let types = at.types.described();
            let label = format!("the schema of `{}` says that there is {types} here", self.tool.name);
            let message = format!("`sum` can never add up {types}");
            self.found.push(Diagnostic::new(Code::TypeClash, span, message).label(label));
        }
        matches!(at.reach, Reach::Known | Reach::Open)
    }

    /// Keys that `only_keys` lists for the map at the end of `way`.
    fn keys(&mut self, keys: &'a [String], span: Span, way: &mut Vec<Hop<'a>>) {
        for key in keys.iter().take(VALUES_MAX) {
            way.push(Hop::Key(key));
            if !self.is_there(way) {
                self.found.push(self.not_in_schema(way, span, &format!("`{}`", self.tool.name)));
            }
            way.pop();
        }
    }

    fn condition(&mut self, condition: &'a Condition<Way>, way: &mut Vec<Hop<'a>>, wanted: Wanted) {
        match condition {
            Condition::Field { field, span, matcher } => {
                let before = way.len();
                way.extend(field.steps.iter().map(Hop::from));
                if !self.matcher(matcher, way, wanted) {
                    self.found.push(self.not_in_schema(way, *span, "this tool"));
                }
                way.truncate(before);
            }
            Condition::All(parts) => {
                parts.iter().for_each(|part| self.condition(part, way, wanted.of_all(parts.len())));
            }
            Condition::Any(parts) => parts.iter().for_each(|part| self.condition(part, way, wanted)),
            Condition::Not(part) => self.condition(part, way, wanted.inverse()),
        }
    }

    fn type_clash(&self, test: &Test, span: Span, at: &Place<'a>, wanted: Wanted) -> Diagnostic {
        let (word, types) = (test.word(), at.types.described());
        let message = match wanted {
            Wanted::Holds => format!("`{word}` can never hold of {types}"),
            Wanted::DoesNotHold => format!("`{word}` is never untrue of {types}"),
            Wanted::Either => format!("`{word}` settles nothing of {types}"),
        };
        let label = format!("the schema of `{}` says that there is {types} here", self.tool.name);
        let diagnostic = Diagnostic::new(Code::TypeClash, span, message).label(label);
        match test {
            Test::Each(_) | Test::Some(_) => diagnostic.help("ask for the value itself"),
            _ if at.types.contains(Type::List) => {
                diagnostic.help("use `each` or `some` to ask for the items of a list")
            }
            _ => diagnostic,
        }
    }

    /// The values that `equals` or `in` lists, and the schema rules out.
    fn operands(&mut self, operands: &[Value], span: Span, at: &Place<'a>, way: &[Hop<'a>]) {
        let of_its_type = operands.iter().filter(|operand| at.types.contains(Type::of(operand)));
        for operand in of_its_type.take(VALUES_MAX) {
            let Some(why) = place(&self.tool.schema, way, Some(operand), self.budget).ruled_out else { continue };
            let (shown, span) = match operand {
                Value::Text(text) => (format!("`{text}`"), part_span(span, text, self.text)),
                Value::Number(number) => (format!("`{}`", number_text(*number)), span),
                Value::Bool(bool) => (format!("`{bool}`"), span),
                Value::Null | Value::List(_) | Value::Map(_) => ("this value".to_owned(), span),
            };
            let diagnostic =
                Diagnostic::new(Code::ImpossibleValue, span, format!("{shown} can never be here: it {why}"))
                    .label(format!("by the schema of `{}`", self.tool.name));
            self.found.push(match operand {
                Value::Text(text) => diagnostic.did_you_mean(text, few(&at.texts), span, self.text),
                _ => diagnostic,
            });
        }
    }

    fn bound(&mut self, bound: Bound, limit: f64, span: Span, at: &Place<'a>) {
        if !at.rules_out(bound, limit) {
            return;
        }
        let (direction, edge) = match bound {
            Bound::Above | Bound::AtLeast => ("most", at.high),
            Bound::Below | Bound::AtMost => ("least", at.low),
        };
        let message = format!("`{}: {}` can never hold", Test::Number(bound, limit).word(), number_text(limit));
        let label = format!("by the schema of `{}` it is at {direction} {}", self.tool.name, number_text(edge));
        self.found.push(Diagnostic::new(Code::ImpossibleValue, span, message).label(label));
    }

    /// The field at the end of `way` is written at `span`, and the schema does not have it.
    pub(super) fn not_in_schema(&self, way: &[Hop<'a>], span: Span, owner: &str) -> Diagnostic {
        let (end, parent) = known(&self.tool.schema, way, self.budget);
        let diagnostic = |shown: String| {
            Diagnostic::new(Code::NotInSchema, span, format!("{shown} is not in the schema of {owner}"))
        };
        match way.get(end) {
            Some(Hop::Key(key)) if parent.types.contains(Type::Map) => {
                let span = part_span(span, key, self.text);
                let diagnostic = diagnostic(format!("`{key}`"));
                Diagnostic { span, ..diagnostic }.did_you_mean(key, few(&parent.keys), span, self.text)
            }
            Some(Hop::Key(key)) => {
                let diagnostic = diagnostic(format!("`{key}`"));
                let diagnostic = diagnostic.label(format!("what it would be in is {}", parent.types.described()));
                if parent.types.contains(Type::List) {
                    diagnostic.help("use `each` or `some` with `where` to ask for the items of a list")
                } else {
                    diagnostic
                }
            }
            Some(Hop::Index(index)) => diagnostic(format!("an item {index}")),
            Some(Hop::Item) | None => diagnostic("this".to_owned()),
        }
    }
}

/// The types of which `test` can hold, and those of which it can certainly not hold.
/// Of all others it is undecidable.
pub(super) fn outcomes(test: &Test) -> (Types, Types) {
    let same = |types: Types| (types, types);
    let text = same(Types::only(Type::String));
    match test {
        Test::Equals(operands) => {
            let types: Types = operands.iter().map(Type::of).collect();
            let null = Types::only(Type::Null);
            // `null` is unequal to everything else, and everything else to `null`.
            let unequal = if types == null { null.others() } else { types.and(null.others()) };
            (types, if types.contains(Type::Null) { unequal } else { unequal.or(null) })
        }
        Test::Type(types) => {
            let types: Types = types.iter().copied().collect();
            (types, types.others())
        }
        Test::Empty(true) => (Types::ALL, Types::ALL),
        Test::Empty(false) => (Types::only(Type::Null).others(), Types::ALL),
        Test::Number(..) => same(Types::only(Type::Number)),
        Test::StartsWith(_) | Test::EndsWith(_) | Test::Contains(_) | Test::Glob(_) | Test::Regex(_) => text,
        Test::Path(_) | Test::Url(_) | Test::Email(_) | Test::ShellOnly(_) | Test::ShellRuns(_) => text,
        Test::Length(_) => same([Type::String, Type::List, Type::Map].into_iter().collect()),
        Test::Each(_) | Test::Some(_) => same(Types::only(Type::List)),
        Test::Where(_) | Test::OnlyKeys(_) | Test::Keys(_) | Test::Values(_) => same(Types::only(Type::Map)),
        Test::SameAs(_) | Test::InField(_) | Test::Exists(_) | Test::Not(_) => same(Types::ALL),
    }
}

/// The matchers on arguments in `condition`, each with its field and how it must come out.
pub(super) fn arguments<'a>(condition: &'a Condition<Field>, wanted: Wanted, out: &mut Vec<Argument<'a>>) {
    match condition {
        Condition::Field { field, span, matcher } => {
            if field.root == Root::Args {
                out.push(Argument { way: &field.way, span: *span, asked: Asked::Matcher(matcher, wanted) });
            }
            others(matcher, out);
        }
        Condition::All(parts) => {
            parts.iter().for_each(|part| arguments(part, wanted.of_all(parts.len()), out));
        }
        Condition::Any(parts) => parts.iter().for_each(|part| arguments(part, wanted, out)),
        Condition::Not(part) => arguments(part, wanted.inverse(), out),
    }
}

/// The arguments that `matcher` compares with.
fn others<'a>(matcher: &'a Matcher, out: &mut Vec<Argument<'a>>) {
    let mut add = |field: &'a Field| {
        if field.root == Root::Args {
            out.push(Argument { way: &field.way, span: matcher.span, asked: Asked::Presence });
        }
    };
    for test in &matcher.tests {
        match test {
            Test::SameAs(field) | Test::InField(field) => add(field),
            Test::Path(path) => path.under.iter().chain(&path.base).for_each(|folder| match folder {
                TextOrField::Field(field) => add(field),
                TextOrField::Text(_) => {}
            }),
            _ => {}
        }
    }
    for test in &matcher.tests {
        if let Test::Not(inside) | Test::Each(inside) | Test::Some(inside) | Test::Values(inside) = test {
            others(inside, out);
        } else if let Test::Where(condition) = test {
            others_of_parts(condition, out);
        }
    }
}

fn others_of_parts<'a>(condition: &'a Condition<Way>, out: &mut Vec<Argument<'a>>) {
    match condition {
        Condition::Field { matcher, .. } => others(matcher, out),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| others_of_parts(part, out)),
        Condition::Not(part) => others_of_parts(part, out),
    }
}

/// A field below `args` that a rule names, and what it asks of it.
pub(super) struct Argument<'a> {
    pub(super) way: &'a Way,
    pub(super) span: Span,
    pub(super) asked: Asked<'a>,
}

/// What is asked of an argument.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    /// What a matcher says, which must come out so.
    Matcher(&'a Matcher, Wanted),
    /// That there may be such an argument.
    Presence,
    /// That it may be a number.
    Number,
}

/// As many of `words` as are worth comparing with a slip.
pub(super) fn few<'words, 'text>(words: &'words [&'text str]) -> &'words [&'text str] {
    words.get(..500).unwrap_or(words)
}

/// The part `word` of what stands at `span`, if it is written there as it is, and once; else the whole span.
fn part_span(span: Span, word: &str, text: &str) -> Span {
    let written = span.of(text);
    match written.rfind(word).filter(|&at| written.find(word) == Some(at)) {
        Some(at) => Span::new(span.start + at, span.start + at + word.len()),
        None => span,
    }
}
