//! Fields: the place of a value in a call, and what stands there.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::value::Value;

/// What a field of a call begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Root {
    /// The arguments.
    Args,
    /// Which agent.
    Agent,
    /// For whom the agent acts.
    User,
    /// The session that the call is part of.
    Session,
    /// What else the guard knows.
    Context,
}

impl Root {
    /// Every root.
    pub const ALL: [Self; 5] = [Self::Args, Self::Agent, Self::User, Self::Session, Self::Context];

    /// The word in a policy.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Args => "args",
            Self::Agent => "agent",
            Self::User => "user",
            Self::Session => "session",
            Self::Context => "context",
        }
    }

    /// The root that `word` is; `None` for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.as_str() == word)
    }
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Step {
    /// To the value at a key of a map.
    Key(String),
    /// To an item of a list, from 0.
    Index(usize),
}

/// A way into a value, such as `items[0].id` or `["dotted.key"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Way {
    /// The steps in order; none means the value itself.
    pub steps: Vec<Step>,
}

/// A field of a call, such as `args.items[0].id`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Field {
    /// What it begins with.
    pub root: Root,
    /// The way from there.
    pub way: Way,
}

/// What stands at the end of a [`Way`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found<'a> {
    /// This value.
    Value(&'a Value),
    /// Nothing: a key or item on the way is not there, or is `null`.
    Absent,
    /// It cannot be told: a value on the way is of another type, which some readers would go through and others not.
    Blocked,
}

impl Way {
    /// Reads a way.
    ///
    /// # Errors
    ///
    /// What is wrong with its form, in words.
    ///
    /// ```
    /// use countersign::value::field::{Step, Way};
    ///
    /// let way = Way::parse(r#"items[0]["dotted.key"]"#)?;
    /// assert_eq!(way.steps, [Step::Key("items".into()), Step::Index(0), Step::Key("dotted.key".into())]);
    /// assert!(Way::parse("items.").is_err());
    /// # Ok::<(), &'static str>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, after) = if let Some(inside) = rest.strip_prefix('[') {
                bracketed(inside)?
            } else {
                let key = match (steps.is_empty(), rest.strip_prefix('.')) {
                    (true, None) => rest,
                    (false, Some(key)) => key,
                    (true, Some(_)) => return Err("begins with a dot"),
                    (false, None) => return Err("has text right after a bracket"),
                };
                let end = key.find(['.', '[']).unwrap_or(key.len());
                let (key, after) = key.split_at_checked(end).ok_or("has no key")?;
                (plain_key(key)?, after)
            };
            steps.push(step);
            rest = after;
        }
        if steps.is_empty() { Err("is empty") } else { Ok(Self { steps }) }
    }

    /// What stands at the end of this way from `value`.
    #[must_use]
    pub fn find<'a>(&self, value: &'a Value) -> Found<'a> {
        Self::follow(&self.steps, value)
    }

    /// What stands at the end of `steps` from `value`.
    #[must_use]
    pub fn follow<'a>(steps: &[Step], value: &'a Value) -> Found<'a> {
        let mut at = value;
        for step in steps {
            let next = match (step, at) {
                (_, Value::Null) => return Found::Absent,
                (Step::Key(key), Value::Map(map)) => map.get(key),
                (Step::Index(index), Value::List(items)) => items.get(*index),
                _ => return Found::Blocked,
            };
            match next {
                Some(value) => at = value,
                None => return Found::Absent,
            }
        }
        Found::Value(at)
    }
}

impl Field {
    /// Reads a field.
    ///
    /// # Errors
    ///
    /// What is wrong with its form, in words.
    ///
    /// ```
    /// use countersign::value::field::{Field, Root};
    ///
    /// assert_eq!(Field::parse("args.to")?.root, Root::Args);
    /// assert!(Field::parse("argz.to").is_err());
    /// # Ok::<(), &'static str>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut steps = Way::parse(text)?.steps;
        let root = match steps.first() {
            Some(Step::Key(word)) if text.starts_with(word.as_str()) => Root::from_word(word),
            _ => None,
        };
        let root = root.ok_or("begins with none of `args`, `agent`, `user`, `session`, `context`")?;
        steps.remove(0);
        Ok(Self { root, way: Way { steps } })
    }
}

fn bracketed(inside: &str) -> Result<(Step, &str), &'static str> {
    const UNCLOSED: &str = "has a bracket that is never closed";
    let Some(quoted) = inside.strip_prefix('"') else {
        let (digits, after) = inside.split_once(']').ok_or(UNCLOSED)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
        let index = digits.parse().ok().filter(|_| plain);
        return index
            .map(|index| (Step::Index(index), after))
            .ok_or("has something in brackets that is neither a number nor text in double quotes");
    };
    let mut key = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let after = chars.as_str().strip_prefix(']').ok_or(UNCLOSED)?;
                return Ok((Step::Key(key), after));
            }
            '\\' => {
                key.push(chars.next().filter(|c| matches!(c, '"' | '\\')).ok_or("has an unknown escape in quotes")?)
            }
            c => key.push(c),
        }
    }
    Err("has a quote that is never closed")
}

fn plain_key(key: &str) -> Result<Step, &'static str> {
    if key.is_empty() {
        return Err("has an empty key");
    }
    if key.contains([']', '"', '*']) || key.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("has a key that must be written in brackets and quotes: `args[\"the key\"]`");
    }
    Ok(Step::Key(key.to_owned()))
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if plain_key(key).is_err() || key.contains(['.', '[']) => {
                    write!(f, "[\"{}\"]", key.replace('\\', "\\\\").replace('"', "\\\""))?;
                }
                Step::Key(key) if at == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.root.as_str())?;
        match self.way.steps.first() {
            Some(Step::Key(key)) if plain_key(key).is_ok() && !key.contains(['.', '[']) => write!(f, ".{}", self.way),
            Some(_) => write!(f, "{}", self.way),
            None => Ok(()),
        }
    }
}
