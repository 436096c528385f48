//! The schema of conditions and matchers.

use super::shape::{described, domain, extend, map, number, object, one_or_more, reference, text, texts, with};
use crate::matcher::condition::MATCHERS;
use crate::matcher::condition::Type;
use crate::value::value::Value;

/// What a field of a call begins with.
pub(super) const FIELD: &str = r"^(args|agent|user|session|context)([.\[].*)?$";

/// A condition over fields of a call.
pub(super) fn condition() -> Value {
    let fields = map(&[(FIELD, reference("matcher"))]);
    extend(
        condition_over("condition", "Fields and what must hold of them; all must hold."),
        &[("patternProperties", fields), ("additionalProperties", Value::Bool(false))],
    )
}

/// A condition over ways into a map.
pub(super) fn inner_condition() -> Value {
    let condition = condition_over("inner_condition", "Ways into the map and what must hold of what stands there.");
    extend(condition, &[("additionalProperties", reference("matcher"))])
}

fn condition_over(own: &str, what: &str) -> Value {
    let several =
        |what: &str| with(what, &[("type", text("array")), ("minItems", number(1.0)), ("items", reference(own))]);
    let words = map(&[
        ("all", several("All of these hold.")),
        ("any", several("One of these holds.")),
        ("not", described(reference(own), "This does not hold.")),
    ]);
    with(what, &[("type", text("object")), ("minProperties", number(1.0)), ("properties", words)])
}

/// A map of tests, or a scalar or list as a short form.
pub(super) fn matcher() -> Value {
    let short = with(
        "Short for `equals`, or of a list for `in`.",
        &[("type", texts(&["string", "number", "boolean", "array"])), ("minItems", number(1.0))],
    );
    let tests = object("What must hold; several must all hold.", MATCHERS, &[], matcher_key);
    map(&[("anyOf", Value::List(vec![short, extend(tests, &[("minProperties", number(1.0))])]))])
}

pub(super) fn matcher_key(key: &str) -> Option<Value> {
    let inner = |what| described(reference("matcher"), what);
    let one_text = |what| described(reference("text"), what);
    let bound = |what| with(what, &[("type", text("number"))]);
    Some(match key {
        "equals" => map(&[("description", text("Is this value; numbers by value."))]),
        "in" => with("Is one of these.", &[("type", text("array")), ("minItems", number(1.0))]),
        "same_as" => described(reference("field"), "Equals the value of another field."),
        "in_field" => described(reference("field"), "Equals an item of the list in another field."),
        "exists" => with("Is there, or is not; `null` is there.", &[("type", text("boolean"))]),
        "empty" => with("Is absent, `null`, `\"\"`, `[]` or `{}`; or is not.", &[("type", text("boolean"))]),
        "type" => {
            let words = Type::ALL.map(Type::as_str);
            // YAML reads an unquoted `null` as no text.
            let word =
                map(&[("enum", Value::List(words.iter().map(|word| text(word)).chain([Value::Null]).collect()))]);
            described(one_or_more(word), "Is of one of these types.")
        }
        "above" => bound("Is a number greater than this."),
        "at_least" => bound("Is a number greater than or equal to this."),
        "below" => bound("Is a number less than this."),
        "at_most" => bound("Is a number less than or equal to this."),
        "starts_with" => one_text("Is text that begins so. For commands, paths and URLs use `shell`, `path`, `url`."),
        "ends_with" => one_text("Is text that ends so."),
        "contains" => one_text("Is text with this in it."),
        "glob" => one_text("Is text of this form as a whole; `*` and `**` stand for any run of characters."),
        "regex" => one_text("Is text that matches as a whole, in linear time: no look-around, no back-references."),
        "length" => inner("Its code points or entries are so many: a matcher for numbers."),
        "each" => inner("Is a list with items, every one of which matches."),
        "some" => inner("Is a list with an item that matches."),
        "has" => map(&[("description", text("Is a list with an item that equals this."))]),
        "where" => described(
            reference("inner_condition"),
            "Is a map of which this condition holds; its fields are ways into the map.",
        ),
        "only_keys" => with(
            "Is a map without other keys.",
            &[("type", text("array")), ("minItems", number(1.0)), ("items", reference("text"))],
        ),
        "keys" => inner("Is a map whose list of keys matches."),
        "values" => inner("Is a map whose list of values matches."),
        "not" => inner("Is there, and does not match."),
        "path" => path(),
        "url" => url(),
        "email" => email(),
        "shell" => shell(),
        _ => return None,
    })
}

fn path() -> Value {
    let folder = map(&[("anyOf", Value::List(vec![reference("text"), field_map()]))]);
    domain(
        "Is a path of this kind, compared after `.` and `..` are resolved.",
        &[
            ("under", described(one_or_more(folder.clone()), "It is this folder or stands in it.")),
            ("glob", described(reference("texts"), "It has this form; `*` stays within a name, `**` is any names.")),
            ("extension", described(reference("texts"), "Its name ends in a dot and this.")),
            ("base", described(folder, "The absolute folder that relative paths stand in.")),
            ("ignore_case", with("The file system ignores case.", &[("type", text("boolean"))])),
        ],
    )
}

fn field_map() -> Value {
    let field = map(&[("field", reference("field"))]);
    with(
        "What stands in another field.",
        &[
            ("type", text("object")),
            ("properties", field),
            ("required", texts(&["field"])),
            ("additionalProperties", Value::Bool(false)),
        ],
    )
}

fn url() -> Value {
    let port = map(&[("type", text("integer")), ("minimum", number(0.0)), ("maximum", number(65_535.0))]);
    domain(
        "Is a URL of this kind.",
        &[
            ("scheme", described(reference("texts"), "Its scheme; `http` and `https` unless written.")),
            ("host", described(reference("texts"), "Its host; `*.acme.com` is one or more labels before it.")),
            ("port", described(one_or_more(port), "Its port, also the one that the scheme implies.")),
            ("path", described(reference("texts"), "Its path, as a pattern that begins with `/`.")),
            (
                "address",
                described(
                    reference("texts"),
                    "The address of its host: `private`, `loopback`, `link-local`, or a block as `10.0.0.0/8`.",
                ),
            ),
        ],
    )
}

fn email() -> Value {
    domain(
        "Is one plain email address.",
        &[
            ("domain", described(reference("texts"), "Its domain, or `*.` and a domain.")),
            ("address", described(reference("texts"), "The whole address.")),
        ],
    )
}

fn shell() -> Value {
    let commands = domain(
        "Is a text for a POSIX shell.",
        &[
            ("only", described(reference("texts"), "Every simple command is one of these: for rules that allow.")),
            (
                "runs",
                described(reference("texts"), "Some simple command is one of these: for rules that block or escalate."),
            ),
        ],
    );
    extend(commands, &[("maxProperties", number(1.0))])
}
