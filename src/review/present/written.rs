//! Text that somebody else wrote, in which nothing hides.

use std::ops::Range;

use super::characters::{self, Look, code_point, is_foreign, is_of_word, look, mixed_with, tag_letter, token};
use super::unicode::is_nfc;

/// What a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As it was written.
    Text,
    /// JSON's escape, or a run.
    Escape,
    /// The token of a character that would not be seen.
    Hidden,
    /// A letter of another script, and its token.
    Foreign,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Escape => "escape",
            Self::Hidden => "hidden",
            Self::Foreign => "foreign",
        }
    }
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What it is.
    pub kind: Kind,
    /// What is shown.
    pub text: String,
    /// Whether the line breaks after it.
    pub breaks: bool,
}

/// Text, complete.
pub type Written = Vec<Segment>;

/// What a reader of a text would miss.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many characters would not be seen.
    pub hidden: usize,
    /// How many of them turn the direction.
    pub direction: usize,
    /// What tag characters spell.
    pub tags: String,
    /// How many of them control a terminal.
    pub terminal: usize,
    /// Words with letters of several scripts, with the code points of those that are few.
    pub mixed: Vec<(String, String)>,
    /// Digits other than 0 to 9, and letters and digits in another dress.
    pub odd_digits: usize,
    /// The most line ends in a row.
    pub line_run: usize,
    /// Whether it begins or ends with a space.
    pub has_edge_space: bool,
    /// Whether it is another sequence of code points than its composed form (NFC).
    pub is_not_normal: bool,
}

/// How quotes and backslashes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As in a string of JSON.
    Value,
    /// As they are, amid prose.
    Prose,
}

/// More words with letters of several scripts are not told.
const MIXED_MAX: usize = 5;
/// A run of more is counted.
const RUN_MAX: usize = 3;
/// A run of more spaces is counted: less indents a line of code.
const SPACES_MAX: usize = 16;
/// More marks on one character are shown as tokens.
const MARKS_MAX: usize = 3;

/// Words of the engine.
#[must_use]
pub fn said(text: impl Into<String>) -> Written {
    vec![Segment { kind: Kind::Text, text: text.into(), breaks: false }]
}

/// `text` as segments.
#[must_use]
pub fn written(text: &str, form: Form) -> Written {
    segments(text, form).0
}

/// `text` amid words of the engine: in quotes, which it cannot close.
#[must_use]
pub fn quoted(text: &str) -> Written {
    let mut parts = said("“");
    for segment in written(text, Form::Value) {
        match segment.text.contains(['“', '”']) {
            false => parts.push(segment),
            true => parts.extend(without_quotes(&segment)),
        }
    }
    parts.extend(said("”"));
    parts
}

fn without_quotes(segment: &Segment) -> Written {
    let mut builder = Builder::default();
    for c in segment.text.chars() {
        match c {
            '“' | '”' => builder.push(Kind::Hidden, token(c), false),
            c => builder.plain.push(c),
        }
    }
    builder.done()
}

/// Several of them as one.
#[must_use]
pub fn joined(parts: impl IntoIterator<Item = Written>) -> Written {
    let mut all: Written = Vec::new();
    for segment in parts.into_iter().flatten() {
        match all.last_mut() {
            Some(last) if last.kind == Kind::Text && segment.kind == Kind::Text && !last.breaks => {
                last.text.push_str(&segment.text);
                last.breaks = segment.breaks;
            }
            _ => all.push(segment),
        }
    }
    all
}

/// `text` as segments, and what a reader of it would miss.
#[must_use]
pub fn segments(text: &str, form: Form) -> (Written, Findings) {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && (form == Form::Prose || !matches!(byte, b'"' | b'\\'));
    let has_edges = text.starts_with(' ') || text.ends_with(' ') || text.contains("                 ");
    if !has_edges && text.bytes().all(is_plain) {
        let parts = if text.is_empty() { Vec::new() } else { said(text) };
        return (parts, Findings::default());
    }
    let edges = if form == Form::Value { edges_of(text) } else { (0, text.len()) };
    let mut walk = walked(text, form, edges);
    walk.findings.is_not_normal = !text.is_ascii() && !is_nfc(text);
    walk.findings.has_edge_space = edges_of(text) != (0, text.len());
    (walk.builder.done(), walk.findings)
}

/// `text` with how long each of `masked` is in the place of what stands there; these are in order.
#[must_use]
pub fn with_masked(text: &str, form: Form, masked: &[Range<usize>]) -> Written {
    if masked.is_empty() {
        return written(text, form);
    }
    let (first, last) = if form == Form::Value { edges_of(text) } else { (0, text.len()) };
    let mut parts = Vec::new();
    let mut at = 0;
    for Range { start, end } in masked {
        let piece = text.get(at..*start).unwrap_or_default();
        parts.push(walked(piece, form, (first.saturating_sub(at), piece.len())).builder.done());
        let hidden = text.get((*start).max(at)..*end).unwrap_or_default().chars().count();
        let token = format!("‹masked: {hidden} {}›", if hidden == 1 { "character" } else { "characters" });
        parts.push(vec![Segment { kind: Kind::Hidden, text: token, breaks: false }]);
        at = at.max(*end);
    }
    let piece = text.get(at..).unwrap_or_default();
    parts.push(walked(piece, form, (0, last.saturating_sub(at))).builder.done());
    joined(parts)
}

fn walked(text: &str, form: Form, edges: (usize, usize)) -> Walk {
    let mut walk = Walk { form, edges, builder: Builder::default(), findings: Findings::default(), marks: MARKS_MAX };
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        at += if is_of_word(c) { walk.word(rest) } else { walk.other(c, rest, at) };
    }
    walk
}

/// Where the text between its first and last character that is no space begins and ends.
fn edges_of(text: &str) -> (usize, usize) {
    let is_space = |c: char| c == ' ' || c == '\t';
    let start = text.len() - text.trim_start_matches(is_space).len();
    (start, text.trim_end_matches(is_space).len().max(start))
}

#[derive(Default)]
struct Builder {
    done: Written,
    plain: String,
    /// Whether anything but space stands in this line.
    has_ink: bool,
}

impl Builder {
    fn push(&mut self, kind: Kind, text: String, breaks: bool) {
        self.flush();
        self.done.push(Segment { kind, text, breaks });
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            let text = std::mem::take(&mut self.plain);
            self.done.push(Segment { kind: Kind::Text, text, breaks: false });
        }
    }

    fn done(mut self) -> Written {
        self.flush();
        self.done
    }
}

struct Walk {
    form: Form,
    edges: (usize, usize),
    builder: Builder,
    findings: Findings,
    /// How many marks stand on the last character; as many as may if there is none.
    marks: usize,
}

impl Walk {
    /// Takes the word that `rest` begins with; how long it is.
    fn word(&mut self, rest: &str) -> usize {
        let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or(rest);
        self.builder.has_ink = true;
        let own = mixed_with(word);
        let mut codes: Vec<String> = Vec::new();
        for c in word.chars() {
            let is_foreign = own.is_some_and(|own| is_foreign(c, own));
            if is_foreign && !codes.contains(&code_point(c)) {
                codes.push(code_point(c));
            }
            self.of_word(c, is_foreign);
        }
        if !codes.is_empty() && self.findings.mixed.len() < MIXED_MAX {
            self.findings.mixed.push((word.to_owned(), codes.join(", ")));
        }
        word.len()
    }

    fn of_word(&mut self, c: char, is_foreign: bool) {
        match look(c) {
            Look::Mark if self.marks < MARKS_MAX => {
                self.marks += 1;
                self.builder.plain.push(c);
                return;
            }
            // On nothing, or one too many.
            Look::Mark => {
                self.findings.hidden += 1;
                self.builder.push(Kind::Hidden, token(c), false);
                return;
            }
            Look::Dressed | Look::OddDigit => {
                self.findings.odd_digits += 1;
                self.builder.push(Kind::Foreign, format!("{c}{}", token(c)), false);
            }
            Look::Hidden | Look::Direction | Look::Tag | Look::Terminal => {
                self.findings.hidden += 1;
                self.builder.push(Kind::Hidden, token(c), false);
                self.marks = MARKS_MAX;
                return;
            }
            Look::Plain | Look::Escaped(_) if is_foreign => {
                self.builder.push(Kind::Foreign, format!("{c}{}", token(c)), false);
            }
            Look::Plain | Look::Escaped(_) => self.builder.plain.push(c),
        }
        self.marks = if self.builder.plain.is_empty() { MARKS_MAX } else { 0 };
    }

    /// Takes `c`, of no word, or the run of it that `rest`, which begins at `at`, begins with; how long that is.
    fn other(&mut self, c: char, rest: &str, at: usize) -> usize {
        if let Some(count) = pairs(rest) {
            self.lines(format!("\\r⏎×{count}"), count);
            return 2 * count;
        }
        let is_quote = self.form == Form::Prose && matches!(c, '"' | '\\');
        if is_quote || c != ' ' && look(c) == Look::Plain {
            return self.plain(c);
        }
        let run = rest.chars().take_while(|other| *other == c).count();
        let taken = match (look(c), c) {
            (Look::Escaped(escape), _) => self.escaped(c, escape, run),
            (Look::Plain, ' ') if at < self.edges.0 || at >= self.edges.1 => self.hidden(c, run),
            (Look::Plain, ' ') if run > SPACES_MAX => {
                self.builder.push(Kind::Escape, format!("␠×{run}"), false);
                run
            }
            (Look::Plain, _) => return self.plain(c),
            (Look::Mark | Look::Dressed | Look::OddDigit, _) => {
                self.of_word(c, false);
                return c.len_utf8();
            }
            (found @ (Look::Hidden | Look::Direction | Look::Tag | Look::Terminal), _) => {
                self.count(found, c, run);
                self.hidden(c, run)
            }
        };
        self.marks = MARKS_MAX;
        taken * c.len_utf8()
    }

    fn plain(&mut self, c: char) -> usize {
        self.builder.has_ink |= c != ' ';
        self.builder.plain.push(c);
        self.marks = 0;
        c.len_utf8()
    }

    fn count(&mut self, found: Look, c: char, run: usize) {
        let Findings { hidden, direction, tags, terminal, .. } = &mut self.findings;
        match found {
            Look::Direction => *direction += run,
            Look::Tag => tags.extend(tag_letter(c).into_iter().cycle().take(run)),
            Look::Terminal => *terminal += run,
            Look::Hidden | Look::Plain | Look::Escaped(_) | Look::Dressed | Look::OddDigit | Look::Mark => {}
        }
        *hidden += run;
    }

    fn hidden(&mut self, c: char, run: usize) -> usize {
        let text = characters::token(c);
        if run > RUN_MAX {
            self.builder.push(Kind::Hidden, format!("{text}×{run}"), false);
        } else {
            (0..run).for_each(|_| self.builder.push(Kind::Hidden, text.clone(), false));
        }
        run
    }

    fn escaped(&mut self, c: char, escape: &str, run: usize) -> usize {
        if c == '\n' {
            self.lines(if run > RUN_MAX { format!("⏎×{run}") } else { escape.repeat(run) }, run);
            return run;
        }
        self.builder.has_ink |= matches!(c, '"' | '\\');
        if run > RUN_MAX {
            self.builder.push(Kind::Escape, format!("{escape}×{run}"), false);
        } else {
            self.builder.push(Kind::Escape, escape.repeat(run), false);
        }
        run
    }

    /// Takes line ends. After an empty line the next does not break: so nothing is pushed out of sight.
    fn lines(&mut self, text: String, count: usize) {
        let breaks = std::mem::take(&mut self.builder.has_ink);
        self.findings.line_run = self.findings.line_run.max(count);
        self.builder.push(Kind::Escape, text, breaks);
        self.marks = MARKS_MAX;
    }
}

/// How many line ends of carriage return and line feed `rest` begins with, if they are a run.
fn pairs(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let count = bytes.chunks_exact(2).take_while(|pair| *pair == b"\r\n").count();
    (count > RUN_MAX).then_some(count)
}
