//! What is wrong with a text before it is a tree: our words for the scanner's complaints, and characters that deceive.

use super::causes;
use super::chars::is_reordering;
use super::diagnostic::{Code, Diagnostic, Problems};
use super::prose::prose;
use super::span::Span;

/// Whether YAML allows `c` in a text (§5.1, `c-printable`).
const fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Reports characters that no policy text may contain, wherever they stand.
///
/// Of damage and of control characters only the first is reported: a binary file is full of them.
pub(super) fn check_characters(text: &str, problems: &mut Problems) {
    let mut unprintable_seen = false;
    // As nearly every text is.
    if text.bytes().all(|byte| matches!(byte, b'\t' | b'\n' | b' '..=b'~')) {
        return;
    }
    for (at, c) in text.char_indices() {
        let span = Span::new(at, at + c.len_utf8());
        let code = || prose!("U+{:04X}", u32::from(c));
        if c == '\u{FFFD}' {
            problems.push(
                Diagnostic::new(Code::DamagedText, span, "this text was damaged when it was read")
                    .label("stands where the bytes were not UTF-8")
                    .help("save the file as UTF-8; a binary file is no policy"),
            );
            return;
        }
        let next = text.as_bytes().get(span.end);
        if matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}') || (c == '\r' && next != Some(&b'\n')) {
            let fix = if c == '\r' { "\n" } else { " " };
            problems.push(
                Diagnostic::new(Code::HiddenCharacter, span, prose!("line end {}", code()))
                    .label("some readers begin a new line here, others do not")
                    .fix("replace it", span, fix),
            );
        }
        if is_reordering(c) {
            problems.push(
                Diagnostic::new(Code::HiddenCharacter, span, prose!("hidden character {}", code()))
                    .label("changes the order in which text is shown")
                    .fix("remove it", span, ""),
            );
        }
        if (!is_printable(c) || (c == '\u{FEFF}' && at > 0)) && !unprintable_seen {
            unprintable_seen = true;
            problems.push(
                Diagnostic::new(
                    Code::YamlSyntax,
                    span,
                    prose!("character {}, which no policy text can contain", code()),
                )
                .help("remove it, or write it as an escape in double quotes"),
            );
        }
    }
}

/// Reports lines that begin with `%`: the scanner reads YAML 1.2 whatever they say, others may not.
///
/// `false` if the places of what follows would be wrong: in such a line the scanner counts bytes, not characters.
pub(super) fn check_directives(text: &str, problems: &mut Problems) -> bool {
    if !text.contains('%') {
        return true;
    }
    let mut start = 0;
    let mut places_hold = true;
    let mut in_document = false;
    for line in text.split_inclusive(['\n', '\r']) {
        let byte_order_mark = line.len() - line.trim_start_matches('\u{FEFF}').len();
        let directive = line.get(byte_order_mark..).unwrap_or_default().trim_end_matches([' ', '\t', '\n', '\r']);
        if directive.starts_with('%') && !is_yaml_1_2(directive) {
            let span = Span::new(start + byte_order_mark, start + byte_order_mark + directive.len());
            let diagnostic = Diagnostic::new(Code::Directive, span, "directive, which no policy needs");
            problems.push(if in_document {
                diagnostic.label("a line that begins with `%`").help("write a space before it if it is part of a text")
            } else {
                let whole_line = Span::new(span.start, start + line.len());
                diagnostic.label("policies are read as YAML 1.2").fix("remove it", whole_line, "")
            });
            places_hold &= directive.is_ascii();
        } else {
            in_document |= !directive.is_empty() && !directive.starts_with(['#', '%']) && directive != "...";
        }
        start += line.len();
    }
    places_hold
}

fn is_yaml_1_2(directive: &str) -> bool {
    directive.split([' ', '\t']).filter(|word| !word.is_empty()).eq(["%YAML", "1.2"])
}

/// Where the value of a node that begins at `start` begins, after an anchor and a tag.
pub(super) fn after_properties(text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(rest) = text.get(at..).filter(|rest| rest.starts_with(['&', '!'])) {
        let property = rest.find(char::is_whitespace).unwrap_or(rest.len());
        at += property + blank_length(rest.get(property..).unwrap_or_default());
    }
    at
}

/// The tag of the node that begins at `start`, which has one; an anchor may stand before it.
pub(super) fn tag_span(text: &str, start: usize) -> Span {
    let mut at = start;
    while let Some(rest) = text.get(at..).filter(|rest| rest.starts_with('&')) {
        let anchor = rest.find(char::is_whitespace).unwrap_or(rest.len());
        at += anchor + blank_length(rest.get(anchor..).unwrap_or_default());
    }
    let rest = text.get(at..).unwrap_or_default();
    let length = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}')).unwrap_or(rest.len());
    Span::new(at, at + length)
}

/// Length of the white space and comments that `text` begins with.
fn blank_length(text: &str) -> usize {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest.trim_start_matches(|c| c != '\n').trim_start();
    }
    text.len() - rest.len()
}

/// The end of the quoted text that begins at `start`. The scanner's own end includes causes and a comment after it.
pub(super) fn quoted_end(text: &str, start: usize) -> Option<usize> {
    let mut chars = text.get(start..)?.char_indices().peekable();
    let (_, quote) = chars.next()?;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => {
                chars.next();
            }
            '\'' if quote == c && chars.peek().is_some_and(|&(_, next)| next == '\'') => {
                chars.next();
            }
            c if c == quote => return Some(start + at + 1),
            _ => {}
        }
    }
    None
}

/// A diagnostic in our words for the scanner's complaint `info` about the byte at `at` of `text`.
///
/// The scanner stops at its first complaint, so there is at most one of these for a text.
pub(super) fn syntax_error(info: &str, at: usize, text: &str) -> Diagnostic {
    let rest = text.get(at..).unwrap_or_default();
    let broken_off = info.contains("expected node content") && rest.trim().is_empty();
    let (code, message, help) = complaint(if broken_off { "expected ',' or ']'" } else { info });
    let word = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}')).unwrap_or(rest.len());
    if matches!(code, Code::UnknownAlias) && word > 0 {
        let span = Span::new(at, at + word);
        let written = span.of(text);
        return Diagnostic::new(code, span, prose!("alias `{written}` without an anchor")).help(help).fix(
            "quote it",
            span,
            prose!("\"{written}\""),
        );
    }
    if matches!(code, Code::Tab)
        && let Some(tab) = causes::tab_span(at, text)
    {
        let before = text.get(..tab.start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        let is_indentation = before.chars().all(|c| matches!(c, ' ' | '\t'));
        let (_, message, help) = if is_indentation { complaint("tabs disallowed") } else { (code, message, help) };
        return causes::with_spaces(Diagnostic::new(code, tab, message).help(help), tab, text);
    }
    if matches!(code, Code::YamlSyntax)
        && let Some(cause) = causes::likely_cause(at, text)
    {
        return cause;
    }
    if matches!(code, Code::Unclosed)
        && let Some(cause) = causes::index_in_brackets(at, text)
    {
        return cause;
    }
    let width = rest.chars().next().filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
    let diagnostic = Diagnostic::new(code, Span::new(at, at + width), message);
    if help.is_empty() { diagnostic } else { diagnostic.help(help) }
}

/// Code, message and help for the scanner's words; words that nobody foresaw still give a `yaml-syntax`.
fn complaint(info: &str) -> (Code, &'static str, &'static str) {
    const ODD_LINE: &str = "line indented wrongly, or an entry of another kind than those before it";
    const QUOTE_COLON: &str = "quote a text that contains `: `; a bracket or quote before it may never be closed";
    /// A part of the scanner's words, code, our words, help. The first row that fits counts.
    #[rustfmt::skip]
    const KNOWN: &[(&str, Code, &str, &str)] = &[
        ("unknown anchor", Code::UnknownAlias, "alias without an anchor", "`*` begins an alias; quote a pattern: `\"*\"`"),
        ("anchor or alias, did not find", Code::UnknownAlias, "alias without a name", "`*` begins an alias; quote a pattern: `\"*\"`"),
        ("found unexpected end of stream", Code::Unclosed, "quoted text that is never closed", "close the quote"),
        ("indentation in quoted scalar", Code::Unclosed, "quoted text that is never closed", "close the quote"),
        ("found unexpected document indicator", Code::Unclosed, "quoted text that is never closed", "close the quote before `---` or `...`"),
        ("did not find expected ',' or '}'", Code::Unclosed, "bracket that is never closed, or a missing `,`", ""),
        ("expected ',' or ']'", Code::Unclosed, "bracket that is never closed, or a missing `,`", ""),
        ("tabs disallowed", Code::Tab, "tab used as indentation", "YAML indents with spaces only"),
        ("tab cannot be used", Code::Tab, "tab used as indentation", "YAML indents with spaces only"),
        ("cannot start with a tab", Code::Tab, "tab used as indentation", "YAML indents with spaces only"),
        ("found a tab", Code::Tab, "tab inside a text that goes on", "write spaces, or quote the text"),
        ("followed by a valid YAML whitespace", Code::Tab, "tab where a space must stand", "write a space after `:` or `-`"),
        ("recursion limit", Code::TooDeep, "nested too deep", "brackets may nest 255 deep"),
        ("misplaced bracket", Code::YamlSyntax, "closing bracket without an opening one", ""),
        ("expected node content", Code::YamlSyntax, "value that is not there", "remove a `,` too many"),
        ("unprintable", Code::YamlSyntax, "character that no policy text can contain", ""),
        ("byte order mark", Code::YamlSyntax, "byte order mark inside the text", "remove it"),
        ("unknown escape", Code::YamlSyntax, "unknown escape in this text", "write `\\\\` for a backslash, or use single quotes"),
        ("hexadecimal number", Code::YamlSyntax, "unfinished escape in this text", ""),
        ("Unicode character escape", Code::YamlSyntax, "escape in this text that is no Unicode character", "write the character itself instead of `\\u` escapes"),
        ("mapping values are not allowed", Code::YamlSyntax, "`:` where no key can stand", QUOTE_COLON),
        ("illegal placement of ':'", Code::YamlSyntax, "`:` where no key can stand", QUOTE_COLON),
        ("':' may not precede", Code::YamlSyntax, "`:` where no key can stand", QUOTE_COLON),
        ("mapping keys are not allowed", Code::YamlSyntax, "key where none can stand", ""),
        ("simple key", Code::YamlSyntax, "the line before has no `:`, or is indented wrongly", ""),
        ("did not find expected key", Code::YamlSyntax, ODD_LINE, ""),
        ("expected '-' indicator", Code::YamlSyntax, ODD_LINE, ""),
        ("sequence entries are not allowed", Code::YamlSyntax, "`-` where no list can begin", "begin the list on a line of its own"),
        ("valid inside a block", Code::YamlSyntax, "`-` where no list can begin", ""),
        ("cannot start with '-'", Code::YamlSyntax, "`-` where no list can begin", "quote a text that is `-`"),
        ("unexpected character", Code::YamlSyntax, "character that cannot begin a value", "quote the text"),
        ("unexpected end of plain", Code::YamlSyntax, "text that breaks off", "quote the text"),
        ("scanning a block scalar, did not find", Code::YamlSyntax, "text after `|` or `>`", "begin the text on the next line, or quote it"),
        ("indentation indicator equal to 0", Code::YamlSyntax, "`0` after `|` or `>`", ""),
        ("indent", Code::YamlSyntax, "line indented wrongly", ""),
        ("directive", Code::Directive, "broken directive", "a policy needs no `%` lines"),
        ("handle wasn't declared", Code::Tag, "unknown tag", "policies use no tags; quote a text that begins with `!`"),
        ("tag", Code::Tag, "broken tag", "policies use no tags; quote a text that begins with `!`"),
        ("trailing content", Code::YamlSyntax, "text after a closing quote", "a `\"` inside the text is written `\\\"`; or put single quotes around it"),
        ("comment", Code::YamlSyntax, "comment where none can stand", "write a space before `#`"),
        ("document", Code::YamlSyntax, "text that belongs to nothing before it", ""),
    ];
    let known = KNOWN.iter().find(|(words, ..)| info.contains(words));
    known.map_or((Code::YamlSyntax, "this is not YAML", ""), |&(_, code, message, help)| (code, message, help))
}
