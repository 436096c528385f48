//! Mutation testing, on its way out.

use std::rc::Rc;

use serde::Serialize;

use super::call::call_from;
use super::diagnostic::{SourceText, SpanOut};
use crate::decide::compile::Stack;
use crate::evidence::mutate::{self, Progress};

/// Changes a policy in small ways and asks its tests whether they notice, see [`mutate::Mutation`].
#[derive(Debug)]
pub struct Mutation {
    mutation: mutate::Mutation,
    sources: Rc<Vec<SourceText>>,
    source: usize,
}

impl Mutation {
    /// Begins with the policy of `stack` that came from the text `source` of `sources`; `None` if there is none.
    #[must_use]
    pub fn new(stack: &Stack, sources: Rc<Vec<SourceText>>, source: usize, most: usize) -> Option<Self> {
        let (compiled, text) = (stack.policies.get(source)?, &sources.get(source)?.text);
        let mutation = mutate::Mutation::new(stack, compiled, text, &|call| call_from(call.clone()).ok(), most);
        Some(Self { mutation, sources, source })
    }

    /// Tries up to `most` more changes; whether there are more.
    pub fn step(&mut self, most: usize) -> bool {
        self.mutation.step(most)
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> ProgressOut {
        self.mutation.progress().into()
    }

    /// Hands the changes that no test noticed so far to `encode`.
    pub fn with_survivors<T>(&self, encode: impl FnOnce(&[SurvivorOut<'_>]) -> T) -> T {
        let positions = self.sources.get(self.source).map(SourceText::positions);
        let out = self.mutation.survivors().iter().filter_map(|survivor| {
            Some(SurvivorOut {
                rule: survivor.rule.as_deref(),
                span: SpanOut::new(survivor.change.span, positions.as_ref()?),
                what: &survivor.change.what,
            })
        });
        encode(&out.collect::<Vec<_>>())
    }
}

/// Twin of [`mutate::Survivor`].
#[derive(Serialize)]
pub struct SurvivorOut<'a> {
    rule: Option<&'a str>,
    span: SpanOut,
    what: &'a str,
}

/// Twin of [`Progress`].
#[derive(Serialize)]
pub struct ProgressOut {
    tried: usize,
    noticed: usize,
    wanted: usize,
    all: usize,
    tests: usize,
    failing: usize,
}

impl From<Progress> for ProgressOut {
    fn from(progress: Progress) -> Self {
        let Progress { tried, noticed, wanted, all, tests, failing } = progress;
        Self { tried, noticed, wanted, all, tests, failing }
    }
}
