//! In place of what there is to say of a problem: nothing, where only its code and its place are told.

use super::span::Span;

/// Nothing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words;

impl Words {
    pub(super) fn new(_: impl Into<String>) -> Self {
        Self
    }

    pub(super) fn label(&mut self, _: impl Into<String>) {}

    pub(super) fn related(&mut self, _: Span, _: impl Into<String>) {}

    pub(super) fn help(&mut self, _: impl Into<String>) {}

    pub(crate) fn has_help(&self) -> bool {
        false
    }

    pub(super) fn fix(&mut self, _: impl Into<String>, _: Span, _: impl Into<String>) {}

    pub(crate) fn place(&mut self, _: impl Fn(&mut Span)) {}
}
