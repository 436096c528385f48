//! Random conditions over few fields and few values, so that they are often about the same.

use serde_json::{Value, json};

use super::choices::Choices;
use super::policy::{Condition, Entry, Field, Folder, Matcher, PathTest, Regex, Test, UrlTest};

/// What usually stands at a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Text,
    List,
    Map,
    Path,
    Url,
    Email,
    Shell,
}

const KINDS: [Kind; 12] = [
    Kind::Number,
    Kind::Text,
    Kind::Number,
    Kind::Text,
    Kind::List,
    Kind::Map,
    Kind::List,
    Kind::Map,
    Kind::Path,
    Kind::Url,
    Kind::Email,
    Kind::Shell,
];

const REGEXES: [Regex; 4] = [
    Regex { text: "a.?", matches: |text| text.starts_with('a') && text.chars().count() <= 2 },
    Regex { text: "[ab]+", matches: |text| !text.is_empty() && text.chars().all(|c| "ab".contains(c)) },
    Regex { text: "a|b", matches: |text| text == "a" || text == "b" },
    Regex { text: "\\d*", matches: |text| text.chars().all(|c| c.is_ascii_digit()) },
];

fn fields(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Number => &["args.a", "args.a", "args.m.a", "context.n", "args.l[0]"],
        Kind::Text => &["args.b", "args.b", "user.id", "user.role", "agent.id", "args[\"x.y\"]", "args.m.t"],
        Kind::List => &["args.l", "args.l", "session.marks", "context.l"],
        Kind::Map => &["args.m", "args.m", "args", "user", "session", "context.m"],
        Kind::Path => &["args.path"],
        Kind::Url => &["args.url"],
        Kind::Email => &["args.to"],
        Kind::Shell => &["args.cmd"],
    }
}

pub(crate) fn field(choices: &mut Choices, kind: Kind) -> Field {
    Field::new(choices.pick(fields(kind)))
}

/// Any field, for what can be about any.
pub(crate) fn any_field(choices: &mut Choices) -> Field {
    let kind = choices.pick(&KINDS);
    field(choices, kind)
}

pub(crate) fn condition(choices: &mut Choices, depth: usize) -> Condition {
    let mut entries: Vec<Entry> = Vec::new();
    for _ in 0..=usize::from(choices.chance(25)) {
        let entry = entry(choices, depth);
        if !entries.iter().any(|other| other.key() == entry.key()) {
            entries.push(entry);
        }
    }
    Condition(entries)
}

fn entry(choices: &mut Choices, depth: usize) -> Entry {
    let several = |choices: &mut Choices| choices.list(1, 3, |choices| condition(choices, depth + 1));
    match choices.below(10) {
        7 if depth < 2 => Entry::Not(condition(choices, depth + 1)),
        8 if depth < 2 => Entry::Any(several(choices)),
        9 if depth < 2 => Entry::All(several(choices)),
        _ => {
            let kind = choices.pick(&KINDS);
            let field = field(choices, kind);
            let matcher = match field.text.as_str() {
                "session" => session_matcher(choices),
                "args" | "user" => of_type("map", matcher(choices, kind, 0)),
                "session.marks" => of_type("list", matcher(choices, kind, 0)),
                _ => matcher(choices, kind, 0),
            };
            Entry::Field(field, matcher)
        }
    }
}

/// `matcher` without the tests that are refused, as they say nothing of what is always a `map` or a `list`.
fn of_type(wanted: &str, mut matcher: Matcher) -> Matcher {
    matcher.0.retain(|test| says_something(test, wanted, false));
    if matcher.0.is_empty() { Matcher(vec![Test::Exists(true)]) } else { matcher }
}

fn says_something(test: &Test, wanted: &str, negated: bool) -> bool {
    let fits = |value: &Value| match value {
        Value::Object(_) => wanted == "map",
        Value::Array(_) => wanted == "list",
        Value::Null => negated,
        _ => false,
    };
    match test {
        Test::Equals(value) => fits(value),
        Test::In(values) => values.iter().any(fits),
        Test::Type(types) => negated || types.contains(&wanted),
        Test::Not(inside) => inside.0.iter().all(|test| says_something(test, wanted, !negated)),
        Test::Has(_) | Test::Some(_) | Test::Each(_) => wanted == "list",
        Test::Where(_) | Test::OnlyKeys(_) | Test::Keys(_) | Test::Values(_) => wanted == "map",
        Test::Length(_) | Test::SameAs(_) | Test::InField(_) | Test::Exists(_) | Test::Empty(_) => true,
        _ => false,
    }
}

/// What may be asked of a whole session, whose marks may be unknown.
fn session_matcher(choices: &mut Choices) -> Matcher {
    let test = match choices.below(7) {
        0 => Test::Exists(!choices.chance(50)),
        1 => Test::OnlyKeys(vec!["id"]),
        2 => Test::Type(vec!["map"]),
        3 => Test::Length(numbers(choices)),
        4 => Test::Not(Matcher(vec![Test::OnlyKeys(vec!["id", "marks"])])),
        5 => Test::Empty(!choices.chance(50)),
        _ => {
            let marks = Entry::Field(Field::new("marks"), matcher(choices, Kind::List, 1));
            let id = Entry::Field(Field::new("id"), matcher(choices, Kind::Text, 1));
            let entry = choices.pick(&[marks, id]);
            Test::Where(Condition(vec![if choices.chance(30) { Entry::Not(Condition(vec![entry])) } else { entry }]))
        }
    };
    Matcher(vec![test])
}

/// A matcher for what usually stands at a field of this kind, or now and then for something else.
pub(crate) fn matcher(choices: &mut Choices, kind: Kind, depth: usize) -> Matcher {
    let mut tests: Vec<Test> = Vec::new();
    for _ in 0..=usize::from(choices.chance(20)) {
        let kind = if choices.chance(8) { choices.pick(&KINDS) } else { kind };
        let test = if choices.chance(25) { general(choices, kind, depth) } else { special(choices, kind, depth) };
        if !tests.iter().any(|other| other.key() == test.key()) {
            tests.push(test);
        }
    }
    Matcher(tests)
}

fn general(choices: &mut Choices, kind: Kind, depth: usize) -> Test {
    match choices.below(if depth < 3 { 9 } else { 7 }) {
        0 => Test::Equals(value(choices, kind)),
        1 => Test::In(choices.list(1, 3, |choices| value(choices, kind))),
        2 => Test::Exists(!choices.chance(50)),
        3 => Test::Empty(!choices.chance(50)),
        4 => {
            let types = choices.some_of(30, &["string", "number", "boolean", "list", "map", "null"]);
            Test::Type(if types.is_empty() { vec!["string"] } else { types })
        }
        5 => Test::SameAs(other_field(choices, kind)),
        6 => Test::InField(other_field(choices, Kind::List)),
        _ => Test::Not(matcher(choices, kind, depth + 1)),
    }
}

/// A field to compare with; not a whole session, of which nobody knows what a comparison says.
fn other_field(choices: &mut Choices, kind: Kind) -> Field {
    let other = field(choices, kind);
    if other.text == "session" { Field::new("args.m") } else { other }
}

fn special(choices: &mut Choices, kind: Kind, depth: usize) -> Test {
    match kind {
        Kind::Number => number(choices),
        Kind::Text => text(choices),
        Kind::List => list(choices, depth),
        Kind::Map => map(choices, depth),
        Kind::Path => Test::Path(path(choices)),
        Kind::Url => Test::Url(url(choices)),
        Kind::Email => {
            let domain = choices.some_of(50, &["a.com", "*.a.com", "b.com"]);
            let address = choices.some_of(25, &["x@a.com", "y@b.com"]);
            let domain = if domain.is_empty() && address.is_empty() { vec!["a.com"] } else { domain };
            Test::Email { domain, address }
        }
        Kind::Shell if choices.chance(50) => Test::ShellRuns(vec![choices.pick(&["rm **", "ls **"])]),
        Kind::Shell => {
            let patterns = choices.some_of(50, &["git status", "git log **", "ls **", "rm x"]);
            Test::ShellOnly(if patterns.is_empty() { vec!["git status"] } else { patterns })
        }
    }
}

fn path(choices: &mut Choices) -> PathTest {
    let mut under = choices.list(0, 2, |choices| match choices.below(5) {
        0 => Folder::Written("/srv"),
        1 => Folder::Written("/srv/a"),
        2 => Folder::Written("src"),
        3 => Folder::Written("/srv/a/.."),
        _ => Folder::In(Field::new("context.dir")),
    });
    let unasked = if under.is_empty() { 40 } else { 15 };
    let glob = choices.some_of(unasked / 2, &["/srv/**", "/srv/*/*.md", "src/*", "**/*.md", "/**/a/**"]);
    let extension = choices.some_of(unasked, &["md", "txt"]);
    if under.is_empty() && glob.is_empty() && extension.is_empty() {
        under.push(Folder::Written("/srv"));
    }
    let base = choices.maybe(30, |choices| match choices.below(4) {
        0 | 1 => Folder::Written("/srv"),
        2 => Folder::Written("/home/app"),
        _ => Folder::In(Field::new("context.dir")),
    });
    let ignore_case = choices.chance(25);
    PathTest { under, glob, extension, base, ignore_case }
}

fn url(choices: &mut Choices) -> UrlTest {
    // Of a name no address is known, so a host beside the address settles little.
    let by_address = choices.chance(35);
    let host = choices.some_of(if by_address { 10 } else { 50 }, &["a.com", "*.a.com", "b.com"]);
    let scheme = choices.some_of(15, &["https", "http"]);
    let port = choices.some_of(15, &[443, 8080]);
    let path = choices.some_of(15, &["/x", "/*", "/**", "/x/**", "/**/y"]);
    let addresses = ["private", "loopback", "link-local", "10.0.0.0/8", "127.0.0.1"];
    let address = choices.some_of(if by_address { 30 } else { 2 }, &addresses);
    let asks_nothing = host.is_empty() && port.is_empty() && path.is_empty() && address.is_empty();
    let host = if asks_nothing { vec!["a.com"] } else { host };
    UrlTest { host, scheme, port, path, address }
}

fn number(choices: &mut Choices) -> Test {
    let bound = choices.pick(&[1.0, 0.0, 2.0, 1.5, 5.0, -1.0]);
    match choices.below(5) {
        0 => Test::Equals(json!(bound)),
        1 => Test::Above(bound),
        2 => Test::AtLeast(bound),
        3 => Test::Below(bound),
        _ => Test::AtMost(bound),
    }
}

/// A matcher for a number.
fn numbers(choices: &mut Choices) -> Matcher {
    let first = number(choices);
    let second = choices.maybe(20, number).filter(|second| second.key() != first.key());
    Matcher([Some(first), second].into_iter().flatten().collect())
}

fn text(choices: &mut Choices) -> Test {
    match choices.below(8) {
        0 => Test::Equals(value(choices, Kind::Text)),
        1 => Test::In(choices.list(1, 3, |choices| value(choices, Kind::Text))),
        2 => Test::StartsWith(choices.pick(&["a", "b", "ab"])),
        3 => Test::EndsWith(choices.pick(&["a", "b", "1"])),
        4 => Test::Contains(choices.pick(&["a", "b", "c"])),
        5 => Test::Glob(choices.pick(&["a*", "*b", "*", "a**b", "?"])),
        6 => Test::Regex(choices.pick(&REGEXES)),
        _ => Test::Length(numbers(choices)),
    }
}

fn list(choices: &mut Choices, depth: usize) -> Test {
    let kind = choices.pick(&[Kind::Text, Kind::Text, Kind::Number, Kind::Map]);
    match choices.below(if depth < 3 { 6 } else { 4 }) {
        0 | 1 => Test::Has(value(choices, kind)),
        2 => Test::Length(numbers(choices)),
        3 => Test::Equals(value(choices, Kind::List)),
        4 => Test::Some(matcher(choices, kind, depth + 1)),
        _ => Test::Each(matcher(choices, kind, depth + 1)),
    }
}

fn map(choices: &mut Choices, depth: usize) -> Test {
    match choices.below(if depth < 3 { 8 } else { 3 }) {
        0 => {
            let keys = choices.some_of(60, &["a", "b", "t", "l", "m", "id"]);
            Test::OnlyKeys(if keys.is_empty() { vec!["a"] } else { keys })
        }
        1 => Test::Length(numbers(choices)),
        2 => Test::Equals(value(choices, Kind::Map)),
        3 => {
            // The order of keys is nobody's business, so no comparison with a whole list of them.
            let has = Test::Has(json!(choices.pick(&["a", "t", "x"])));
            let each = Test::Each(matcher(choices, Kind::Text, 3));
            Test::Keys(Matcher(vec![choices.pick(&[has, each])]))
        }
        4 => {
            let some = Test::Some(matcher(choices, Kind::Number, 3));
            let each = Test::Each(matcher(choices, Kind::Number, 3));
            Test::Values(Matcher(vec![choices.pick(&[some, each])]))
        }
        _ => {
            let mut entries: Vec<Entry> = Vec::new();
            for _ in 0..=usize::from(choices.chance(40)) {
                let (way, kind) = choices.pick(&[("a", Kind::Number), ("t", Kind::Text), ("m.a", Kind::Number)]);
                let entry = Entry::Field(Field::new(way), matcher(choices, kind, depth + 1));
                let entry = if choices.chance(20) { Entry::Not(Condition(vec![entry])) } else { entry };
                if !entries.iter().any(|other| other.key() == entry.key()) {
                    entries.push(entry);
                }
            }
            Test::Where(Condition(entries))
        }
    }
}

/// A value such as a policy may name.
pub(crate) fn value(choices: &mut Choices, kind: Kind) -> Value {
    if choices.chance(5) {
        return choices.pick(&[Value::Null, json!(true), json!([]), json!("1"), json!(1)]);
    }
    match kind {
        Kind::Number => choices.pick(&[json!(1), json!(0), json!(2), json!(1.5), json!(5), json!(-1), json!(2.0)]),
        Kind::Text => choices.pick(&[json!("a"), json!("b"), json!("ab"), json!("1"), json!("")]),
        Kind::List => {
            let lists = [json!(["a"]), json!([]), json!(["a", "b"]), json!([1]), json!([1, "1"]), json!([{ "a": 1 }])];
            choices.pick(&lists)
        }
        Kind::Map => {
            let maps = [json!({ "a": 1 }), json!({}), json!({ "a": "1" }), json!({ "a": 1, "t": "a" })];
            choices.pick(&maps)
        }
        Kind::Path => choices.pick(&[
            json!("/srv/a/x.md"),
            json!("/srv/b.txt"),
            json!("src/x.md"),
            json!("/srv/a"),
            json!("/srv/ab/y"),
            json!("/srv/a/../b/z.md"),
            json!("/home/app/src/a"),
            json!("/SRV/a/X.md"),
            json!("/srv/A/x.MD"),
        ]),
        Kind::Url => choices.pick(&[
            json!("https://a.com/x"),
            json!("https://w.a.com/"),
            json!("http://b.com/x"),
            json!("https://b.com:8080/y"),
            json!("https://ba.com/"),
            json!("https://a.com/x/a/y"),
            json!("https://a.com"),
            json!("https://10.0.0.1/x"),
            json!("https://10.0.0.1:8080/y"),
            json!("http://127.0.0.1/"),
            json!("http://127.0.0.1:8080/"),
        ]),
        Kind::Email => choices.pick(&[json!("x@a.com"), json!("y@b.com"), json!("z@w.a.com"), json!("y@ba.com")]),
        Kind::Shell => choices.pick(&[
            json!("git status"),
            json!("git log main"),
            json!("ls"),
            json!("git status && rm x"),
            json!("ls -l"),
            json!("rm x"),
            json!("git log -p"),
        ]),
    }
}
