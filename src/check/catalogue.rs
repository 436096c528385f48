//! A policy against a tool catalogue.

mod place;
mod matcher;
mod never;

use self::matcher::{Argument, Asked, Look, Wanted, arguments, few};
use self::never::never_matches;
use self::place::{Budget, Hop};
use crate::catalogue::model::{Catalogue, Tool};
use crate::matcher::glob::Glob;
use crate::policy::model::{Action, Policy, PolicyTest, Rule, ToolPattern};
use crate::policy::terms::{FieldAt, Segment};
use crate::text::diagnostic::{Code, Diagnostic, sort};
use crate::text::span::Span;
use crate::text::words::Related;
use crate::value::field::Root;
use crate::value::value::Value;

/// Of how many tools of one rule the schemas are looked at; a rule of more is one that hardly names arguments.
const TOOLS_MAX: usize = 200;

/// How many problems of one policy are worth listing.
const FOUND_MAX: usize = 1_000;

/// How often a pattern is compared with a tool's name; past that, patterns are not looked at.
const MATCHES_MAX: usize = 5_000_000;

/// For how many unknown names one that is near is looked for.
const SUGGESTIONS_MAX: usize = 100;

/// What `policy`, which `text` writes, says of tools and arguments that cannot be by `catalogue`, in the order of the
/// text: all of it warnings.
/// A rule about tools that are not there is a warning: a policy may be meant for agents with other tools too, and a call
/// of a tool that the catalogue does not have is never allowed.
///
/// Where a rule is about several tools, it is warned of only if it is so for all of them that the catalogue has.
/// Errors go before warnings where there are more than are worth listing.
///
/// ```
/// use countersign::catalogue::read::{CATALOGUE_LIMITS, read};
/// use countersign::check::catalogue::check_tools;
/// use countersign::policy::parse::parse;
/// use countersign::text::yaml::Limits;
///
/// let text = "rules: [{ tool: file.raed, action: allow }]";
/// let (policy, _) = parse(text, Limits::default());
/// let (catalogue, _) = read(r#"{"tools": [{"name": "file.read"}]}"#, CATALOGUE_LIMITS);
/// let problems = check_tools(&policy.ok_or("no policy")?, &catalogue.ok_or("no catalogue")?, text);
/// assert_eq!(problems.first().and_then(|problem| problem.words.help.as_deref()), Some("did you mean `file.read`?"));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn check_tools(policy: &Policy, catalogue: &Catalogue, text: &str) -> Vec<Diagnostic> {
    let budget = Budget::default();
    let mut names = Names { catalogue, text, matches: MATCHES_MAX, suggestions: SUGGESTIONS_MAX };
    let mut all = Vec::new();
    for rule in &policy.rules {
        let mut found = Vec::new();
        let Some(tools) = names.tools_of(rule, &mut found) else { continue };
        if tools.len() <= TOOLS_MAX {
            for argument in &arguments_of_condition(rule) {
                check_argument(argument, &tools, text, &budget, &mut found);
            }
            let is_strict = rule.action > Action::Allow && !tools.is_empty();
            if is_strict && tools.iter().all(|tool| never_matches(rule, tool, &budget)) {
                sort(&mut found);
                if let Some(first) = found.first_mut() {
                    say_of_rule(first, rule);
                }
            }
            for argument in &other_arguments(rule) {
                check_argument(argument, &tools, text, &budget, &mut found);
            }
        }
        all.append(&mut found);
    }
    // Cases of one test may name their tool in one place.
    let mut last = None;
    let own = policy.tests.iter().filter(|test| last.replace(test.tool_span) != Some(test.tool_span));
    all.extend(own.filter_map(|test| names.unknown_in_test(test)));
    bounded(&mut all);
    sort(&mut all);
    all
}

/// Leaves in `all` as many as are worth listing, and says how many more there are.
fn bounded(all: &mut Vec<Diagnostic>) {
    if all.len() <= FOUND_MAX {
        return;
    }
    let left_out = all.split_off(FOUND_MAX);
    if let Some(first) = left_out.first() {
        let message = format!("the catalogue rules out {} things more", left_out.len());
        let diagnostic = Diagnostic::new(Code::TooManyWarnings, first.span, message);
        all.push(diagnostic.help("mend those above, then check again"));
    }
}

/// Makes `problem` the reason that `rule` matches no call that fits its tool's schema.
fn say_of_rule(problem: &mut Diagnostic, rule: &Rule) {
    let message = "so this rule matches only calls that do not fit the schema".to_owned();
    let span = rule.tools.first().map_or(rule.span, |pattern| pattern.span);
    problem.code = Code::OnlyMisfits;
    if span == problem.span {
        problem.words.label = Some(message);
    } else {
        problem.words.related.push(Related { span, message });
    }
}

/// Compares the tools of rules with those of a catalogue.
struct Names<'a> {
    catalogue: &'a Catalogue,
    text: &'a str,
    /// Comparisons that are left.
    matches: usize,
    /// Unknown names for which one that is near is still looked for.
    suggestions: usize,
}

impl<'a> Names<'a> {
    /// The tools of the catalogue that `rule` is about, at most one more than [`TOOLS_MAX`]; reports names and patterns that are about none.
    /// `None` if finding out takes too long.
    fn tools_of(&mut self, rule: &Rule, found: &mut Vec<Diagnostic>) -> Option<Vec<&'a Tool>> {
        let mut tools: Vec<&Tool> = Vec::new();
        for pattern in &rule.tools {
            let mut is_known = false;
            let mut add = |tool: &'a Tool| {
                is_known = true;
                if tools.len() <= TOOLS_MAX && !tools.iter().any(|known| known.name == tool.name) {
                    tools.push(tool);
                }
            };
            if pattern.is_glob() {
                self.matches = self.matches.checked_sub(self.catalogue.tools().len())?;
                let glob = Glob::new(&pattern.text);
                self.catalogue.tools().iter().filter(|tool| glob.matches(&tool.name)).for_each(add);
            } else if let Some(tool) = self.catalogue.tool(&pattern.text) {
                add(tool);
            }
            if !is_known {
                found.push(self.unknown_tool(pattern));
            }
        }
        Some(tools)
    }

    fn unknown_tool(&mut self, pattern: &ToolPattern) -> Diagnostic {
        let ToolPattern { text: name, span } = pattern;
        if pattern.is_glob() {
            let message = format!("the pattern `{name}` matches no tool of the catalogue");
            return Diagnostic::new(Code::PatternMatchesNone, *span, message);
        }
        self.unknown_name(name, *span)
    }

    /// The tool of `test`, if the catalogue does not have it.
    fn unknown_in_test(&mut self, test: &PolicyTest) -> Option<Diagnostic> {
        let Value::Map(call) = &test.call else { return None };
        let Some(Value::Text(name)) = call.get("tool") else { return None };
        self.catalogue.tool(name).is_none().then(|| self.unknown_name(name, test.tool_span))
    }

    fn unknown_name(&mut self, name: &str, span: Span) -> Diagnostic {
        let diagnostic = Diagnostic::new(Code::UnknownTool, span, format!("the catalogue has no tool `{name}`"));
        let Some(left) = self.suggestions.checked_sub(1) else { return diagnostic };
        self.suggestions = left;
        let is_near = |other: &&str| other.len().abs_diff(name.len()) <= name.len() / 2 + 1;
        let known: Vec<&str> = self.catalogue.tools().iter().map(|tool| tool.name.as_str()).filter(is_near).collect();
        diagnostic.did_you_mean(name, few(&known), span, self.text)
    }
}

/// The arguments that the condition of `rule` asks about.
fn arguments_of_condition(rule: &Rule) -> Vec<Argument<'_>> {
    let mut found = Vec::new();
    if let Some(when) = &rule.when {
        arguments(&when.condition, Wanted::Holds, &mut found);
    }
    found
}

/// The arguments that `rule` names elsewhere.
fn other_arguments(rule: &Rule) -> Vec<Argument<'_>> {
    let reviewed = rule.review.confirm.iter().chain(&rule.review.editable).flatten();
    let segments = rule.consequence.iter().flat_map(|consequence| &consequence.segments);
    let told = segments.filter_map(|segment| match segment {
        Segment::Field(at) => Some(at),
        Segment::Text(_) => None,
    });
    let named = reviewed.chain(told).map(|at| (at, Asked::Presence));
    let summed = rule.limit.iter().flat_map(|limit| &limit.sum).map(|at| (at, Asked::Number));
    let arguments = named.chain(summed).filter(|(at, _)| at.field.root == Root::Args);
    arguments.map(|(FieldAt { field, span }, asked)| Argument { way: &field.way, span: *span, asked }).collect()
}

/// Reports what is wrong with `argument` for all of `tools`.
fn check_argument(
    argument: &Argument<'_>,
    tools: &[&Tool],
    text: &str,
    budget: &Budget,
    problems: &mut Vec<Diagnostic>,
) {
    let mut agreed: Option<Vec<Diagnostic>> = None;
    for &tool in tools {
        let mut way: Vec<Hop<'_>> = argument.way.steps.iter().map(Hop::from).collect();
        let mut look = Look { tool, text, budget, found: Vec::new() };
        let is_there = match argument.asked {
            Asked::Matcher(matcher, wanted) => look.matcher(matcher, &mut way, wanted),
            Asked::Presence => look.is_there(&way),
            Asked::Number => look.number(&way, argument.span),
        };
        if !is_there {
            continue;
        }
        let found = look.found;
        let is_here_too =
            |problem: &Diagnostic| found.iter().any(|other| (other.code, other.span) == (problem.code, problem.span));
        agreed = Some(match agreed {
            None => found,
            Some(before) => before.into_iter().filter(is_here_too).collect(),
        });
        if agreed.as_ref().is_some_and(Vec::is_empty) {
            return;
        }
    }
    match (agreed, tools) {
        (Some(agreed), _) => agreed.into_iter().for_each(|problem| problems.push(problem)),
        (None, [tool, others @ ..]) => {
            let way: Vec<Hop<'_>> = argument.way.steps.iter().map(Hop::from).collect();
            let owner = if others.is_empty() { format!("`{}`", tool.name) } else { "any tool of this rule".to_owned() };
            let look = Look { tool, text, budget, found: Vec::new() };
            problems.push(look.not_in_schema(&way, argument.span, &owner));
        }
        (None, []) => {}
    }
}
