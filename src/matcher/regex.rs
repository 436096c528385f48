//! Regular expressions that take linear time and match the whole text.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::names::NameMap;

/// The longest text that is matched, in bytes; longer ones are undecidable, so that time stays bounded.
pub const TEXT_BYTES_MAX: usize = 65_536;

/// In what size compiled expressions are counted, in bytes.
const UNIT_BYTES: usize = 4_096;

/// How deep an expression may nest.
const NEST_MAX: u32 = 50;

/// A regular expression, compiled once and matched many times.
///
/// The syntax is that of the crate `regex-lite`: no look-around and no back-references, `\d` `\s` `\w` and `(?i)` know
/// ASCII only. It matches the whole text, and `.` also matches a line end.
#[derive(Clone, Debug)]
pub struct Regex {
    text: String,
    compiled: regex_lite::Regex,
    weight: u64,
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.compiled.as_str() == other.compiled.as_str()
    }
}

/// An expression is written as its text and whether it was made by [`Regex::new`], and compiled anew when it is read.
impl Serialize for Regex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.text, self.compiled.as_str() != self.text).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Regex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (text, is_whole) = <(String, bool)>::deserialize(deserializer)?;
        let compiled = if is_whole { Self::new(&text) } else { Self::anywhere(&text) };
        compiled.map_err(D::Error::custom)
    }
}

impl Regex {
    /// Compiles `text`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    ///
    /// ```
    /// use countersign::matcher::regex::Regex;
    ///
    /// let regex = Regex::new("a|b.")?;
    /// assert!(regex.matches("a") && regex.matches("b\n"));
    /// assert!(!regex.matches("xa"));
    /// assert!(Regex::new("a)|(b").is_err());
    /// # Ok::<(), &'static str>(())
    /// ```
    pub fn new(text: &str) -> Result<Self, &'static str> {
        // On its own first: in the brackets below, `a)|(b` would be an expression too.
        build(text, true).map_err(|error| complaint(&error))?;
        // A comment of `(?x)` would take in the bracket: it ends with its line.
        let whole = build(&format!(r"\A(?:{text})\z"), true).or_else(|_| build(&format!("\\A(?:{text}\n)\\z"), true));
        let (compiled, weight) = whole.map_err(|error| complaint(&error))?;
        Ok(Self { text: text.to_owned(), compiled, weight })
    }

    /// Compiles `text` as others mean it: it matches if some part of the text does, and `.` is no line end.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn anywhere(text: &str) -> Result<Self, &'static str> {
        let (compiled, weight) = build(text, false).map_err(|error| complaint(&error))?;
        Ok(Self { text: text.to_owned(), compiled, weight })
    }

    /// How large it is compiled, in units of 4 KiB, rounded up: at worst, a byte of text takes time in proportion.
    #[must_use]
    pub const fn weight(&self) -> u64 {
        self.weight
    }

    /// The expression as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches `text`, which must not be longer than [`TEXT_BYTES_MAX`].
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.compiled.is_match(text)
    }
}

/// The regular expressions of one text: each is compiled once, and all of them together are of bounded size.
#[derive(Debug)]
pub struct Regexes {
    compile: fn(&str) -> Result<Regex, &'static str>,
    compiled: NameMap<String, Regex>,
    /// What of [`WEIGHT_MAX`] is left.
    left: u64,
}

/// How much all expressions of one text may weigh: 16 MiB.
const WEIGHT_MAX: u64 = 4_096;

impl Regexes {
    /// Those that `compile`, which is [`Regex::new`] or [`Regex::anywhere`], makes.
    #[must_use]
    pub fn new(compile: fn(&str) -> Result<Regex, &'static str>) -> Self {
        Self { compile, compiled: NameMap::default(), left: WEIGHT_MAX }
    }

    /// The expression that `text` writes.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words; or that with those before it, it is too much.
    pub fn get(&mut self, text: &str) -> Result<Regex, &'static str> {
        if let Some(regex) = self.compiled.get(text) {
            return Ok(regex.clone());
        }
        if self.left == 0 {
            return Err("is one too many: all regular expressions together are too large");
        }
        let compiled = (self.compile)(text);
        // What is refused took as long as the largest.
        let weight = compiled.as_ref().map_or(LARGEST, Regex::weight);
        self.left = self.left.saturating_sub(weight);
        let regex = compiled?;
        self.compiled.insert(text.to_owned(), regex.clone());
        Ok(regex)
    }
}

/// The largest expression that is compiled.
const LARGEST: u64 = 64;

/// Sizes of compiled expressions that are told apart, in units of [`UNIT_BYTES`].
const WEIGHTS: [u64; 3] = [1, 4, 16];

/// The compiled expression and its weight.
fn build(text: &str, dot_matches_new_line: bool) -> Result<(regex_lite::Regex, u64), regex_lite::Error> {
    let at = |weight: u64| {
        let mut builder = regex_lite::RegexBuilder::new(text);
        builder.dot_matches_new_line(dot_matches_new_line).nest_limit(NEST_MAX);
        let bytes = UNIT_BYTES * usize::try_from(weight).unwrap_or(1);
        builder.size_limit(bytes).build().map(|compiled| (compiled, weight))
    };
    let smaller = WEIGHTS.into_iter().find_map(|weight| at(weight).ok());
    smaller.map_or_else(|| at(LARGEST), Ok)
}

/// Our words for what is wrong with an expression; words of the crate that nobody foresaw still say that it is none.
fn complaint(error: &regex_lite::Error) -> &'static str {
    /// A part of the crate's words, and ours. The first row that fits counts.
    const KNOWN: &[(&str, &str)] = &[
        ("size limit", "is too large a regular expression"),
        ("too much nesting", "nests deeper than 50"),
        ("too many capture", "has too many groups"),
        ("open group", "has a `(` that is never closed"),
        ("expected closing ')'", "has a `(` that is never closed"),
        ("without matching '('", "has a `)` that nothing opens"),
        ("look-around", "asks for what stands around a match"),
        ("backreferences", "asks for what a group matched before"),
        ("Unicode character classes", "has a `\\p{…}`, which does not exist here"),
        ("group name", "has a group with a broken name"),
        ("inline flag", "has flags in `(?…)` that do not exist here"),
        ("escape", "has an escape that does not exist here"),
        ("hexadecimal", "has a broken escape"),
        ("applied to a sub-expression", "has a `*`, `+`, `?` or `{` with nothing before it"),
        ("min bigger than", "has a `{…}` whose least is more than its most"),
        ("repetition", "has a broken `{…}`"),
        ("decimal number", "has a broken `{…}`"),
        ("closing bracket", "has a `[` that is never closed"),
        ("unclosed character class", "has a `[` that is never closed"),
        ("character class", "has a `[…]` of a form that does not exist here"),
    ];
    let words = error.to_string();
    let known = KNOWN.iter().find(|(part, _)| words.contains(part));
    known.map_or("is no regular expression", |(_, ours)| ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_in_words() {
        let deep = "(".repeat(60) + &")".repeat(60);
        let rows = [
            ("a(b", "has a `(` that is never closed"),
            ("a)b", "has a `)` that nothing opens"),
            ("[a", "has a `[` that is never closed"),
            ("[^", "has a `[` that is never closed"),
            ("[b-a]", "has a `[…]` of a form that does not exist here"),
            ("*a", "has a `*`, `+`, `?` or `{` with nothing before it"),
            ("a{2,1}", "has a `{…}` whose least is more than its most"),
            ("a{2", "has a broken `{…}`"),
            ("a(?=b)", "asks for what stands around a match"),
            ("(?<=a)b", "asks for what stands around a match"),
            (r"(a)\1", "asks for what a group matched before"),
            (r"\p{L}", "has a `\\p{…}`, which does not exist here"),
            (r"\y", "has an escape that does not exist here"),
            (r"a\", "has an escape that does not exist here"),
            ("(?x1)a", "has flags in `(?…)` that do not exist here"),
            ("((a{1000}){1000}){1000}", "is too large a regular expression"),
            (deep.as_str(), "nests deeper than 50"),
        ];
        for (text, expected) in rows {
            assert_eq!(Regex::new(text).err(), Some(expected), "`{text}`");
        }
        assert!(Regex::new(&"a".repeat(2_000)).is_ok());
    }
}
