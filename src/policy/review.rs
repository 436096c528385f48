//! How calls are reviewed: `review`, `marks` and `consequence`.

use super::reader::Reader;
use super::terms::{Consequence, FieldAt, ReviewTerms, Segment};
use crate::sorted::sorted;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::edit;
use crate::text::prose::prose;
use crate::text::span::Span;
use crate::text::yaml::Node;
use crate::value::field::{Field, Root};

/// The keys of `review`.
pub(super) const REVIEW_KEYS: &[&str] = &["expires", "reviewers", "quorum", "confirm", "editable"];

/// The most reviewers that must approve one call.
const QUORUM_MAX: f64 = 100.0;

impl Reader<'_> {
    pub(super) fn review(&mut self, node: &Node) -> Option<ReviewTerms> {
        let entries = self.filled_map(node, "`review`", "write what a review must be like: `{ expires: 30m }`")?;
        self.check_keys(entries, REVIEW_KEYS, "`review`", |_| false);
        let expires_ms = self.at_some(entries, "expires", |reader, node| reader.duration(node, "`expires`"));
        let reviewers = self.at_some(entries, "reviewers", |reader, node| {
            reader.each(node, "`reviewers`", |reader, item| reader.plain_text(item, "a reviewer"))
        });
        let quorum = self.at_some(entries, "quorum", Self::quorum);
        let confirm = self.at_some(entries, "confirm", |reader, node| reader.fields(node, "`confirm`"));
        let editable = self.at_some(entries, "editable", Self::arguments);
        let reviewers = reviewers?.map(|ids| {
            let mut ids = sorted(ids);
            ids.dedup();
            ids
        });
        // A quorum larger than the list is no mistake: a name may be a role that several people have.
        let (expires_ms, quorum) = (expires_ms?, quorum?);
        Some(ReviewTerms { expires_ms, reviewers, quorum, confirm: confirm?, editable: editable? })
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in the range of a quorum")]
    fn quorum(&mut self, node: &Node) -> Option<u32> {
        let is_count = |number: f64| (1.0..=QUORUM_MAX).contains(&number) && number.fract() == 0.0;
        self.number_in(node, "`quorum`", is_count, "an integer from 1 to 100").map(|number| number as u32)
    }

    fn fields(&mut self, node: &Node, what: &str) -> Option<Vec<FieldAt>> {
        self.each(node, what, |reader, item| Some(FieldAt { field: reader.field(item, what)?, span: item.span }))
    }

    /// Only what the agent proposes can be changed, and not all of it at once.
    fn arguments(&mut self, node: &Node) -> Option<Vec<FieldAt>> {
        let fields = self.fields(node, "`editable`")?;
        let other = fields.iter().find(|at| at.field.root != Root::Args || at.field.way.steps.is_empty());
        let Some(FieldAt { field, span }) = other else { return Some(fields) };
        let diagnostic = Diagnostic::new(Code::Field, *span, prose!("`{field}` cannot be edited"));
        self.report(diagnostic.help("name single arguments: `args.body`"));
        None
    }

    /// Each mark once, in the order of the text.
    pub(super) fn marks(&mut self, node: &Node) -> Option<Vec<String>> {
        let written = self.each(node, "`marks`", |reader, item| reader.plain_text(item, "a mark"))?;
        let mut marks: Vec<String> = Vec::new();
        for mark in written {
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        }
        Some(marks)
    }

    /// Text with fields of the call in it: `Sends mail to {{args.to}}`.
    pub(super) fn consequence(&mut self, node: &Node) -> Option<Consequence> {
        let written = self.text_value(node, "`consequence`")?;
        let mut segments = Vec::new();
        let mut rest = written.as_str();
        while let Some((before, after)) = rest.split_once("{{") {
            let inside = after.split_once("}}").filter(|(inside, _)| !inside.trim().is_empty());
            let Some((inside, after)) = inside else {
                let diagnostic = Diagnostic::new(Code::Template, node.span, "`{{` without a field and `}}`");
                self.report(diagnostic.help("write a field of the call in two braces: `{{args.to}}`"));
                return None;
            };
            self.single_braces(before, node.span);
            if !before.is_empty() {
                segments.push(Segment::Text(before.to_owned()));
            }
            segments.push(Segment::Field(self.template_field(inside.trim(), node.span)?));
            rest = after;
        }
        self.single_braces(rest, node.span);
        if !rest.is_empty() {
            segments.push(Segment::Text(rest.to_owned()));
        }
        Some(Consequence { written, segments })
    }

    /// Warns of fields in one brace, which stay text, in a part of a template.
    fn single_braces(&mut self, part: &str, template: Span) {
        for (at, _) in part.match_indices('{') {
            let inside = part.get(at + 1..).and_then(|after| after.split_once('}'));
            let Some((inside, _)) = inside.filter(|(inside, _)| Field::parse(inside.trim()).is_ok()) else { continue };
            let dollar = if part.get(..at).is_some_and(|before| before.ends_with('$')) { "$" } else { "" };
            let written = prose!("{dollar}{{{inside}}}");
            let span = edit::inside(template, &written, self.text);
            let wanted = prose!("{{{{{}}}}}", inside.trim());
            let diagnostic = Diagnostic::new(Code::TakenLiterally, span, "a field in one brace stays text")
                .help(prose!("write two: `{wanted}`"));
            self.report(if span == template { diagnostic } else { diagnostic.fix("write two braces", span, wanted) });
        }
    }

    fn template_field(&mut self, text: &str, template: Span) -> Option<FieldAt> {
        let span = edit::inside(template, text, self.text);
        match Field::parse(text) {
            Ok(field) => Some(FieldAt { field, span }),
            Err(why) => {
                self.report(Diagnostic::new(Code::Field, span, prose!("`{text}` is no field: it {why}")));
                None
            }
        }
    }
}
