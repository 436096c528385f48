//! Regular expressions that take linear time and match the whole text.

/// The longest text that is matched, in bytes; longer ones are undecidable, so that time stays bounded.
pub const TEXT_BYTES_MAX: usize = 65_536;

/// How large a compiled expression may get, in bytes.
const COMPILED_BYTES_MAX: usize = 262_144;

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
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.compiled.as_str() == other.compiled.as_str()
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
        build(text, true).map_err(|_| "is no regular expression, or too large a one")?;
        let whole = build(&format!(r"\A(?:{text})\z"), true);
        Ok(Self { text: text.to_owned(), compiled: whole.map_err(|_| "is too large a regular expression")? })
    }

    /// Compiles `text` as others mean it: it matches if some part of the text does, and `.` is no line end.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn anywhere(text: &str) -> Result<Self, &'static str> {
        let compiled = build(text, false).map_err(|_| "is no regular expression, or too large a one")?;
        Ok(Self { text: text.to_owned(), compiled })
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

fn build(text: &str, dot_matches_new_line: bool) -> Result<regex_lite::Regex, regex_lite::Error> {
    regex_lite::RegexBuilder::new(text)
        .dot_matches_new_line(dot_matches_new_line)
        .size_limit(COMPILED_BYTES_MAX)
        .nest_limit(NEST_MAX)
        .build()
}
