//! What can stand at a place of a policy.

use super::fitting::types_of;
use super::grammar::{Grammar, KeySpot, Spot};
use super::known::{self, KnownField};
use super::place::{Place, Slot, Word, places, word_at};
use crate::catalogue::model::{Catalogue, Types};
use crate::matcher::condition::Type;
use crate::sorted::sorted_by;
use crate::text::edit::{in_quotes, quoted};
use crate::text::span::Span;
use crate::text::yaml::Limits;
use crate::value::field::{Field, Step};
use crate::value::value::Value;

/// What can stand in place of a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completions {
    /// The part: the word at the cursor with its quotes.
    pub span: Span,
    /// What can stand there, the likeliest first; also what does not begin as the word does.
    pub options: Vec<Suggestion>,
}

/// One thing that can stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is called.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// A word about it.
    pub detail: Option<String>,
    /// What it means.
    pub documentation: Option<String>,
    /// What to put in place of the word.
    pub insert: String,
    /// Where in `insert` to go on writing, in bytes.
    pub cursor: usize,
}

/// What a [`Suggestion`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key of the language.
    Key,
    /// A matcher.
    Matcher,
    /// A field of a call.
    Field,
    /// A word of the language.
    Word,
    /// The name of a tool, or a pattern.
    Tool,
    /// The id of a rule.
    Rule,
    /// A value of the policy's author.
    Value,
}

/// Durations that fit most places.
const DURATIONS: &[&str] = &["5m", "10m", "30m", "1h", "8h", "1d", "7d", "30d"];

/// What can stand at `offset` of `text`, in bytes, which may be unfinished; `None` where nothing can be said, such as in
/// a comment.
///
/// ```
/// use countersign::language::complete;
///
/// let text = "rules:\n  - tool: file.read\n    act";
/// let completions = complete(text, text.len(), None).ok_or("nothing to say")?;
/// assert_eq!(completions.span.of(text), "act");
/// let action = completions.options.iter().find(|option| option.label == "action").ok_or("no `action`")?;
/// assert_eq!(action.insert, "action: ");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn complete(text: &str, offset: usize, catalogue: Option<&Catalogue>) -> Option<Completions> {
    let word = word_at(text, offset);
    if !word.is_last {
        return None;
    }
    let grammar = Grammar::new();
    let found = places(text, &word, Limits::default());
    let options = found.iter().map(|place| {
        let at = At { place, word: &word, catalogue, spot: grammar.at(&place.way) };
        match place.slot {
            Slot::Key => at.keys(),
            Slot::Value => at.values(),
        }
    });
    let options = options.into_iter().find(|options| !options.is_empty())?;
    Some(Completions { span: word.span, options })
}

/// A place and what may stand there.
struct At<'p> {
    place: &'p Place,
    word: &'p Word,
    catalogue: Option<&'p Catalogue>,
    spot: Spot<'p>,
}

impl At<'_> {
    fn keys(&self) -> Vec<Suggestion> {
        let is_new = |key: &str| !self.place.written.iter().any(|written| written == key);
        let types = self.spot.is("matcher").then(|| self.value_types());
        let fits = |key: &str| types.is_none_or(|types| !types.and(types_of(key)).is_empty());
        let mut keys = self.spot.keys();
        keys.retain(|key| is_new(key.key) && fits(key.key));
        // What must be written comes first; otherwise the language's own order is one to write in.
        let keys = sorted_by(keys, |a, b| b.is_required.cmp(&a.is_required));
        let mut options: Vec<Suggestion> = Vec::new();
        if self.spot.takes_fields() {
            options.extend(self.fields().iter().map(|known| self.field_key(known)));
        }
        options.extend(keys.iter().map(|key| self.key(key)));
        options.extend(self.arguments());
        options.retain(|option| is_new(&option.label));
        options
    }

    fn key(&self, key: &KeySpot<'_>) -> Suggestion {
        let kind = if self.spot.is("matcher") { Kind::Matcher } else { Kind::Key };
        let detail = key.is_required.then(|| "required".to_owned());
        let documentation = key.value.description().map(str::to_owned);
        let below = if self.place.is_flow || self.word.has_colon {
            None
        } else if key.value.is_list() && !key.value.is("matcher") && key.key != "in" && key.key != "only_keys" {
            Some("- ")
        } else if key.value.is_map() {
            Some("")
        } else {
            None
        };
        self.entry(Suggestion { label: key.key.to_owned(), kind, detail, documentation, ..plain(key.key) }, below)
    }

    fn field_key(&self, known: &KnownField) -> Suggestion {
        let label = known.field.to_string();
        let detail = described(known.types);
        self.entry(Suggestion { kind: Kind::Field, detail, ..plain(&label) }, None)
    }

    /// An entry with the key that `suggestion` is; `below` begins what stands on the next line.
    fn entry(&self, suggestion: Suggestion, below: Option<&str>) -> Suggestion {
        let key = if self.word.is_quoted { in_quotes(&suggestion.label) } else { quoted(&suggestion.label) };
        let key = key.unwrap_or_else(|| suggestion.label.clone());
        let space = if self.word.wants_space { " " } else { "" };
        let insert = match below {
            _ if self.word.has_colon => format!("{space}{key}"),
            None => format!("{space}{key}: "),
            Some(begin) => format!("{space}{key}:\n{}{begin}", " ".repeat(self.word.column + 2)),
        };
        Suggestion { cursor: insert.len(), insert, ..suggestion }
    }

    fn values(&self) -> Vec<Suggestion> {
        let mut options: Vec<Suggestion> = Vec::new();
        let way: Vec<&str> = self.place.way.iter().map(name_of).collect();
        match way.as_slice() {
            ["rules", _, "tool"] | ["rules", _, "tool", _] => options.extend(self.tools(true)),
            ["tests", _, "call", "tool"] | ["tests", _, "cases", _, "tool"] => options.extend(self.tools(false)),
            ["tests", _, "expect", "rule"] | ["tests", _, "cases", _, "expect", "rule"] => options.extend(self.rules()),
            ["rules", _, "marks"] | ["rules", _, "marks", _] => options.extend(self.texts_of_rules(&["marks"])),
            [.., "review", "reviewers"] | [.., "review", "reviewers", _] => {
                options.extend(self.texts_of_rules(&["review", "reviewers"]));
            }
            [.., "session.marks", "has"] => options.extend(self.texts_of_rules(&["marks"])),
            _ => {}
        }
        let words = self.spot.words();
        options.extend(words.iter().map(|(word, means)| Suggestion {
            kind: Kind::Word,
            documentation: means.map(str::to_owned),
            ..self.value(word, true)
        }));
        if self.spot.is("duration") {
            options
                .extend(DURATIONS.iter().map(|duration| Suggestion { kind: Kind::Word, ..self.value(duration, true) }));
        }
        if self.spot.is("field") {
            let fields = self.fields();
            options.extend(fields.iter().map(|known| Suggestion {
                kind: Kind::Field,
                detail: described(known.types),
                ..self.value(&known.field.to_string(), false)
            }));
        }
        options.extend(self.matchers());
        options
    }

    /// What the catalogue lists for the field, and matchers in braces.
    fn matchers(&self) -> Vec<Suggestion> {
        let known = self.field();
        let values = known.iter().flat_map(|known| &known.values).filter_map(|value| match value {
            Value::Text(text) => Some(Suggestion { kind: Kind::Value, ..self.value(text, false) }),
            _ => None,
        });
        let mut options: Vec<Suggestion> = values.collect();
        let is_in_list = matches!(self.place.way.last(), Some(Step::Index(_)));
        if !self.spot.is("matcher") || is_in_list || self.word.is_quoted {
            return options;
        }
        let types = self.value_types();
        for key in self.spot.keys() {
            if types.and(types_of(key.key)).is_empty() {
                continue;
            }
            let begin = if key.value.is_map() {
                "{  }"
            } else if key.value.is_list() {
                "[]"
            } else {
                ""
            };
            let space = if self.word.wants_space { " " } else { "" };
            let head = format!("{space}{{ {}: ", key.key);
            options.push(Suggestion {
                label: key.key.to_owned(),
                kind: Kind::Matcher,
                detail: None,
                documentation: key.value.description().map(str::to_owned),
                cursor: head.len() + begin.len() / 2,
                insert: format!("{head}{begin} }}"),
            });
        }
        options
    }

    /// The types that the value may have at which a matcher stands here.
    fn value_types(&self) -> Types {
        let around = self.place.way.iter().rposition(|step| Field::parse(name_of(step)).is_ok());
        let inside = around.and_then(|at| self.place.way.get(at + 1..)).unwrap_or_default();
        let field = self.field().map_or(Types::ALL, |known| known.types);
        inside.iter().fold(field, |types, step| match name_of(step) {
            "not" => types,
            "length" => Types::only(Type::Number),
            "keys" | "values" => Types::only(Type::List),
            _ => Types::ALL,
        })
    }

    /// The field that the innermost matcher here is about.
    fn field(&self) -> Option<KnownField> {
        if !self.spot.is("matcher") && !matches!(self.place.way.last(), Some(Step::Index(_) | Step::Key(_))) {
            return None;
        }
        let way = &self.place.way;
        let is_about =
            |step: &Step| matches!(name_of(step), "" | "not" | "in" | "equals" | "length" | "keys" | "values");
        let at = way.iter().rposition(|step| !is_about(step))?;
        let field =
            Field::parse(name_of(way.get(at)?)).ok().filter(|_| way.iter().any(|step| name_of(step) == "when"))?;
        Some(known::field(&self.place.root, &self.about(), self.catalogue, &field))
    }

    fn about(&self) -> Vec<&str> {
        known::tools_at(&self.place.root, &self.place.way)
    }

    fn fields(&self) -> Vec<KnownField> {
        known::fields(&self.place.root, &self.about(), self.catalogue)
    }

    /// The keys that stand in a test's call at this place.
    fn arguments(&self) -> Vec<Suggestion> {
        let way: Vec<&str> = self.place.way.iter().map(name_of).collect();
        let (["tests", "", "call", root, inner @ ..] | ["tests", "", "cases", "", root, inner @ ..]) = way.as_slice()
        else {
            return Vec::new();
        };
        let fields = self.fields();
        let below = fields.iter().filter(|known| known.field.root.as_str() == *root);
        let below = below.filter_map(|known| match known.field.way.steps.split_last() {
            Some((Step::Key(key), before)) if before.iter().map(name_of).eq(inner.iter().copied()) => {
                Some((key, known))
            }
            _ => None,
        });
        below
            .map(|(key, known)| {
                self.entry(Suggestion { kind: Kind::Field, detail: described(known.types), ..plain(key) }, None)
            })
            .collect()
    }

    fn tools(&self, with_patterns: bool) -> Vec<Suggestion> {
        let names = known::tools(&self.place.root, self.catalogue, with_patterns);
        let option = |name: &&str| {
            let tool = self.catalogue.and_then(|catalogue| catalogue.tool(name));
            Suggestion {
                kind: Kind::Tool,
                detail: tool.map(|_| "in the catalogue".to_owned()),
                documentation: tool.and_then(|tool| tool.description.clone()),
                ..self.value(name, false)
            }
        };
        names.iter().map(option).collect()
    }

    fn rules(&self) -> Vec<Suggestion> {
        let ids = known::rule_ids(&self.place.root);
        let option = |(id, rule): &(String, &crate::text::yaml::Node)| {
            let action = known::get(rule, "action").map(known::texts).unwrap_or_default();
            Suggestion {
                kind: Kind::Rule,
                detail: action.first().map(|action| (*action).to_owned()),
                ..self.value(id, false)
            }
        };
        ids.iter().map(option).collect()
    }

    fn texts_of_rules(&self, way: &[&str]) -> Vec<Suggestion> {
        let way: Vec<Step> = way.iter().map(|key| Step::Key((*key).to_owned())).collect();
        let texts = known::texts_of_rules(&self.place.root, &way);
        texts.iter().map(|text| Suggestion { kind: Kind::Value, ..self.value(text, false) }).collect()
    }

    /// The value `text`; a word of the language needs no quotes.
    fn value(&self, text: &str, is_word: bool) -> Suggestion {
        let written = match (is_word, self.word.is_quoted) {
            (true, false) => Some(text.to_owned()),
            (_, true) => in_quotes(text),
            (false, false) => quoted(text),
        };
        let space = if self.word.wants_space { " " } else { "" };
        let insert = format!("{space}{}", written.unwrap_or_else(|| json(text)));
        Suggestion { cursor: insert.len(), insert, ..plain(text) }
    }
}

/// The suggestion `label` with nothing more to say.
fn plain(label: &str) -> Suggestion {
    Suggestion {
        label: label.to_owned(),
        kind: Kind::Key,
        detail: None,
        documentation: None,
        insert: label.to_owned(),
        cursor: label.len(),
    }
}

/// What stands in quotes with escapes.
fn json(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// The key that a step is; nothing for a place in a list.
fn name_of(step: &Step) -> &str {
    match step {
        Step::Key(key) => key,
        Step::Index(_) => "",
    }
}

fn described(types: Types) -> Option<String> {
    (types != Types::ALL).then(|| types.described())
}
