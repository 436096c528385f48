//! A text that a regular expression matches.

use std::iter::Peekable;
use std::str::Chars;

use crate::matcher::regex::Regex;

/// How deep groups may nest.
const DEPTH_MAX: usize = 20;

/// The most of one character that a count makes.
const TIMES_MAX: usize = 200;

/// The longest text that is made.
const TEXT_MAX: usize = 2_000;

/// Some texts that `regex` matches, each found by going through it once; none if it is written in a way that is not
/// understood here.
pub(super) fn text_for(regex: &Regex) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for choice in 0..4 {
        let mut sampler = Sampler { chars: regex.as_str().chars().peekable(), choice };
        let text = sampler.alternatives(0).filter(|_| sampler.chars.peek().is_none());
        if let Some(text) = text.filter(|text| text.len() <= TEXT_MAX && regex.matches(text) && !found.contains(text)) {
            found.push(text);
        }
    }
    found
}

struct Sampler<'a> {
    chars: Peekable<Chars<'a>>,
    /// Which of several alternatives is taken, and whether what may be left out is.
    choice: usize,
}

impl Sampler<'_> {
    fn alternatives(&mut self, depth: usize) -> Option<String> {
        let mut all = vec![self.sequence(depth)?];
        while self.chars.next_if_eq(&'|').is_some() {
            all.push(self.sequence(depth)?);
        }
        let at = self.choice % all.len();
        Some(all.swap_remove(at))
    }

    fn sequence(&mut self, depth: usize) -> Option<String> {
        let mut text = String::new();
        while let Some(next) = self.chars.peek().copied().filter(|next| !matches!(next, '|' | ')')) {
            self.chars.next();
            let atom = self.atom(next, depth)?;
            let times = self.times()?;
            if atom.len().saturating_mul(times) + text.len() > TEXT_MAX {
                return None;
            }
            text.push_str(&atom.repeat(times));
        }
        Some(text)
    }

    fn atom(&mut self, first: char, depth: usize) -> Option<String> {
        match first {
            '(' if depth < DEPTH_MAX => {
                self.group_begin()?;
                let inside = self.alternatives(depth + 1)?;
                self.chars.next_if_eq(&')').map(|_| inside)
            }
            '[' => self.class().map(String::from),
            '.' => Some("x".to_owned()),
            '^' | '$' => Some(String::new()),
            '\\' => self.escape(),
            '(' | '*' | '+' | '?' | '{' => None,
            plain => Some(plain.to_string()),
        }
    }

    /// Passes what follows the bracket of a group that is not counted, or has flags or a name.
    fn group_begin(&mut self) -> Option<()> {
        if self.chars.next_if_eq(&'?').is_none() {
            return Some(());
        }
        let ends = |c: char| matches!(c, ':' | '>');
        while let Some(c) = self.chars.next_if(|c| !ends(*c) && *c != ')') {
            if matches!(c, '=' | '!') {
                return None;
            }
        }
        // Flags alone, as in `(?i)`, are an empty group.
        if self.chars.peek() != Some(&')') {
            self.chars.next();
        }
        Some(())
    }

    fn escape(&mut self) -> Option<String> {
        let text = match self.chars.next()? {
            'd' => "1",
            'w' | 'D' | 'S' => "x",
            's' | 'W' => " ",
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'A' | 'z' | 'b' => "",
            c if c.is_ascii_alphanumeric() => return None,
            c => return Some(c.to_string()),
        };
        Some(text.to_owned())
    }

    /// A character of the class whose bracket was just read.
    fn class(&mut self) -> Option<char> {
        let negated = self.chars.next_if_eq(&'^').is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut is_first = true;
        loop {
            let c = self.chars.next()?;
            let low = match c {
                ']' if !is_first => break,
                '[' => return None,
                '\\' => self.escape()?.chars().next()?,
                c => c,
            };
            is_first = false;
            let mut ahead = self.chars.clone();
            let is_range = ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']');
            if is_range {
                self.chars.next();
                let high = self.chars.next()?;
                let high = if high == '\\' { self.escape()?.chars().next()? } else { high };
                ranges.push((low, high));
            } else {
                ranges.push((low, low));
            }
        }
        let has = |c: char| ranges.iter().any(|(low, high)| (*low..=*high).contains(&c));
        if negated {
            return "x1-_ .A".chars().find(|c| !has(*c));
        }
        let at = self.choice % ranges.len().max(1);
        ranges.get(at).map(|(low, high)| if self.choice.is_multiple_of(2) { *low } else { *high })
    }

    /// How often what was just read stands there.
    fn times(&mut self) -> Option<usize> {
        let (least, most) = match self.chars.peek() {
            Some('*') => (0, 1),
            Some('+') => (1, 2),
            Some('?') => (0, 1),
            Some('{') => return self.counted(),
            _ => return Some(1),
        };
        self.chars.next();
        self.chars.next_if_eq(&'?');
        Some(if self.choice < 2 {
            1
        } else if self.choice == 2 {
            least
        } else {
            most
        })
    }

    fn counted(&mut self) -> Option<usize> {
        self.chars.next();
        let mut digits = String::new();
        while let Some(digit) = self.chars.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        while self.chars.next_if(|c| c.is_ascii_digit() || *c == ',').is_some() {}
        self.chars.next_if_eq(&'}')?;
        self.chars.next_if_eq(&'?');
        digits.parse().ok().filter(|times| *times <= TIMES_MAX)
    }
}
