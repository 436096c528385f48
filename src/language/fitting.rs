//! On which types of value a matcher says anything.

use crate::catalogue::model::Types;
use crate::matcher::condition::Type;

/// The types of value of which the matcher called `word` may hold.
pub(super) fn types_of(word: &str) -> Types {
    match word {
        "above" | "at_least" | "below" | "at_most" => Types::only(Type::Number),
        "starts_with" | "ends_with" | "contains" | "glob" | "regex" | "path" | "url" | "email" | "shell" => {
            Types::only(Type::String)
        }
        "length" => [Type::String, Type::List, Type::Map].into_iter().collect(),
        "each" | "some" | "has" => Types::only(Type::List),
        "where" | "only_keys" | "keys" | "values" => Types::only(Type::Map),
        _ => Types::ALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::condition::MATCHERS;

    /// The document's table of matchers has a column for it.
    #[test]
    fn the_document_says_the_same() {
        let document = include_str!("../../docs/language.md");
        let table = document.split("### Matchers").nth(1).unwrap_or_default();
        for word in MATCHERS {
            let row = table
                .lines()
                .find(|line| line.split('|').nth(1).is_some_and(|cell| cell.contains(&format!("`{word}"))));
            let on = row.and_then(|row| row.split('|').nth(2)).unwrap_or_default();
            let expected: Types = Type::ALL
                .into_iter()
                .filter(|of| on.contains("any") || on.contains(&format!("{}s", of.as_str())))
                .collect();
            assert_eq!(types_of(word), expected, "{word}: {on}");
        }
    }
}
