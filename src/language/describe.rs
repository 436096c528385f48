//! What a word in a policy means.

use super::examples::example;
use super::grammar::{Grammar, Spot};
use super::known;
use super::place::tree;
use crate::catalogue::model::{Catalogue, Types};
use crate::text::prose::prose;
use crate::text::span::Span;
use crate::text::yaml::{Limits, Node, NodeValue};
use crate::value::field::{Field, Step};

/// What a word means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Where the word stands.
    pub span: Span,
    /// What it is called.
    pub title: String,
    /// What it means.
    pub text: String,
    /// How it is written, if that helps.
    pub example: Option<&'static str>,
}

/// What the word at `offset` of `text`, in bytes, means; `None` where there is nothing to say.
///
/// ```
/// use countersign::language::describe;
///
/// let text = "rules: [{ tool: a, when: { args.n: { above: 1 } }, action: allow }]";
/// let above = describe(text, text.find("above").ok_or("not there")?, None).ok_or("nothing to say")?;
/// assert_eq!((above.title.as_str(), above.text.as_str()), ("above", "Is a number greater than this."));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn describe(text: &str, offset: usize, catalogue: Option<&Catalogue>) -> Option<Description> {
    let root = tree(text, Limits::default())?;
    let mut way = Vec::new();
    let (span, is_key) = word(&root, offset, &mut way)?;
    let grammar = Grammar::new();
    let spot = grammar.at(&way);
    let tools = known::tools_at(&root, &way);
    let help = Help { way: &way, spot, root: &root, tools, catalogue };
    if is_key { help.key(span, &grammar) } else { help.value(span) }
}

/// The word at `offset` and whether it is a key; `way` becomes the way to the key's value, or to the value.
fn word(node: &Node, offset: usize, way: &mut Vec<Step>) -> Option<(Span, bool)> {
    let is_in = |span: Span| span.start <= offset && offset < span.end;
    match &node.value {
        NodeValue::Map(entries) => entries.iter().find_map(|entry| {
            way.push(Step::Key(entry.key.clone()));
            let found =
                if is_in(entry.key_span) { Some((entry.key_span, true)) } else { word(&entry.value, offset, way) };
            if found.is_none() {
                way.pop();
            }
            found
        }),
        NodeValue::List(items) => items.iter().enumerate().find_map(|(at, item)| {
            way.push(Step::Index(at));
            let found = word(item, offset, way);
            if found.is_none() {
                way.pop();
            }
            found
        }),
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => {
            is_in(node.span).then_some((node.span, false))
        }
    }
}

struct Help<'h> {
    way: &'h [Step],
    spot: Spot<'h>,
    root: &'h Node,
    tools: Vec<&'h str>,
    catalogue: Option<&'h Catalogue>,
}

impl Help<'_> {
    fn key(&self, span: Span, grammar: &Grammar) -> Option<Description> {
        let (Step::Key(key), around) = self.way.split_last()? else { return None };
        let owner = grammar.at(around);
        if owner.takes_fields()
            && let Ok(field) = Field::parse(key)
        {
            return Some(Description { span, title: key.clone(), text: self.field(&field, grammar), example: None });
        }
        let text = self.spot.description()?.to_owned();
        let example = example(owner.definition().unwrap_or_else(|| outer(around)), key);
        Some(Description { span, title: key.clone(), text, example })
    }

    fn field(&self, field: &Field, grammar: &Grammar) -> String {
        let says = grammar.field().description().unwrap_or_default();
        let known = known::field(self.root, &self.tools, self.catalogue, field);
        match known.types == Types::ALL {
            true => says.to_owned(),
            false => prose!("{says} Here it is {}.", known.types.described()),
        }
    }

    fn value(&self, span: Span) -> Option<Description> {
        let node = known::follow(self.root, self.way)?;
        let written = match &node.value {
            NodeValue::Text(text) => text.as_str(),
            NodeValue::Bool(true) => "true",
            NodeValue::Bool(false) => "false",
            _ => return None,
        };
        let word = self.spot.words().into_iter().find(|(word, means)| *word == written && means.is_some());
        if let Some((word, Some(means))) = word {
            return Some(Description { span, title: word.to_owned(), text: means.to_owned(), example: None });
        }
        let is_tool = self.way.iter().any(|step| *step == Step::Key("tool".to_owned()));
        let tool = self.catalogue.filter(|_| is_tool)?.tool(written)?;
        let says = tool.description.as_deref().unwrap_or("In the catalogue, without a description.");
        Some(Description { span, title: tool.name.clone(), text: says.to_owned(), example: None })
    }
}

/// The innermost key around; the policy itself where there is none.
fn outer(around: &[Step]) -> &str {
    let key = around.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    key.unwrap_or("policy")
}
