//! What others call what is ours, for advice on a word that the language does not have.
//!
//! A row is their word and ours; or, where no word of ours can take its place, their word and what to write instead.
//! Letter case, `_`, `-` and `$` make no difference to their words.

/// Words for actions.
pub(super) const ACTIONS: &[(&str, &str)] = &[
    ("deny", "block"),
    ("forbid", "block"),
    ("reject", "block"),
    ("refuse", "block"),
    ("permit", "allow"),
    ("accept", "allow"),
    ("approve", "`allow` lets the call run, `escalate` has a person approve it"),
    ("ask", "escalate"),
    ("review", "escalate"),
    ("confirm", "escalate"),
    ("hold", "escalate"),
    ("require_approval", "escalate"),
    ("abstain", "only `default` may abstain; a rule that shall not decide is left out"),
];

/// Words between conditions. A slip of `all`, `any` or `not` is never guessed: the wrong one of them turns a condition
/// around.
pub(super) const CONDITIONS: &[(&str, &str)] = &[
    ("all", "all"),
    ("and", "all"),
    ("&&", "all"),
    ("all_of", "all"),
    ("any", "any"),
    ("or", "any"),
    ("||", "any"),
    ("any_of", "any"),
    ("either", "any"),
    ("not", "not"),
    ("none", "write `not: { any: […] }`"),
    ("none_of", "write `not: { any: […] }`"),
    ("nor", "write `not: { any: […] }`"),
    ("neither", "write `not: { any: […] }`"),
];

/// Words for matchers.
pub(super) const MATCHERS: &[(&str, &str)] = &[
    ("eq", "equals"),
    ("equal", "equals"),
    ("is", "equals"),
    ("==", "equals"),
    ("one_of", "in"),
    ("any_of", "in"),
    ("gt", "above"),
    ("greater_than", "above"),
    (">", "above"),
    ("gte", "at_least"),
    ("ge", "at_least"),
    (">=", "at_least"),
    ("min", "at_least"),
    ("minimum", "at_least"),
    ("lt", "below"),
    ("less_than", "below"),
    ("<", "below"),
    ("lte", "at_most"),
    ("le", "at_most"),
    ("<=", "at_most"),
    ("max", "at_most"),
    ("maximum", "at_most"),
    ("prefix", "starts_with"),
    ("suffix", "ends_with"),
    ("includes", "contains"),
    ("pattern", "regex"),
    ("matches", "regex"),
    ("like", "glob"),
    ("all", "each"),
    ("any", "some"),
    ("every", "each"),
    ("size", "length"),
    ("count", "length"),
    ("present", "exists"),
    ("nin", "not"),
    ("not_in", "not"),
    ("ne", "not"),
];
