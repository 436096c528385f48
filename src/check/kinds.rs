//! What a value must be for a test to hold of it: of some type, or absent.

use crate::matcher::condition::{Test, Type};

/// A type of value, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// There is no value.
    Absent,
    /// There is one of this type.
    Of(Type),
}

/// A set of kinds, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kind {
    const fn bit(self) -> u8 {
        match self {
            Self::Absent => 1,
            Self::Of(Type::Null) => 2,
            Self::Of(Type::Boolean) => 4,
            Self::Of(Type::Number) => 8,
            Self::Of(Type::String) => 16,
            Self::Of(Type::List) => 32,
            Self::Of(Type::Map) => 64,
        }
    }

    /// The kinds of `types`.
    pub(super) fn of_types(types: &[Type]) -> Kinds {
        Kinds(types.iter().map(|of| Self::Of(*of).bit()).fold(0, |set, bit| set | bit))
    }
}

impl Kinds {
    /// Every type; not absent.
    pub(super) const PRESENT: Self = Self(126);

    pub(super) fn contains(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    pub(super) fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

#[cfg(feature = "full")]
impl Kinds {
    /// Every type, and absent.
    pub(super) const ALL: Self = Self(127);

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// Kinds of value of which `test` may hold; of all others it does not.
pub(super) fn kinds(test: &Test) -> Kinds {
    let of = Kind::of_types;
    match test {
        Test::Exists(false) => Kinds(Kind::Absent.bit()),
        Test::Empty(true) => Kinds(Kind::Absent.bit() | of(&[Type::Null, Type::String, Type::List, Type::Map]).0),
        Test::Empty(false) => of(&[Type::Boolean, Type::Number, Type::String, Type::List, Type::Map]),
        Test::Exists(true) | Test::SameAs(_) | Test::InField(_) => Kinds::PRESENT,
        Test::Equals(values) => {
            Kinds(values.iter().map(|value| of(&[Type::of(value)]).0).fold(0, |set, one| set | one))
        }
        Test::Type(types) => of(types),
        Test::Number(..) => of(&[Type::Number]),
        Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Contains(_)
        | Test::Glob(_)
        | Test::Regex(_)
        | Test::Path(_)
        | Test::Url(_)
        | Test::Email(_)
        | Test::ShellOnly(_)
        | Test::ShellRuns(_) => of(&[Type::String]),
        Test::Length(_) => of(&[Type::String, Type::List, Type::Map]),
        Test::Each(_) | Test::Some(_) => of(&[Type::List]),
        Test::Where(_) | Test::OnlyKeys(_) | Test::Keys(_) | Test::Values(_) => of(&[Type::Map]),
        // What always holds of a value that is there never fails; nor do types that are excluded.
        Test::Not(matcher) => match matcher.tests.as_slice() {
            [Test::Exists(true)] => Kinds(0),
            [Test::Type(types)] => Kinds(Kinds::PRESENT.0 & !of(types).0),
            _ => Kinds::PRESENT,
        },
    }
}

/// Kinds of value of which all of `tests` may hold.
#[cfg(feature = "full")]
pub(super) fn kinds_of_all<'a>(tests: impl Iterator<Item = &'a Test>) -> Kinds {
    tests.map(kinds).fold(Kinds::ALL, Kinds::and)
}

/// Whether all of `tests` hold of a field that is absent.
#[cfg(feature = "full")]
pub(super) fn hold_of_absent(tests: &[Test]) -> bool {
    tests.iter().all(|test| matches!(test, Test::Exists(false) | Test::Empty(true)))
}
