//! Forms for the arguments of tools, on their way out.

use serde::Serialize;

use super::value::ValueOut;
use crate::catalogue::form::{FormField, FormKind, ToolForm};

/// Twin of [`ToolForm`].
#[derive(Serialize)]
pub struct ToolFormOut<'a> {
    name: &'a str,
    description: Option<&'a str>,
    fields: Vec<FormFieldOut<'a>>,
    open: bool,
}

/// Twin of [`FormField`]; bounds that are not written are `null`.
#[derive(Serialize)]
struct FormFieldOut<'a> {
    key: &'a str,
    required: bool,
    nullable: bool,
    description: Option<&'a str>,
    /// Not there where the schema writes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<ValueOut<'a>>,
    #[serde(flatten)]
    kind: FormKindOut<'a>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum FormKindOut<'a> {
    Text {
        min_length: Option<f64>,
        max_length: Option<f64>,
        pattern: Option<&'a str>,
    },
    Number {
        integer: bool,
        minimum: Option<f64>,
        maximum: Option<f64>,
        above: Option<f64>,
        below: Option<f64>,
        multiple_of: Option<f64>,
    },
    Boolean,
    Choice {
        choices: Vec<ValueOut<'a>>,
    },
    List {
        min_items: Option<f64>,
        max_items: Option<f64>,
        item: Box<FormFieldOut<'a>>,
    },
    Map {
        fields: Vec<FormFieldOut<'a>>,
        open: bool,
    },
    Json,
}

impl<'a> From<&'a ToolForm> for ToolFormOut<'a> {
    fn from(form: &'a ToolForm) -> Self {
        let ToolForm { name, description, fields, is_open } = form;
        Self {
            name,
            description: description.as_deref(),
            fields: fields.iter().map(FormFieldOut::from).collect(),
            open: *is_open,
        }
    }
}

impl<'a> From<&'a FormField> for FormFieldOut<'a> {
    fn from(field: &'a FormField) -> Self {
        let FormField { key, is_required, is_nullable, description, default, kind } = field;
        Self {
            key,
            required: *is_required,
            nullable: *is_nullable,
            description: description.as_deref(),
            default: default.as_ref().map(ValueOut),
            kind: kind.into(),
        }
    }
}

impl<'a> From<&'a FormKind> for FormKindOut<'a> {
    fn from(kind: &'a FormKind) -> Self {
        match kind {
            FormKind::Text(length, pattern) => {
                Self::Text { min_length: length.at_least, max_length: length.at_most, pattern: pattern.as_deref() }
            }
            FormKind::Number(bounds, integer) => Self::Number {
                integer: integer.0,
                minimum: bounds.at_least,
                maximum: bounds.at_most,
                above: bounds.above,
                below: bounds.below,
                multiple_of: bounds.multiple_of,
            },
            FormKind::Boolean => Self::Boolean,
            FormKind::Choice(choices) => Self::Choice { choices: choices.iter().map(ValueOut).collect() },
            FormKind::List(count, item) => Self::List {
                min_items: count.at_least,
                max_items: count.at_most,
                item: Box::new(FormFieldOut::from(&**item)),
            },
            FormKind::Map(fields, open) => {
                Self::Map { fields: fields.iter().map(FormFieldOut::from).collect(), open: open.0 }
            }
            FormKind::Json => Self::Json,
        }
    }
}
