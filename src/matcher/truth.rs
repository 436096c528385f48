//! Three-valued truth: a test holds, does not hold, or cannot be decided (Kleene's strong logic).

/// Whether a test holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Holds,
    /// It does not hold.
    DoesNotHold,
    /// It could come out either way; the text says why, in words that go on from "cannot be decided: ".
    Undecidable(&'static str),
}

impl Truth {
    /// The opposite; what is undecidable stays so.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Holds => Self::DoesNotHold,
            Self::DoesNotHold => Self::Holds,
            Self::Undecidable(why) => Self::Undecidable(why),
        }
    }

    /// Whether all of `truths` hold: one that does not settles it, whatever the others are. Of none, they do.
    ///
    /// Of several reasons to be undecidable the same one is told, whatever the order.
    #[must_use]
    pub fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut so_far = Self::Holds;
        for truth in truths {
            match (truth, so_far) {
                (Self::DoesNotHold, _) => return Self::DoesNotHold,
                (Self::Undecidable(_), Self::Holds) => so_far = truth,
                (Self::Undecidable(why), Self::Undecidable(other)) if why < other => so_far = truth,
                (Self::Holds | Self::Undecidable(_), _) => {}
            }
        }
        so_far
    }

    /// Whether any of `truths` holds: one that does settles it, whatever the others are. Of none, none does.
    #[must_use]
    pub fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        Self::all(truths.into_iter().map(Self::negated)).negated()
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::DoesNotHold }
    }
}
