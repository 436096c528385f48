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
    ("between", "write both bounds: `{ at_least: 1, at_most: 5 }`"),
    ("range", "write both bounds: `{ at_least: 1, at_most: 5 }`"),
    ("before", "dates cannot be compared"),
    ("after", "dates cannot be compared"),
    ("prefix", "starts_with"),
    ("starts", "starts_with"),
    ("begins_with", "starts_with"),
    ("suffix", "ends_with"),
    ("ends", "ends_with"),
    ("includes", "contains"),
    ("not_contains", "write `{ not: { contains: … } }`"),
    ("pattern", "regex"),
    ("match", "regex"),
    ("matches", "regex"),
    ("regexp", "regex"),
    ("matches_regex", "regex"),
    ("like", "glob"),
    ("all", "each"),
    ("any", "some"),
    ("every", "each"),
    ("has_any", "some"),
    ("size", "length"),
    ("count", "length"),
    ("len", "length"),
    ("max_length", "write `{ length: { at_most: … } }`"),
    ("min_length", "write `{ length: { at_least: … } }`"),
    ("present", "exists"),
    ("defined", "exists"),
    ("required", "exists"),
    ("missing", "write `{ exists: false }`"),
    ("absent", "write `{ exists: false }`"),
    ("is_null", "write `{ equals: null }`"),
    ("allowed_keys", "only_keys"),
    ("subset_of", "for the keys of a map write `only_keys`, for the items of a list `{ each: { in: […] } }`"),
    ("nin", "not"),
    ("not_in", "not"),
    ("ne", "not"),
    ("!=", "not"),
    ("not_equals", "not"),
    ("none_of", "write `{ not: { in: […] } }`"),
];

/// Words for the keys of `owner`, which is named as in messages.
pub(super) fn of_keys(owner: &str) -> &'static [(&'static str, &'static str)] {
    match owner {
        "a policy" => POLICY_KEYS,
        "a rule" => RULE_KEYS,
        "`review`" => REVIEW_KEYS,
        "`limit`" => LIMIT_KEYS,
        "a test" => {
            &[("title", "name"), ("expected", "expect"), ("expects", "expect"), ("then", "expect"), ("given", "call")]
        }
        "a call" => {
            &[("arguments", "args"), ("params", "args"), ("parameters", "args"), ("input", "args"), ("name", "tool")]
        }
        "`expect`" => &[("decision", "action"), ("effect", "action"), ("id", "rule"), ("why", "cause")],
        "`path`" => &[
            ("in", "under"),
            ("inside", "under"),
            ("within", "under"),
            ("folder", "under"),
            ("dir", "under"),
            ("directory", "under"),
            ("prefix", "under"),
            ("starts_with", "under"),
            ("matches", "glob"),
            ("pattern", "glob"),
            ("ext", "extension"),
            ("suffix", "extension"),
            ("ends_with", "extension"),
            ("cwd", "base"),
        ],
        "`url`" => &[
            ("protocol", "scheme"),
            ("hostname", "host"),
            ("domain", "host"),
            ("ip", "address"),
            ("cidr", "address"),
            ("pathname", "path"),
        ],
        "`email`" => &[("host", "domain"), ("in", "address"), ("equals", "address")],
        "`shell`" => &[
            ("allow", "only"),
            ("allowed", "only"),
            ("commands", "only"),
            ("in", "only"),
            ("any", "runs"),
            ("contains", "runs"),
            ("has", "runs"),
        ],
        _ => &[],
    }
}

const RULES: &str = "write rules: `rules: [{ tool: file.read, action: allow }]`";

const POLICY_KEYS: &[(&str, &str)] = &[
    ("defaults", "default"),
    ("default_action", "default"),
    ("fallback", "default"),
    ("api_version", "version"),
    ("schema_version", "version"),
    ("title", "name"),
    ("rule", "rules"),
    ("policy", "rules"),
    ("policies", "rules"),
    ("statements", "rules"),
    ("allow", RULES),
    ("escalate", RULES),
    ("block", RULES),
    ("deny", RULES),
    ("confidence", "min_confidence"),
    ("test", "tests"),
    ("extends", "several policies are loaded together as a stack"),
    ("include", "several policies are loaded together as a stack"),
];

const OF_REVIEW: &str = "it stands in `review`: `review: { expires: 30m }`";
const REVIEWERS: &str = "they stand in `review`: `review: { reviewers: [ann] }`";
const CONDITION: &str = "conditions stand under `when`: `when: { args.x: 1 }`";
const UNLESS: &str = "write `when: { not: { … } }`";
const ORDER: &str = "the first rule that matches decides: put it where its turn is";

const RULE_KEYS: &[(&str, &str)] = &[
    ("if", "when"),
    ("condition", "when"),
    ("conditions", "when"),
    ("match", "when"),
    ("matches", "when"),
    ("only_if", "when"),
    ("where", "when"),
    ("unless", UNLESS),
    ("except", UNLESS),
    ("args", CONDITION),
    ("arguments", CONDITION),
    ("agent", CONDITION),
    ("user", CONDITION),
    ("session", CONDITION),
    ("context", CONDITION),
    ("effect", "action"),
    ("decision", "action"),
    ("verdict", "action"),
    ("then", "action"),
    ("actions", "action"),
    ("tools", "tool"),
    ("tool_name", "tool"),
    ("function", "tool"),
    ("name", "id"),
    ("title", "id"),
    ("description", "reason"),
    ("message", "reason"),
    ("note", "reason"),
    ("comment", "reason"),
    ("severity", "risk"),
    ("tags", "marks"),
    ("labels", "marks"),
    ("confidence", "min_confidence"),
    ("rate_limit", "limit"),
    ("limits", "limit"),
    ("expires", OF_REVIEW),
    ("timeout", OF_REVIEW),
    ("quorum", REVIEWERS),
    ("reviewers", REVIEWERS),
    ("approvers", REVIEWERS),
    ("confirm", "it stands in `review`: `review: { confirm: args.to }`"),
    ("editable", "it stands in `review`: `review: { editable: args.body }`"),
    ("priority", ORDER),
    ("order", ORDER),
];

const REVIEW_KEYS: &[(&str, &str)] = &[
    ("timeout", "expires"),
    ("ttl", "expires"),
    ("expiry", "expires"),
    ("expires_in", "expires"),
    ("approvers", "reviewers"),
    ("by", "reviewers"),
    ("approvals", "quorum"),
    ("min_approvals", "quorum"),
    ("edit", "editable"),
];

const LIMIT_KEYS: &[(&str, &str)] = &[
    ("count", "calls"),
    ("times", "calls"),
    ("max_calls", "calls"),
    ("max", "write `calls`, or `sum` and `at_most`"),
    ("limit", "write `calls`, or `sum` and `at_most`"),
    ("window", "per"),
    ("period", "per"),
    ("interval", "per"),
    ("every", "per"),
    ("field", "sum"),
    ("key", "by"),
    ("action", "then"),
];

/// Words for risks, and for whose use of a limit is counted together.
pub(super) const VALUES: &[(&str, &str)] = &[
    ("minor", "low"),
    ("moderate", "medium"),
    ("normal", "medium"),
    ("major", "high"),
    ("severe", "critical"),
    ("agent.id", "agent"),
    ("user.id", "user"),
    ("session.id", "session"),
];

/// Words for what a field begins with.
pub(super) const ROOTS: &[(&str, &str)] = &[
    ("args", "args"),
    ("arguments", "args"),
    ("params", "args"),
    ("parameters", "args"),
    ("input", "args"),
    ("agent", "agent"),
    ("user", "user"),
    ("session", "session"),
    ("context", "context"),
    ("ctx", "context"),
];

/// Matchers whose keys others write as matchers of their own.
pub(super) const KEYS_OF_MATCHERS: &[(&str, &str)] = &[
    ("under", "path"),
    ("extension", "path"),
    ("base", "path"),
    ("ignore_case", "path"),
    ("host", "url"),
    ("scheme", "url"),
    ("port", "url"),
    ("domain", "email"),
    ("only", "shell"),
    ("runs", "shell"),
];
