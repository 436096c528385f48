//! Problems in policy text: what, where, why, what to do.

use super::span::Span;
use super::syntax::visible;

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The policy cannot be used.
    Error,
    /// The policy works, but probably not as meant.
    Warning,
}

impl Severity {
    /// The word that messages use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $severity:ident;)*) => {
        /// What kind of problem a [`Diagnostic`] is. Codes never change meaning; `docs/diagnostics.md` explains each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code, in the order of `docs/diagnostics.md`.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it is printed.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The severity that the code always has.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The bytes are not UTF-8, or were damaged before they came here.
    DamagedText = "damaged-text", Error;
    /// A character that reorders or hides text.
    HiddenCharacter = "hidden-character", Error;
    /// The text is not YAML.
    YamlSyntax = "yaml-syntax", Error;
    /// A quote or bracket is never closed.
    Unclosed = "unclosed", Error;
    /// A tab where YAML wants spaces.
    Tab = "tab", Error;
    /// A `%` line, such as one that asks for another version of YAML.
    Directive = "directive", Error;
    /// More than one YAML document in one text.
    MultipleDocuments = "multiple-documents", Error;
    /// More bytes than the limit.
    TooLarge = "too-large", Error;
    /// Deeper nesting than the limit.
    TooDeep = "too-deep", Error;
    /// More nodes than the limit, after aliases are expanded.
    TooManyNodes = "too-many-nodes", Error;
    /// More problems than are worth listing.
    TooManyProblems = "too-many-problems", Error;
    /// An alias without an anchor.
    UnknownAlias = "unknown-alias", Error;
    /// An alias inside the node that it stands for.
    RecursiveAlias = "recursive-alias", Error;
    /// A tag, which policies do not use.
    Tag = "tag", Error;
    /// A merge key `<<`.
    MergeKey = "merge-key", Error;
    /// The same key twice in one map.
    DuplicateKey = "duplicate-key", Error;
    /// A key that is no text.
    KeyNotText = "key-not-text", Error;
    /// A text without a policy in it.
    EmptyPolicy = "empty-policy", Error;
    /// A value of the wrong type.
    WrongType = "wrong-type", Error;
    /// A required key is not there.
    MissingKey = "missing-key", Error;
    /// A key that the language does not have.
    UnknownKey = "unknown-key", Error;
    /// An action that the language does not have.
    UnknownAction = "unknown-action", Error;
    /// A risk that the language does not have.
    UnknownRisk = "unknown-risk", Error;
    /// A word that its key does not take.
    UnknownWord = "unknown-word", Error;
    /// A test expects a rule that the policy does not have.
    UnknownRule = "unknown-rule", Error;
    /// A version of the language that this engine does not know.
    UnsupportedVersion = "unsupported-version", Error;
    /// Something was written down, but is empty.
    Empty = "empty", Error;
    /// A tool pattern of a form that the language does not have.
    ToolPattern = "tool-pattern", Error;
    /// Two rules with the same written id.
    DuplicateId = "duplicate-id", Error;
    /// A condition on something that is no field of a call.
    Field = "field", Error;
    /// A matcher that the language does not have.
    UnknownMatcher = "unknown-matcher", Error;
    /// A type that the language does not have.
    UnknownType = "unknown-type", Error;
    /// A glob or regular expression of a form that the language does not have.
    Pattern = "pattern", Error;
    /// A number that not every reader represents exactly.
    UnsafeNumber = "unsafe-number", Error;
    /// A number outside the range that its key has.
    OutOfRange = "out-of-range", Error;
    /// A duration of a form that the language does not have.
    Duration = "duration", Error;
    /// A date that is none.
    Date = "date", Error;
    /// A `consequence` with braces that hold no field.
    Template = "template", Error;
    /// A key that has no meaning on this rule.
    Misplaced = "misplaced", Error;
    /// A blocking rule that leaves what it cannot decide to a person.
    UndecidableEscalates = "undecidable-escalates", Warning;
    /// A least confidence in a policy that allows nothing.
    ConfidenceUnused = "confidence-unused", Warning;
    /// A rule that can never match, because an earlier one matches before it.
    Shadowed = "shadowed", Warning;
    /// A rule that can never match, because an earlier, laxer one matches before it.
    ShadowedStricter = "shadowed-stricter", Error;
    /// A rule that says what an earlier one says.
    DuplicateRule = "duplicate-rule", Warning;
    /// A rule that stands behind a laxer one, where a call can meet the conditions of both.
    OrderDecides = "order-decides", Warning;
    /// A rule that a call escapes by leaving out a field, to be allowed by what comes after it.
    FieldMayBeAbsent = "field-may-be-absent", Warning;
    /// Tests that can never hold together.
    Contradiction = "contradiction", Warning;
    /// A policy that allows what no rule matches.
    DefaultAllow = "default-allow", Warning;
    /// A rule that allows every call.
    AllowsEverything = "allows-everything", Warning;
    /// A rule that asks about some arguments and allows any others.
    OpenKeys = "open-keys", Warning;
    /// A rule that allows by one item of a list.
    ListIndex = "list-index", Warning;
    /// A rule that allows by a number without a lower, or without an upper bound.
    OneSidedBound = "one-sided-bound", Warning;
    /// A rule that allows where a condition on arguments does not hold.
    NegatedCondition = "negated-condition", Warning;
    /// A rule that allows by the text of a command, path, URL or address.
    TextMatcher = "text-matcher", Warning;
    /// A regular expression that looks as if a part of the text were enough, where missing a text loosens.
    PartialRegex = "partial-regex", Warning;
    /// Text that stands for itself, and looks like something else.
    TakenLiterally = "taken-literally", Warning;
    /// A command pattern whose open words may choose what runs.
    OpenCommand = "open-command", Warning;
    /// A field for reviewers that nothing else in the policy knows.
    UnknownField = "unknown-field", Warning;
    /// Two ids that differ only in letter case.
    IdsDifferByCase = "ids-differ-by-case", Warning;
    /// More warnings than are worth listing.
    TooManyWarnings = "too-many-warnings", Warning;
    /// A tool's schema that is none.
    Schema = "schema", Error;
    /// A tool that a catalogue has twice.
    DuplicateTool = "duplicate-tool", Error;
    /// A catalogue that says that there are more tools than it has.
    IncompleteCatalogue = "incomplete-catalogue", Warning;
    /// What looks like a tool's schema, under a key that is not read.
    UnreadSchema = "unread-schema", Warning;
    /// A keyword of a schema that the engine does not check.
    UncheckedKeyword = "unchecked-keyword", Warning;
    /// A rule that blocks or escalates, and by the catalogue matches only calls that do not fit.
    OnlyMisfits = "only-misfits", Warning;
    /// A tool that the catalogue does not have.
    UnknownTool = "unknown-tool", Warning;
    /// A tool pattern that matches no tool of the catalogue.
    PatternMatchesNone = "pattern-matches-none", Warning;
    /// A field that the schema of its tools does not have.
    NotInSchema = "not-in-schema", Warning;
    /// A matcher that can never hold of a value of the type that the schema says.
    TypeClash = "type-clash", Warning;
    /// A value or bound that the schema rules out.
    ImpossibleValue = "impossible-value", Warning;
}

/// A second place that a [`Diagnostic`] speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What is there, such as "first used here".
    pub message: String,
}

/// A change to the text that would mend a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, such as "replace it with `escalate`".
    pub title: String,
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// A problem in policy text.
///
/// The message is one line in lower case without a full stop; text of the user's stands in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem.
    pub code: Code,
    /// The smallest part of the text that a person would underline.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What stands under the carets, if anything.
    pub label: Option<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
    /// Advice, if there is any.
    pub help: Option<String>,
    /// Changes that would mend it; the first is the likeliest.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A problem at `span` with nothing more to say than `message`.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            span,
            message: one_line(&message.into()),
            label: None,
            related: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// With `label` under the carets.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(one_line(&label.into()));
        self
    }

    /// With a second place.
    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Related { span, message: message.into() });
        self
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(one_line(&help.into()));
        self
    }

    /// With a change that would mend it.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.fixes.push(Fix { title: one_line(&title.into()), span, replacement: replacement.into() });
        self
    }

    /// With `word` in place of what stands at `span` of `source` as a change, if the text there is replaced so easily.
    #[must_use]
    pub fn replace_fix(self, word: &str, span: Span, source: &str) -> Self {
        if is_block_text(span, source) || span.of(source).starts_with(['*', '&', '!']) {
            return self;
        }
        self.fix(format!("replace it with `{word}`"), span, word)
    }

    /// As [`Diagnostic::replace_fix`] for a word that is text: where double quotes stand, they stay.
    #[must_use]
    pub fn replace_word(self, word: &str, span: Span, source: &str) -> Self {
        if span.of(source).starts_with('"') {
            self.fix(format!("replace it with `{word}`"), span, format!("\"{word}\""))
        } else {
            self.replace_fix(word, span, source)
        }
    }

    /// With quotes around the plain word at `span` of `source` as a change, if it is one.
    #[must_use]
    pub fn quote_fix(self, span: Span, source: &str) -> Self {
        let written = span.of(source);
        let is_word = written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"~.+-_".contains(&byte));
        if written.is_empty() || !is_word { self } else { self.fix("quote it", span, format!("\"{written}\"")) }
    }

    /// With the nearest of `known` as advice and change, if one is close to `written`, which stands at `span` of `source`.
    #[must_use]
    pub fn did_you_mean(self, written: &str, known: &[&str], span: Span, source: &str) -> Self {
        match nearest(written, known) {
            Some(near) => self.help(format!("did you mean `{near}`?")).replace_word(near, span, source),
            None => self,
        }
    }

    /// As [`Diagnostic::did_you_mean`]; but first, if `others` has `written`, with what it says of it: see
    /// [`Diagnostic::called`].
    #[must_use]
    pub fn here_called(self, written: &str, others: &[(&str, &str)], known: &[&str], span: Span, source: &str) -> Self {
        match other_word(written, others) {
            Some(ours) => self.called(ours, known, span, source),
            None => self.did_you_mean(written, known, span, source),
        }
    }

    /// With `ours` as advice: advice in words as it is; our word for what stands at `span` of `source` also as a change,
    /// if it is one of those that are `free`.
    #[must_use]
    pub fn called(self, ours: &str, free: &[&str], span: Span, source: &str) -> Self {
        if ours.contains(' ') {
            return self.help(ours);
        }
        let diagnostic = self.help(format!("here this is called `{ours}`"));
        if free.contains(&ours) { diagnostic.replace_word(ours, span, source) } else { diagnostic }
    }

    /// Whether the policy cannot be used because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }
}

/// The problems of one text, as many as are worth listing.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Diagnostic>,
}

/// How many problems of one text are worth listing.
const PROBLEMS_MAX: usize = 1_000;

impl Problems {
    /// Adds `problem`; in place of those past the limit stands one that says so.
    pub fn push(&mut self, problem: Diagnostic) {
        match self.list.len() {
            0..PROBLEMS_MAX => self.list.push(problem),
            PROBLEMS_MAX => {
                let message = format!("more than {PROBLEMS_MAX} problems; those from here on are not listed");
                self.list.push(Diagnostic::new(Code::TooManyProblems, problem.span, message));
            }
            _ => {}
        }
    }

    /// Whether more problems would not be listed.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.list.len() > PROBLEMS_MAX
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems in the order of the text.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        sort(&mut self.list);
        self.list
    }
}

/// Puts `problems` into the order of the text; those of one place keep theirs.
pub fn sort(problems: &mut [Diagnostic]) {
    problems.sort_by_key(|problem| problem.span);
}

/// Whether what stands at `span` is text in block form: it begins after `|` or `>` on a line before.
fn is_block_text(span: Span, source: &str) -> bool {
    let before = source.get(..span.start).unwrap_or_default();
    // A line may be as long as the whole text: what is no indentation is not looked through.
    let above = before.trim_end_matches([' ', '\t']);
    if !above.is_empty() && !above.ends_with(['\n', '\r']) {
        return false;
    }
    let (before, indentation) = before.rsplit_once(['\n', '\r']).unwrap_or(("", before));
    let header = before.rsplit(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    let header = header.split(" #").next().unwrap_or_default().trim_end();
    let marker = header.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
    indentation.trim().is_empty() && marker.ends_with(['|', '>'])
}

/// How many characters of a message are worth reading.
const MESSAGE_CHARS: usize = 300;

/// `text` as one line of bounded length, with everything that could deceive a reader shown as a token.
fn one_line(text: &str) -> String {
    if text.len() <= MESSAGE_CHARS {
        return visible(text);
    }
    match text.char_indices().nth(MESSAGE_CHARS) {
        Some((cut, _)) => format!("{}…", visible(text.get(..cut).unwrap_or_default())),
        None => visible(text),
    }
}

/// The one of `known` that `written` is most likely a slip of, if any is close.
#[must_use]
pub fn nearest<'known>(written: &str, known: &[&'known str]) -> Option<&'known str> {
    nearest_within(written, known, usize::MAX)
}

/// As [`nearest`], and no more than `most` letters away.
#[must_use]
pub fn nearest_within<'known>(written: &str, known: &[&'known str], most: usize) -> Option<&'known str> {
    let written = written.trim().to_ascii_lowercase().replace('-', "_");
    if written.is_empty() || written.len() > 40 {
        return None;
    }
    known
        .iter()
        .map(|&word| (edit_distance(&written, word), word))
        .filter(|&(distance, word)| distance <= word.chars().count().div_ceil(3).min(most))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, word)| word)
}

/// What `others` says of `written`; letter case, `_`, `-` and `$` make no difference.
#[must_use]
pub fn other_word<'ours>(written: &str, others: &[(&str, &'ours str)]) -> Option<&'ours str> {
    let fold = |word: &str| -> String {
        word.trim().chars().filter(|c| !matches!(c, '_' | '-' | '$')).map(|c| c.to_ascii_lowercase()).collect()
    };
    let folded = fold(written);
    others.iter().find(|(other, _)| fold(other) == folded).map(|(_, ours)| *ours)
}

/// Damerau–Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and swaps of neighbours.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous_a = None;
    for (i, a_char) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        let mut previous_b = None;
        for (j, &b_char) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let substituted = at(&last, j) + usize::from(a_char != b_char);
            let mut best = substituted.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if previous_a == Some(b_char) && previous_b == Some(a_char) && j > 0 {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
            previous_b = Some(b_char);
        }
        before = std::mem::replace(&mut last, row);
        previous_a = Some(a_char);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = &["allow", "escalate", "block"];
        assert_eq!(nearest("escalte", known), Some("escalate"));
        assert_eq!(nearest("Allow", known), Some("allow"));
        assert_eq!(nearest("alolw", known), Some("allow"));
        assert_eq!(nearest("deny", known), None);
        assert_eq!(nearest("", known), None);
    }
}
