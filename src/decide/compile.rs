//! A policy, and a stack of them, ready to decide.

use std::sync::Arc;

use super::index::{Hit, ToolIndex};
use super::name::KnownNames;
use super::relaxing::Relaxing;
use crate::catalogue::model::Catalogue;
use crate::policy::model::Policy;
use crate::value::canonical::CanonicalError;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::value::Value;

/// A policy with what makes deciding quick.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The policy.
    pub policy: Policy,
    /// Its rules by tool.
    pub index: ToolIndex,
    /// The names that its rules know, for those that could be taken for them.
    pub names: KnownNames,
}

/// The rules of one policy that are about one tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidates {
    /// Those that match the tool, in their order.
    pub hits: Vec<Hit>,
    /// Where the policy writes the name that the tool's could be taken for, if it does not know the tool's itself.
    pub known_name: Option<Hit>,
}

impl Compiled {
    /// Its rules about `tool`.
    #[must_use]
    pub fn candidates(&self, tool: &str) -> Candidates {
        let known_name = if self.index.knows(tool) { None } else { self.names.folds_to(tool) };
        Candidates { hits: self.index.hits(tool), known_name }
    }
}

/// Policies that apply together: each decides on its own and the strictest decision wins.
#[derive(Clone, Debug)]
pub struct Stack {
    /// The policies in the order in which they were given.
    pub policies: Arc<[Compiled]>,
    /// That of the one policy, or one over the digests of all.
    pub digest: Digest,
    /// The tools that there are; no call is allowed that does not fit them. `None`: nobody said which there are.
    pub catalogue: Option<Arc<Catalogue>>,
    /// What decides whether rules that replace review are in force.
    pub relaxing: Relaxing,
}

impl Stack {
    /// The rules of each policy that are about `tool`.
    ///
    /// Takes a few look-ups for a name of ASCII, and time with the number of names for others; what is decided often is
    /// decided by a [`Plan`](super::plan::Plan), which remembers them.
    #[must_use]
    pub fn candidates(&self, tool: &str) -> Vec<Candidates> {
        self.policies.iter().map(|compiled| compiled.candidates(tool)).collect()
    }

    /// The stack with `catalogue`, which is no part of its digest.
    #[must_use]
    pub fn with_catalogue(self, catalogue: impl Into<Arc<Catalogue>>) -> Self {
        Self { catalogue: Some(catalogue.into()), ..self }
    }

    /// The same policies and catalogue, where `relaxing` decides which rules that replace review are in force. Cheap.
    #[must_use]
    pub fn with_relaxing(&self, relaxing: Relaxing) -> Self {
        Self { relaxing, ..self.clone() }
    }
}

/// Makes a stack of `policies`, one or more.
///
/// A stack of none escalates every call.
///
/// # Errors
///
/// Never in practice: digests always have a canonical form.
pub fn compile(policies: Vec<Policy>) -> Result<Stack, CanonicalError> {
    let digest = match policies.as_slice() {
        [only] => only.digest,
        several => {
            let digests = several.iter().map(|policy| Value::from(policy.digest.to_string().as_str())).collect();
            digest(Subject::Stack, &Value::List(digests))?
        }
    };
    let compiled = |policy: Policy| Compiled {
        index: ToolIndex::new(&policy.rules),
        names: KnownNames::new(&policy.rules),
        policy,
    };
    let policies = policies.into_iter().map(compiled).collect();
    Ok(Stack { policies, digest, catalogue: None, relaxing: Relaxing::Off })
}
