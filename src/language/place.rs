//! Where in a policy a place of its text is, also if the text is unfinished.
//!
//! A mark is put in place of the word at the cursor, and the parser says where it finds it: as a key, or as a value.

use crate::text::diagnostic::Problems;
use crate::text::span::Span;
use crate::text::yaml::{Limits, Node, NodeValue, parse};
use crate::value::field::Step;

/// What is put in place of the word; no policy says so.
const MARK: &str = "countersign-cursor-8d41c6";

/// What the word at a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// A key of a map.
    Key,
    /// A value, or an item of a list.
    Value,
}

/// A place in a policy.
#[derive(Debug)]
pub(super) struct Place {
    /// The policy with the mark in it, as far as it can be read.
    pub(super) root: Node,
    /// The way to the map whose key, or to the value that stands at the place.
    pub(super) way: Vec<Step>,
    pub(super) slot: Slot,
    /// The other keys of that map.
    pub(super) written: Vec<String>,
    /// Whether it stands in brackets.
    pub(super) is_flow: bool,
}

/// The word at the cursor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// The word with its quotes.
    pub(super) span: Span,
    /// Whether it is in quotes.
    pub(super) is_quoted: bool,
    /// Whether a colon follows, so that it is a key already.
    pub(super) has_colon: bool,
    /// Whether nothing follows on its line that it would be put in front of: only what ends a key or a value.
    pub(super) is_last: bool,
    /// Whether a colon stands directly before it, where YAML wants a space.
    pub(super) wants_space: bool,
    /// The column of the first character of its line that is neither a space nor the dash of a list, in bytes.
    pub(super) column: usize,
}

/// The word at `offset` of `text`, in bytes; an empty one where there is none.
pub(super) fn word_at(text: &str, offset: usize) -> Word {
    let offset = floor(text, offset);
    let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
    let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let head = before.get(line..).unwrap_or_default();
    let column = head.find(|c| c != ' ' && c != '-').unwrap_or(head.len());
    let (start, end, is_quoted) = match open_quote(head) {
        Some((at, quote)) => {
            let rest = after.find([quote, '\n', '\r']).unwrap_or(after.len());
            let closes = after.get(rest..).is_some_and(|rest| rest.starts_with(quote));
            (line + at, offset + rest + usize::from(closes), true)
        }
        None => {
            let start =
                head.char_indices().rev().take_while(|(_, c)| is_of_word(*c)).last().map_or(head.len(), |(at, _)| at);
            let length = after.find(|c| !is_of_word(c)).unwrap_or(after.len());
            (line + start, offset + length, false)
        }
    };
    let rest = text.get(end..).unwrap_or_default();
    let wants_space = text.get(..start).is_some_and(|before| before.ends_with(':'));
    let follows = rest.trim_start_matches([' ', '\t']);
    let is_last = follows.is_empty() || follows.starts_with(['\n', '\r', '#', ':', ',', '}', ']']);
    // Nor does a new line get between a key and what is written below it.
    let is_last = is_last && (start < end || !is_above_deeper(follows, head.len()));
    Word { span: Span::new(start, end), is_quoted, is_last, has_colon: rest.starts_with(':'), wants_space, column }
}

/// Where the word is, read as each thing that it could be: a key first.
pub(super) fn places(text: &str, word: &Word, limits: Limits) -> Vec<Place> {
    let Some((before, after)) = text.get(..word.span.start).zip(text.get(word.span.end..)) else { return Vec::new() };
    let space = if word.wants_space { " " } else { "" };
    let key = if word.has_colon { String::new() } else { ": 0".to_owned() };
    let forms = [(Slot::Key, format!("{space}{MARK}{key}")), (Slot::Value, format!("{space}{MARK}"))];
    let read = |(slot, form): &(Slot, String)| {
        // What follows may be anything while somebody types; if it is in the way, it is left out.
        let whole = place(&format!("{before}{form}{after}"), *slot, limits);
        whole.or_else(|| {
            let cut = format!("{before}{form}");
            place(&cut, *slot, limits).or_else(|| place(&format!("{cut}{}", closers(before)), *slot, limits))
        })
    };
    forms.iter().filter_map(read).collect()
}

/// The tree of `text`, as far as it can be read.
pub(super) fn tree(text: &str, limits: Limits) -> Option<Node> {
    parse(text, limits, &mut Problems::default())
}

fn place(text: &str, slot: Slot, limits: Limits) -> Option<Place> {
    let mut root = tree(text, limits)?;
    let mut way = Vec::new();
    let found = find(&root, text, &mut way, false).filter(|found| found.slot == slot)?;
    unmark(&mut root);
    Some(Place { root, way, ..found })
}

/// Takes the mark out: it is no name of anything.
fn unmark(node: &mut Node) {
    match &mut node.value {
        NodeValue::Text(text) if text == MARK => node.value = NodeValue::Null,
        NodeValue::Map(entries) => {
            entries.retain(|entry| entry.key != MARK);
            entries.iter_mut().for_each(|entry| unmark(&mut entry.value));
        }
        NodeValue::List(items) => items.iter_mut().for_each(unmark),
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => {}
    }
}

/// Where the mark is below `node`; `way` becomes the way to it.
fn find(node: &Node, text: &str, way: &mut Vec<Step>, is_flow: bool) -> Option<Place> {
    let is_flow = is_flow || text.get(node.span.start..).is_some_and(|rest| rest.starts_with(['{', '[']));
    let found = |slot, written| {
        let root = Node { span: Span::new(0, 0), value: NodeValue::Null, unfinished: true };
        Some(Place { root, way: Vec::new(), slot, written, is_flow })
    };
    match &node.value {
        NodeValue::Text(text) if text == MARK => found(Slot::Value, Vec::new()),
        NodeValue::Map(entries) => {
            if entries.iter().any(|entry| entry.key == MARK) {
                let others = entries.iter().filter(|entry| entry.key != MARK);
                return found(Slot::Key, others.map(|entry| entry.key.clone()).collect());
            }
            entries.iter().find_map(|entry| {
                way.push(Step::Key(entry.key.clone()));
                let found = find(&entry.value, text, way, is_flow);
                if found.is_none() {
                    way.pop();
                }
                found
            })
        }
        NodeValue::List(items) => items.iter().enumerate().find_map(|(at, item)| {
            way.push(Step::Index(at));
            let found = find(item, text, way, is_flow);
            if found.is_none() {
                way.pop();
            }
            found
        }),
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => None,
    }
}

/// Where the quote begins, and which one, in which the end of `head`, the beginning of a line, stands.
fn open_quote(head: &str) -> Option<(usize, char)> {
    let mut open: Option<(usize, char)> = None;
    let mut before = ' ';
    let mut is_escaped = false;
    for (at, c) in head.char_indices() {
        match open {
            Some((_, quote)) if c == quote && !is_escaped => open = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') && (before.is_whitespace() || matches!(before, '[' | '{' | ',' | ':')) => {
                open = Some((at, c));
            }
            None => {}
        }
        is_escaped = c == '\\' && !is_escaped;
        before = c;
    }
    open
}

/// The brackets that would close what is open at the end of `before`: of a text that may be unfinished, the likeliest.
fn closers(before: &str) -> String {
    let mut open = Vec::new();
    for line in before.lines() {
        let mut quote: Option<char> = None;
        let mut last = ' ';
        for c in line.chars() {
            match quote {
                Some(q) if c == q => quote = None,
                Some(_) => {}
                None if c == '#' && last.is_whitespace() => break,
                None => match c {
                    '"' | '\'' if !last.is_alphanumeric() => quote = Some(c),
                    '[' => open.push(']'),
                    '{' => open.push('}'),
                    ']' | '}' if open.last() == Some(&c) => drop(open.pop()),
                    _ => {}
                },
            }
            last = c;
        }
    }
    open.iter().rev().collect()
}

/// Whether the next line of `rest` that says anything is indented by more than `column`.
fn is_above_deeper(rest: &str, column: usize) -> bool {
    let mut lines = rest.lines().skip(1).filter(|line| !matches!(line.trim_start().chars().next(), None | Some('#')));
    lines.next().is_some_and(|line| line.len() - line.trim_start_matches(' ').len() > column)
}

fn is_of_word(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, ',' | '[' | ']' | '{' | '}' | '"' | '\'' | ':' | '#')
}

/// `offset`, or where the character begins inside which it lies; the end of `text` if it lies beyond.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
