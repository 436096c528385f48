//! What is to be said about the agent's own words.

/// A kind of talk, and what gives it away: words that stand one behind the other.
const KINDS: [(&str, &[&str]); 5] = [
    (
        "it urges: nothing shows that there is haste",
        &[
            "urgent",
            "urgently",
            "immediately",
            "asap",
            "right now",
            "right away",
            "hurry",
            "time sensitive",
            "time critical",
            "before it is too late",
            "no time",
            "quickly",
            "as soon as possible",
            "emergency",
            "deadline",
            "last chance",
        ],
    ),
    (
        "it flatters the reviewer",
        &[
            "you re the best",
            "you are the best",
            "great job",
            "brilliant",
            "genius",
            "as an expert",
            "smart",
            "amazing",
            "thank you so much",
            "i trust your judgment",
            "i trust your judgement",
            "your expertise",
            "wise",
            "excellent work",
            "you always",
        ],
    ),
    (
        "it says that somebody has approved this; nobody has here",
        &[
            "already approved",
            "pre approved",
            "preapproved",
            "has been approved",
            "was approved",
            "approved by",
            "authorized by",
            "authorised by",
            "signed off",
            "has authorized",
            "has authorised",
            "permission from",
        ],
    ),
    (
        "it tells the reviewer what to answer",
        &[
            "please approve",
            "just approve",
            "approve this",
            "click approve",
            "you must approve",
            "you should approve",
            "do not reject",
            "don t reject",
            "no need to review",
            "no need to check",
            "no review needed",
            "without review",
            "skip the review",
            "no need to read",
        ],
    ),
    (
        "it says that the call is harmless; that is for you to tell",
        &[
            "low risk",
            "no risk",
            "perfectly safe",
            "completely safe",
            "totally safe",
            "harmless",
            "safe to approve",
            "trust me",
            "just a test",
            "routine",
        ],
    ),
];

/// Sentences about `reason`, in words of ASCII letters, whatever stands between them.
#[must_use]
pub(super) fn notes(reason: &str) -> Vec<&'static str> {
    let words: Vec<String> =
        reason.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let text = format!(" {} ", words.join(" "));
    let is_said = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(&format!(" {phrase} ")));
    KINDS.into_iter().filter(|(_, phrases)| is_said(phrases)).map(|(note, _)| note).collect()
}
