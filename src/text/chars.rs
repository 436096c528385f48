//! Characters that deceive: those that hide, reorder, or look like others.

/// Whether `c` reorders the text around it: what a reader sees is then not what the engine reads.
#[must_use]
pub const fn is_reordering(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether `c` reorders text or takes no room on a screen.
#[must_use]
pub const fn is_hidden(c: char) -> bool {
    !c.is_ascii()
        && (is_reordering(c)
            || matches!(
                c,
                '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
                    | '\u{200B}'..='\u{200D}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}'
                    | '\u{206A}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
                    | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}'
            ))
}

/// Whether `c` looks like a space, and is none to YAML.
#[must_use]
pub const fn is_foreign_space(c: char) -> bool {
    matches!(c, '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

/// Whether `c` is a quote as print has them, which to YAML is a letter like any other.
#[must_use]
pub const fn is_typographic_quote(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201F}' | '\u{AB}' | '\u{BB}' | '\u{2039}' | '\u{203A}')
}
