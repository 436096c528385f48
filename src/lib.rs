//! Countersign decides an AI agent's tool calls from a YAML policy: `allow`, `escalate` to a person, or `block`.
//!
//! The whole pipeline, from a policy's text to the answer of a person:
//!
//! ```
//! use countersign::decide::{call::Call, compile::compile, decide::decide, limit::Usage, trace::trace};
//! use countersign::check::load;
//! use countersign::policy::model::Action;
//! use countersign::review::{escalation::fold, event::{Answered, Entry, Event, Status, Verdict}};
//! use countersign::review::next::{Holder, advance, open};
//! use countersign::value::value::{Map, Value};
//! use countersign::text::{render::render, span::Positions, yaml::Limits};
//!
//! // Text to policy, checked as a whole. Every problem of a text is reported at once, with its place.
//! let text = "
//! rules:
//!   - tool: file.read
//!     action: allow
//!   - tool: file.*
//!     action: escalate
//!     reason: File writes require review
//! ";
//! let (policy, problems) = load(text, Limits::default());
//! assert_eq!(render(&problems, "files.yaml", &Positions::new(text)), "");
//!
//! // Policy and call to decision.
//! let stack = compile(policy.into_iter().collect()).map_err(|_| "no canonical form")?;
//! let args = Some(Value::Map(Map::default()));
//! let call = Call { tool: "file.write".to_owned(), args, ..Call::default() };
//! let decision = decide(&stack, &call, &Usage::default());
//! assert_eq!((decision.action, decision.rule.as_deref()), (Action::Escalate, Some("file.*")));
//! assert_eq!(trace(&stack, &call, &Usage::default()).policies.len(), 1);
//!
//! // Escalation to answer. Time is passed in; the core has no clock.
//! let opened = open(&stack, call, &Usage::default(), Holder::default()).map_err(|error| error.code())?;
//! let Event::Open { held, .. } = &opened else { return Err("no open event") };
//! let answer = Answered {
//!     by: None,
//!     verdict: Verdict::Approve,
//!     note: None,
//!     digest: held.digest,
//!     confirmed: Vec::new(),
//!     undo_ms: 0,
//!     shown_ms: None,
//!     in_batch: false,
//!     proof: None,
//! };
//! let opened = Entry { at_ms: 1_000, event: opened };
//! let answered = advance(&[opened.clone()], None, Event::Review(answer), 2_000).map_err(|error| error.code())?;
//! let answered = Entry { at_ms: 2_000, event: answered };
//! let escalation = fold(&[opened, answered], None, 3_000).map_err(|error| error.code())?;
//! assert_eq!(escalation.status, Status::Approved);
//! # Ok::<(), &str>(())
//! ```
//!
//! Modules stand in reading order; each imports only from those above it.
//! The crate is pure: it has no clock, randomness, environment, files, network or threads.

mod names;
mod sorted;
pub mod text;
pub mod value;
pub mod matcher;
pub mod policy;
pub mod catalogue;
pub mod decide;
#[cfg(feature = "guard")]
pub mod check;
#[cfg(feature = "full")]
pub mod language;
#[cfg(feature = "guard")]
pub mod review;
#[cfg(feature = "full")]
pub mod evidence;
pub mod wire;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
