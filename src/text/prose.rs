//! Words for people, which the small builds of the engine leave out.

/// Whether messages and advice are written out. Where they are not, a problem is its code and its place.
pub(crate) const WRITTEN: bool = cfg!(feature = "full");

/// As `format!` where messages are written out; else an empty text, made of nothing.
macro_rules! prose {
    ($($part:tt)*) => {
        if $crate::text::prose::WRITTEN { format!($($part)*) } else { String::new() }
    };
}
pub(crate) use prose;
