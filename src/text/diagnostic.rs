//! Problems in policy text: what, where, why, what to do.

use super::prose::prose;
use super::span::Span;
use super::words::Words;
use crate::sorted::sorted_by;

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

/// A problem in policy text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem.
    pub code: Code,
    /// The smallest part of the text that a person would underline.
    pub span: Span,
    /// What there is to say of it.
    pub words: Words,
}

impl Diagnostic {
    /// A problem at `span` with nothing more to say than `message`.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, span, words: Words::new(message) }
    }

    /// With `label` under the carets.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.words.label(label);
        self
    }

    /// With a second place.
    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.words.related(span, message);
        self
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.words.help(help);
        self
    }

    /// With a change that would mend it.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.words.fix(title, span, replacement);
        self
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
                let message = prose!("more than {PROBLEMS_MAX} problems; those from here on are not listed");
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
pub fn sort(problems: &mut Vec<Diagnostic>) {
    *problems = sorted_by(std::mem::take(problems), |a, b| a.span.cmp(&b.span));
}
