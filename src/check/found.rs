//! What the checks have found, as much of it as is told.

use crate::text::diagnostic::{Code, Diagnostic, sort};
use crate::text::prose::prose;

/// How many warnings are told of one policy.
const WARNINGS_MAX: usize = 100;

/// How many problems more are kept than were worth keeping, before those that will not be told are dropped.
const SURPLUS_MAX: usize = 1_000;

/// The problems of one policy: all errors, and of warnings the first by place.
#[derive(Debug, Default)]
pub(super) struct Found {
    problems: Vec<Diagnostic>,
    /// How many of them were worth keeping when that was last looked at.
    kept: usize,
    dropped: usize,
}

impl Found {
    /// Adds `problem`.
    pub(super) fn push(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
        if self.problems.len() > self.kept + SURPLUS_MAX {
            self.keep_first();
        }
    }

    /// What is told, in the order of the text, and at the end how many warnings there are beside.
    pub(super) fn told(mut self) -> Vec<Diagnostic> {
        self.keep_first();
        let mut warnings = self.problems.iter().enumerate().filter(|(_, problem)| !problem.is_error());
        if let Some((at, _)) = warnings.nth(WARNINGS_MAX) {
            let span = self.problems.remove(at).span;
            let message = prose!("there are {} more warnings", self.dropped + 1);
            let more = Diagnostic::new(Code::TooManyWarnings, span, message);
            self.problems.push(more.help("mend those above, then check again"));
        }
        self.problems
    }

    /// Sorts the problems, and drops the warnings that will not be told, but the first of them, which shows that there are more.
    fn keep_first(&mut self) {
        sort(&mut self.problems);
        let before = self.problems.len();
        let mut warnings = 0;
        self.problems.retain(|problem| {
            warnings += usize::from(!problem.is_error());
            problem.is_error() || warnings <= WARNINGS_MAX + 1
        });
        self.kept = self.problems.len();
        self.dropped += before - self.kept;
    }
}

impl Extend<Diagnostic> for Found {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, problems: T) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::span::Span;

    #[test]
    fn all_errors_and_the_first_warnings_are_told_however_many_there_are() {
        for count in [0, 99, 100, 101, 5_000] {
            let mut found = Found::default();
            let mut all = Vec::new();
            // In no order, and two at each place.
            for number in 0..count {
                let at = number * 7_919 % count / 2;
                let code = if number % 50 == 0 { Code::ShadowedStricter } else { Code::Shadowed };
                all.push(Diagnostic::new(code, Span::new(at, at), number.to_string()));
            }
            found.extend(all.iter().cloned());
            sort(&mut all);
            let warnings = all.iter().filter(|problem| !problem.is_error()).count();
            let mut left = WARNINGS_MAX;
            all.retain(|problem| {
                let is_told = problem.is_error() || left > 0;
                left = if problem.is_error() { left } else { left.saturating_sub(1) };
                is_told
            });
            let mut told = found.told();
            if warnings > WARNINGS_MAX {
                let message = told.pop().map(|more| more.words.message);
                assert_eq!(message, Some(format!("there are {} more warnings", warnings - WARNINGS_MAX)));
            }
            assert_eq!(told, all);
        }
    }
}
