//! Forms for the arguments of tools.

use countersign::catalogue::form::{FormKind, Integer, Open, forms};
use countersign::catalogue::read::CATALOGUE_LIMITS;
use countersign::value::value::Value;
use countersign::wire::form::ToolFormOut;

#[test]
fn a_form_asks_for_what_the_schema_says() {
    let text = r##"{"tools": [{"name": "mail", "description": "Sends \ud83e\udd80.", "inputSchema": {
        "type": "object",
        "properties": {
            "to": {"type": "array", "items": {"type": "string", "minLength": 3}, "minItems": 1, "description": "whom"},
            "n": {"type": "integer", "minimum": 1, "exclusiveMaximum": 10, "default": 2},
            "loud": {"type": "boolean"},
            "how": {"enum": ["a", 1, null]},
            "only": {"const": true},
            "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": null},
            "older": {"type": ["number", "null"]},
            "who": {"$ref": "#/$defs/person", "description": "the owner"},
            "free": {"type": "object"},
            "odd": {"oneOf": [{"type": "string"}, {"type": "number"}]},
            "any": true
        },
        "required": ["to", "n"], "additionalProperties": false,
        "$defs": {"person": {"type": "object", "description": "somebody", "properties": {
            "name": {"type": "string"}, "boss": {"$ref": "#/$defs/person"}}, "required": ["name"]}}
    }}, {"type": "function", "function": {"name": "noop", "parameters": {}}}, {"name": "bare"}]}"##;
    let forms = forms(text, CATALOGUE_LIMITS);
    let [mail, noop, bare] = forms.as_slice() else { panic!("{forms:#?}") };
    assert_eq!(mail.description.as_deref(), Some("Sends 🦀."));
    assert!(!mail.is_open && noop.is_open && bare.is_open && bare.fields.is_empty());
    let keys: Vec<&str> = mail.fields.iter().map(|field| field.key.as_str()).collect();
    assert_eq!(keys, ["to", "n", "loud", "how", "only", "maybe", "older", "who", "free", "odd", "any"]);
    let [to, n, loud, how, only, maybe, older, who, free, odd, any] = mail.fields.as_slice() else { panic!() };
    assert!(to.is_required && n.is_required && !loud.is_required);
    assert_eq!(to.description.as_deref(), Some("whom"));
    let FormKind::List(count, item) = &to.kind else { panic!("{to:?}") };
    assert_eq!(count.at_least, Some(1.0));
    assert!(matches!(&item.kind, FormKind::Text(length, None) if length.at_least == Some(3.0)));
    let FormKind::Number(bounds, Integer(true)) = &n.kind else { panic!("{n:?}") };
    assert_eq!((bounds.at_least, bounds.below, n.default.clone()), (Some(1.0), Some(10.0), Some(Value::Number(2.0))));
    assert_eq!(loud.kind, FormKind::Boolean);
    assert_eq!(how.kind, FormKind::Choice(vec!["a".into(), Value::Number(1.0), Value::Null]));
    assert_eq!(only.kind, FormKind::Choice(vec![Value::Bool(true)]));
    assert!(maybe.is_nullable && matches!(maybe.kind, FormKind::Text(..)) && maybe.default == Some(Value::Null));
    assert!(older.is_nullable && matches!(older.kind, FormKind::Number(_, Integer(false))));
    assert_eq!(who.description.as_deref(), Some("the owner"));
    let FormKind::Map(fields, Open(true)) = &who.kind else { panic!("{who:?}") };
    assert!(fields[0].is_required && matches!(&fields[1].kind, FormKind::Map(..)));
    for free in [free, odd, any] {
        assert_eq!(free.kind, FormKind::Json, "{}", free.key);
    }
    let written = serde_json::to_value(ToolFormOut::from(mail)).unwrap();
    assert_eq!(written["fields"][0]["kind"], "list");
    assert_eq!(written["fields"][0]["item"]["minLength"], 3.0);
    assert_eq!(written["fields"][5]["default"], serde_json::Value::Null);
    assert!(written["fields"][0].get("default").is_none());
}

/// A schema that names itself many times over would have a form without end.
#[test]
fn a_form_has_an_end() {
    let keys: Vec<String> = (0..50).map(|at| format!(r##""k{at}": {{"$ref": "#"}}"##)).collect();
    let schema = format!(r#"{{"type": "object", "properties": {{{}}}}}"#, keys.join(","));
    let text =
        format!(r#"[{{"name": "a", "inputSchema": {schema}}}, {{"name": "b", "inputSchema": {{"$ref": "x"}}}}]"#);
    let circle = r##"[{"name": "c", "inputSchema": {"$defs": {"a": {"$ref": "#/$defs/a"}}, "properties": {"p": {"$ref": "#/$defs/a"}}}}]"##;
    let made = forms(&text, CATALOGUE_LIMITS);
    let length = serde_json::to_string(&made.iter().map(ToolFormOut::from).collect::<Vec<_>>()).unwrap().len();
    assert!(length < 20_000_000, "{length}");
    assert_eq!(forms(circle, CATALOGUE_LIMITS)[0].fields[0].kind, FormKind::Json);
    assert!(forms("tools: 3", CATALOGUE_LIMITS).is_empty() && forms("[", CATALOGUE_LIMITS).is_empty());
}
