//! What a policy looks like as a document, before it is printed: one policy has many.

use serde_json::Value;

use super::policy::{
    Action, Condition, Entry, Field, Folder, Limit, Matcher, Measure, Otherwise, PathTest, Piece, Policy, Relaxed,
    Review, Rule, Test, UrlTest,
};

/// A document; maps keep the order of their keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Document {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Document>),
    Map(Vec<(String, Document)>),
}

/// How much is written out that need not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    /// Short forms, nothing that goes without saying.
    Short,
    /// Lists of one, and what is so by default.
    Long,
    /// Conditions too, with `equals` and `in`, and blanks in templates: the digest covers both as they are written.
    Longest,
}

pub(crate) fn document(policy: &Policy, wording: Wording) -> Document {
    let long = wording != Wording::Short;
    let mut map = Entries::default();
    map.add_if(long, "version", || number(1.0));
    map.maybe("name", policy.name.as_deref().map(text));
    map.maybe("default", policy.default.map(|default| text(default.word())));
    map.add_if(long && policy.default.is_none(), "default", || text("escalate"));
    map.maybe("min_confidence", policy.min_confidence.map(number));
    map.add_if(policy.ignores_missing_confidence, "missing_confidence", || text("ignore"));
    map.add_if(long && !policy.ignores_missing_confidence, "missing_confidence", || text("escalate"));
    map.maybe("review", policy.review.as_ref().map(|terms| review(terms, long)));
    map.add(
        "rules",
        Document::List(policy.rules.iter().map(|one| rule(one, long, wording == Wording::Longest)).collect()),
    );
    Document::Map(map.0)
}

impl Otherwise {
    fn word(self) -> &'static str {
        match self {
            Self::Says(action) => action.word(),
            Self::Abstains => "abstain",
        }
    }
}

fn rule(rule: &Rule, long: bool, longest: bool) -> Document {
    let mut map = Entries::default();
    map.maybe("id", rule.id.as_deref().map(text));
    map.add("tool", one_or_list(rule.tools.iter().map(|tool| text(tool)).collect(), long));
    map.maybe("when", rule.when.as_ref().map(|when| condition(when, longest)));
    map.add("action", text(rule.action.word()));
    map.add_if(rule.doubt_escalates, "undecidable", || text("escalate"));
    map.maybe("min_confidence", rule.min_confidence.map(number));
    map.maybe("reason", rule.reason.as_deref().map(text));
    map.maybe("consequence", rule.consequence.as_ref().map(|pieces| consequence(pieces, longest)));
    map.maybe("risk", rule.risk.map(text));
    map.maybe("reversible", rule.reversible.map(Document::Bool));
    map.maybe("limit", rule.limit.as_ref().map(|terms| limit(terms, long)));
    map.add_if(!rule.marks.is_empty(), "marks", || {
        one_or_list(rule.marks.iter().map(|mark| text(mark)).collect(), long)
    });
    map.maybe("review", rule.review.as_ref().map(|terms| review(terms, long)));
    map.maybe("relaxed", rule.relaxed.as_ref().map(|terms| relaxed(terms, long)));
    Document::Map(map.0)
}

fn relaxed(Relaxed { until, evidence, share, audit, is_in_force: _ }: &Relaxed, long: bool) -> Document {
    let mut map = Entries::default();
    map.add("until", text(until));
    map.add("evidence", text(evidence));
    map.maybe("share", share.or(long.then_some(1.0)).map(number));
    map.maybe("audit", audit.or(long.then_some(0.05)).map(number));
    Document::Map(map.0)
}

fn consequence(pieces: &[Piece], long: bool) -> Document {
    let written = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Field(field) if long => format!("{{{{ {} }}}}", field.text),
        Piece::Field(field) => format!("{{{{{}}}}}", field.text),
    });
    Document::Text(written.collect())
}

fn limit(limit: &Limit, long: bool) -> Document {
    let mut map = Entries::default();
    match &limit.measure {
        Measure::Calls(calls) => map.add("calls", Document::Number(calls.to_string())),
        Measure::Sum { field, at_most } => {
            map.add("sum", text(&field.text));
            map.add("at_most", number(*at_most));
        }
    }
    map.add("per", text(limit.per.text));
    map.add_if(!limit.by.is_empty(), "by", || one_or_list(limit.by.iter().map(|word| text(word)).collect(), long));
    map.add_if(limit.then_blocks || long, "then", || {
        text(if limit.then_blocks { Action::Block.word() } else { Action::Escalate.word() })
    });
    Document::Map(map.0)
}

fn review(review: &Review, long: bool) -> Document {
    let fields = |fields: &[Field]| one_or_list(fields.iter().map(|field| text(&field.text)).collect(), long);
    let mut map = Entries::default();
    map.maybe("expires", review.expires.map(|duration| text(duration.text)));
    map.add_if(!review.reviewers.is_empty(), "reviewers", || {
        one_or_list(review.reviewers.iter().map(|id| text(id)).collect(), long)
    });
    map.maybe("quorum", review.quorum.map(|quorum| Document::Number(quorum.to_string())));
    map.add_if(!review.confirm.is_empty(), "confirm", || fields(&review.confirm));
    map.maybe("editable", review.editable.as_deref().map(fields));
    Document::Map(map.0)
}

fn condition(condition: &Condition, long: bool) -> Document {
    let list = |conditions: &[Condition]| {
        Document::List(conditions.iter().map(|condition| self::condition(condition, long)).collect())
    };
    let entries = condition.0.iter().map(|entry| {
        let value = match entry {
            Entry::Field(_, matcher) => self::matcher(matcher, long),
            Entry::All(conditions) | Entry::Any(conditions) => list(conditions),
            Entry::Not(condition) => self::condition(condition, long),
        };
        (entry.key().to_owned(), value)
    });
    Document::Map(entries.collect())
}

fn matcher(matcher: &Matcher, long: bool) -> Document {
    match matcher.0.as_slice() {
        [Test::Equals(scalar)] if !long && !scalar.is_null() && !scalar.is_array() && !scalar.is_object() => {
            value(scalar)
        }
        [Test::In(values)] if !long => Document::List(values.iter().map(value).collect()),
        tests => Document::Map(tests.iter().map(|test| (test.key().to_owned(), operand(test, long))).collect()),
    }
}

impl Test {
    /// What it is called in its map.
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Self::Equals(_) => "equals",
            Self::In(_) => "in",
            Self::SameAs(_) => "same_as",
            Self::InField(_) => "in_field",
            Self::Exists(_) => "exists",
            Self::Empty(_) => "empty",
            Self::Type(_) => "type",
            Self::Above(_) => "above",
            Self::AtLeast(_) => "at_least",
            Self::Below(_) => "below",
            Self::AtMost(_) => "at_most",
            Self::StartsWith(_) => "starts_with",
            Self::EndsWith(_) => "ends_with",
            Self::Contains(_) => "contains",
            Self::Glob(_) => "glob",
            Self::Regex(_) => "regex",
            Self::Length(_) => "length",
            Self::Each(_) => "each",
            Self::Some(_) => "some",
            Self::Has(_) => "has",
            Self::Where(_) => "where",
            Self::OnlyKeys(_) => "only_keys",
            Self::Keys(_) => "keys",
            Self::Values(_) => "values",
            Self::Not(_) => "not",
            Self::Path(_) => "path",
            Self::Url(_) => "url",
            Self::Email { .. } => "email",
            Self::ShellOnly(_) | Self::ShellRuns(_) => "shell",
        }
    }
}

fn operand(test: &Test, long: bool) -> Document {
    let texts = |texts: &[&'static str]| one_or_list(texts.iter().map(|one| text(one)).collect(), long);
    let list = |texts: &[&'static str]| Document::List(texts.iter().map(|one| text(one)).collect());
    match test {
        Test::Equals(one) | Test::Has(one) => value(one),
        Test::In(several) => Document::List(several.iter().map(value).collect()),
        Test::SameAs(field) | Test::InField(field) => text(&field.text),
        Test::Exists(yes) | Test::Empty(yes) => Document::Bool(*yes),
        Test::Type(types) => texts(types),
        Test::Above(bound) | Test::AtLeast(bound) | Test::Below(bound) | Test::AtMost(bound) => number(*bound),
        Test::StartsWith(part) | Test::EndsWith(part) | Test::Contains(part) | Test::Glob(part) => text(part),
        Test::Regex(regex) => text(regex.text),
        Test::Length(inner)
        | Test::Each(inner)
        | Test::Some(inner)
        | Test::Keys(inner)
        | Test::Values(inner)
        | Test::Not(inner) => matcher(inner, long),
        Test::Where(inner) => condition(inner, long),
        Test::OnlyKeys(keys) => list(keys),
        Test::Path(PathTest { under, glob, extension, base, ignore_case }) => {
            let folder = |folder: &Folder| match folder {
                Folder::Written(folder) => text(folder),
                Folder::In(field) => Document::Map(vec![("field".to_owned(), text(&field.text))]),
            };
            let mut map = Entries::default();
            map.add_if(!under.is_empty(), "under", || one_or_list(under.iter().map(folder).collect(), long));
            map.add_if(!glob.is_empty(), "glob", || texts(glob));
            map.maybe("base", base.as_ref().map(folder));
            map.add_if(*ignore_case, "ignore_case", || Document::Bool(true));
            map.add_if(!extension.is_empty(), "extension", || texts(extension));
            Document::Map(map.0)
        }
        Test::Url(UrlTest { host, scheme, port, path, address }) => {
            let mut map = Entries::default();
            map.add_if(!host.is_empty(), "host", || texts(host));
            map.add_if(!scheme.is_empty(), "scheme", || texts(scheme));
            map.add_if(!port.is_empty(), "port", || {
                one_or_list(port.iter().map(|port| Document::Number(port.to_string())).collect(), long)
            });
            map.add_if(!path.is_empty(), "path", || texts(path));
            map.add_if(!address.is_empty(), "address", || texts(address));
            Document::Map(map.0)
        }
        Test::Email { domain, address } => {
            let mut map = Entries::default();
            map.add_if(!domain.is_empty(), "domain", || texts(domain));
            map.add_if(!address.is_empty(), "address", || texts(address));
            Document::Map(map.0)
        }
        Test::ShellOnly(commands) => Document::Map(vec![("only".to_owned(), list(commands))]),
        Test::ShellRuns(commands) => Document::Map(vec![("runs".to_owned(), list(commands))]),
    }
}

#[derive(Default)]
struct Entries(Vec<(String, Document)>);

impl Entries {
    fn add(&mut self, key: &str, value: Document) {
        self.0.push((key.to_owned(), value));
    }

    fn add_if(&mut self, condition: bool, key: &str, value: impl FnOnce() -> Document) {
        if condition {
            self.add(key, value());
        }
    }

    fn maybe(&mut self, key: &str, value: Option<Document>) {
        if let Some(value) = value {
            self.add(key, value);
        }
    }
}

fn one_or_list(mut items: Vec<Document>, long: bool) -> Document {
    if items.len() == 1 && !long { items.remove(0) } else { Document::List(items) }
}

fn text(text: &str) -> Document {
    Document::Text(text.to_owned())
}

fn number(number: f64) -> Document {
    Document::Number(number.to_string())
}

/// `value` as a document.
pub(crate) fn value(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(yes) => Document::Bool(*yes),
        Value::Number(number) => Document::Number(number.to_string()),
        Value::String(text) => Document::Text(text.clone()),
        Value::Array(items) => Document::List(items.iter().map(self::value).collect()),
        Value::Object(map) => Document::Map(map.iter().map(|(key, one)| (key.clone(), self::value(one))).collect()),
    }
}
