//! What a reviewer sees of one call: the card, the same on every surface.

pub mod written;
mod agent;
pub mod card;
mod characters;
pub mod headline;
mod tables;
pub mod unicode;
pub mod kinds;
pub mod past;
pub mod rows;
pub mod times;
pub mod why;

use self::card::{AgentSeen, Card, ConsequenceSeen, FlagCode, Headline, Row};
use self::kinds::is_secret;
use self::past::Past;
use self::rows::{About, Rows, grouped, words_in};
use self::why::{Policies, at, last_words};
use self::written::{Form, Written, said, written};
use super::event::{Held, Links};
use crate::decide::call::Call;
use crate::decide::decide::Decision;
use crate::decide::protection::ConsequencePart;
use crate::matcher::condition::Type;
use crate::value::field::Field;
use crate::value::value::{Value, record};

/// A call that is shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The call, its digest and its decision.
    pub held: &'a Held,
    /// As it was held, if it was edited since.
    pub original: Option<&'a Call>,
    /// What it is like.
    pub links: &'a Links,
    /// Why it cannot be approved, whoever tries.
    pub unapprovable: Option<&'a str>,
}

/// The card of `shown`.
///
/// `approved` are the arguments of calls of this tool that were approved before, newest first, if anybody knows them;
/// `policies` those that decided.
#[must_use]
pub fn card(shown: Shown<'_>, approved: Option<&[Value]>, policies: Option<Policies<'_>>) -> Card {
    let Shown { held: Held { call, digest, decision, .. }, original, links, unapprovable } = shown;
    let mut rows = Rows::default();
    let catalogue = policies.and_then(|policies| policies.stack.catalogue.as_deref());
    let approved_args = approved.unwrap_or_default();
    let past = Past::new(approved_args, &call.tool);
    let unlisted = rows::unlisted(call.args.as_ref(), &call.tool, catalogue);
    let unknown = unlisted.unwrap_or_else(|| past::new_keys(call.args.as_ref(), &past));
    let editable = decision.review.as_ref().map_or(&[] as &[Field], |review| &review.editable);
    let before = call.args.as_ref().and_then(|args| past::most_similar(args, approved_args));
    let about = About { tool: &call.tool, editable, before, unknown: &unknown };
    rows.flag_findings("tool", &written::segments(&call.tool, Form::Prose).1);
    let mut args = call.args.as_ref().map(|args| rows.tree("args", args, about)).unwrap_or_default();
    let told = match (&call.args, approved) {
        (Some(args), Some(_)) => past::facts(args, &past, &call.tool),
        _ => past::Told::default(),
    };
    for flag in told.flags {
        if let Some(row) = args.iter_mut().find(|row| row.field == flag.field) {
            row.flags.push(rows.flags.len());
        }
        rows.flags.push(flag);
    }
    let plain = About { editable: &[], before: None, unknown: &[], ..about };
    let known = known_rows(call, &mut rows, plain);
    let unapprovable = unapprovable.map(str::to_owned).or_else(|| too_much(&mut rows));
    let flags = std::mem::take(&mut rows.flags);
    let original = original.and_then(|call| call.args.as_ref());
    let original = original.map(|args| Rows::default().tree("args", args, plain)).unwrap_or_default();
    let gone = before.zip(call.args.as_ref()).map(|(before, now)| rows::gone("args", before, now)).unwrap_or_default();
    let agent = agent_seen(call);
    let consequence = consequence_of(call, decision.consequence.as_deref());
    let why = why::why(call, decision, policies);
    let words = rows.words
        + consequence.iter().map(|part| words_of_written(&part.segments)).sum::<usize>()
        + why.reason.as_ref().map_or(0, words_of_written)
        + told.facts.iter().map(words_of_written).sum::<usize>();
    Card {
        digest: *digest,
        headline: headline_of(call, decision, shown.original.is_some(), Some(&past).filter(|past| past.calls > 0)),
        why,
        consequence,
        facts: told.facts,
        flags,
        args,
        original,
        gone,
        known,
        agent,
        unapprovable,
        confirm: confirm_of(shown.held),
        words,
        reading_floor_ms: times::reading_floor_ms(words),
        arm_ms: times::arm_ms(decision.risk),
        undo_ms: times::undo_ms(decision.risk),
    }
    .with_links(links)
}

impl Card {
    fn with_links(mut self, links: &Links) -> Self {
        let Links { rejected, unknown } = links;
        let warnings = &mut self.headline.warnings;
        if !unknown.is_empty() {
            warnings.insert(0, "a call like this was let run, and nobody knows what became of it");
        }
        match rejected.len() {
            0 => {}
            1 => warnings.push("a call like this was rejected before"),
            2 => warnings.push("calls like this were rejected twice before"),
            _ => warnings.push("calls like this were rejected three times or more"),
        }
        self
    }
}

/// The headline of a call.
#[must_use]
pub fn headline_of(call: &Call, decision: &Decision, is_edited: bool, past: Option<&Past<'_>>) -> Headline {
    let (object, destination) = headline::object_and_destination(call, past);
    let edited = "a reviewer has edited it, and it would run as it stands here";
    Headline {
        verb: headline::verb(&call.tool),
        tool: written(&call.tool, Form::Prose),
        object,
        destination,
        risk: decision.risk,
        reversible: decision.reversible,
        warnings: is_edited.then_some(edited).into_iter().collect(),
    }
}

/// What the guard knows of `call`.
pub fn known_rows(call: &Call, rows: &mut Rows, about: About<'_>) -> Vec<Row> {
    let digest = call.tool_digest.map(|digest| digest.to_string());
    let known = record([
        ("agent", call.agent.clone()),
        ("user", call.user.clone()),
        ("session", call.session.clone()),
        ("context", call.context.clone()),
        ("tenant", call.tenant.as_deref().map(Value::from)),
        ("toolDigest", digest.as_deref().map(Value::from)),
    ]);
    let Value::Map(known) = known else { return Vec::new() };
    let order = ["agent", "user", "session", "context", "tenant", "toolDigest"];
    let each = order.into_iter().filter_map(|key| Some((key, known.get(key)?)));
    each.flat_map(|(key, value)| rows.single(key, value, about)).collect()
}

/// Why nobody can approve a call that has more than a person reads; it is flagged.
fn too_much(rows: &mut Rows) -> Option<String> {
    if rows.left_out == 0 && !rows.is_cut {
        return None;
    }
    let mut parts = Vec::new();
    if rows.left_out > 0 {
        parts.push(format!("{} values are not shown", grouped(rows.left_out)));
    }
    if rows.is_cut {
        parts.push("a text is cut".to_owned());
    }
    let why = format!("it has more than a person reads before answering: {}", parts.join(" and "));
    rows.flag(FlagCode::Uninspectable, "args", said(why.clone()));
    Some(format!("uninspectable: {why}"))
}

fn agent_seen(call: &Call) -> AgentSeen {
    let confidence = if let Some(Value::Number(number)) = &call.confidence { Some(*number) } else { None };
    let notes = call.reason.as_deref().map(agent::notes).unwrap_or_default();
    AgentSeen { reason: call.reason.as_deref().map(|reason| written(reason, Form::Prose)), confidence, notes }
}

fn consequence_of(call: &Call, parts: Option<&[ConsequencePart]>) -> Vec<ConsequenceSeen> {
    let part = |part: &ConsequencePart| match part {
        ConsequencePart::Text(text) => ConsequenceSeen { is_value: false, segments: written(text, Form::Prose) },
        ConsequencePart::Field(field, _) => {
            let segments = match at(call, field) {
                None => said("nothing"),
                Some(value) if is_secret(value, &last_words(field)) => said("(masked)"),
                // Without quotes, as the policy's words may have some around it.
                Some(Value::Text(text)) => written::with_masked(text, Form::Value, &kinds::secrets_in(text)),
                Some(value) => rows::bounded_inline(value, &last_words(field)),
            };
            ConsequenceSeen { is_value: true, segments }
        }
    };
    parts.unwrap_or_default().iter().map(part).collect()
}

fn confirm_of(held: &Held) -> Vec<(String, Type)> {
    let fields = held.decision.review.iter().flat_map(|review| &review.confirm);
    fields.map(|field| (field.to_string(), at(&held.call, field).map_or(Type::Null, Type::of))).collect()
}

fn words_of_written(text: &Written) -> usize {
    text.iter().map(|segment| words_in(&segment.text)).sum()
}
