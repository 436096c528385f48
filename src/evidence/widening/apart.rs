//! Conditions with those entries of their lists first that another does not have.

use std::sync::Arc;

use super::calls::leaves;
use crate::matcher::condition::{Condition, EmailTest, Matcher, PathTest, Test};
use crate::matcher::url::UrlMatcher;

/// `condition` with what `others` do not have at the same field first in each list: it means the same, but lists of which
/// only the first entries are tried begin with what differs.
pub(super) fn apart_first<F: Clone + PartialEq>(condition: &Condition<F>, others: &[&Condition<F>]) -> Condition<F> {
    let all = |parts: &[Condition<F>]| parts.iter().map(|part| apart_first(part, others)).collect();
    match condition {
        Condition::Field { field, span, matcher } => {
            let mut same: Vec<&Matcher> = Vec::new();
            for other in others {
                leaves(other, &mut |of, matcher| same.extend((of == field).then_some(matcher)));
            }
            let matcher = Arc::new(of_matcher(matcher, &same));
            Condition::Field { field: field.clone(), span: *span, matcher }
        }
        Condition::All(parts) => Condition::All(all(parts)),
        Condition::Any(parts) => Condition::Any(all(parts)),
        Condition::Not(part) => Condition::Not(Box::new(apart_first(part, others))),
    }
}

fn of_matcher(matcher: &Matcher, others: &[&Matcher]) -> Matcher {
    let tests: Vec<&Test> = others.iter().flat_map(|other| &other.tests).collect();
    Matcher { tests: matcher.tests.iter().map(|test| of_test(test, &tests)).collect(), span: matcher.span }
}

fn of_test(test: &Test, others: &[&Test]) -> Test {
    let inner = |own: &Matcher, of: fn(&Test) -> Option<&Matcher>| {
        let others: Vec<&Matcher> = others.iter().filter_map(|other| of(other)).collect();
        Box::new(of_matcher(own, &others))
    };
    match test {
        Test::Equals(own) => Test::Equals(list(own, others, |it| if let Test::Equals(all) = it { all } else { &[] })),
        Test::ShellOnly(own) => {
            Test::ShellOnly(list(own, others, |it| if let Test::ShellOnly(all) = it { all } else { &[] }))
        }
        Test::ShellRuns(own) => {
            Test::ShellRuns(list(own, others, |it| if let Test::ShellRuns(all) = it { all } else { &[] }))
        }
        Test::Email(EmailTest { domains, addresses }) => Test::Email(EmailTest {
            domains: list(domains, others, |it| if let Test::Email(email) = it { &email.domains } else { &[] }),
            addresses: list(addresses, others, |it| if let Test::Email(email) = it { &email.addresses } else { &[] }),
        }),
        Test::Url(url) => Test::Url(of_url(url, others)),
        Test::Path(path) => Test::Path(of_path(path, others)),
        Test::Each(own) => Test::Each(inner(own, |it| if let Test::Each(inner) = it { Some(inner) } else { None })),
        Test::Some(own) => Test::Some(inner(own, |it| if let Test::Some(inner) = it { Some(inner) } else { None })),
        Test::Keys(own) => Test::Keys(inner(own, |it| if let Test::Keys(inner) = it { Some(inner) } else { None })),
        Test::Values(own) => {
            Test::Values(inner(own, |it| if let Test::Values(inner) = it { Some(inner) } else { None }))
        }
        Test::Not(own) => Test::Not(inner(own, |it| if let Test::Not(inner) = it { Some(inner) } else { None })),
        Test::Where(own) => {
            let others = others.iter().filter_map(|it| if let Test::Where(all) = it { Some(&**all) } else { None });
            Test::Where(Box::new(apart_first(own, &others.collect::<Vec<_>>())))
        }
        _ => test.clone(),
    }
}

fn of_url(url: &UrlMatcher, others: &[&Test]) -> UrlMatcher {
    UrlMatcher {
        schemes: list(&url.schemes, others, |it| if let Test::Url(url) = it { &url.schemes } else { &[] }),
        hosts: list(&url.hosts, others, |it| if let Test::Url(url) = it { &url.hosts } else { &[] }),
        ports: list(&url.ports, others, |it| if let Test::Url(url) = it { &url.ports } else { &[] }),
        paths: list(&url.paths, others, |it| if let Test::Url(url) = it { &url.paths } else { &[] }),
        addresses: list(&url.addresses, others, |it| if let Test::Url(url) = it { &url.addresses } else { &[] }),
    }
}

fn of_path(path: &PathTest, others: &[&Test]) -> PathTest {
    PathTest {
        under: list(&path.under, others, |it| if let Test::Path(path) = it { &path.under } else { &[] }),
        glob: list(&path.glob, others, |it| if let Test::Path(path) = it { &path.glob } else { &[] }),
        extension: list(&path.extension, others, |it| if let Test::Path(path) = it { &path.extension } else { &[] }),
        ..path.clone()
    }
}

/// The entries of `own`, first those that the lists of no other have.
fn list<T: Clone + PartialEq>(own: &[T], others: &[&Test], of: fn(&Test) -> &[T]) -> Vec<T> {
    let is_shared = |entry: &&T| others.iter().any(|other| of(other).contains(entry));
    let (shared, mut all): (Vec<&T>, Vec<&T>) = own.iter().partition(is_shared);
    all.extend(shared);
    all.into_iter().cloned().collect()
}
