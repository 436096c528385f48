//! A command's text, split into words as a shell does, where that is beyond question.
//!
//! What is recognised means the same to sh, bash, dash, ksh and BusyBox, and to zsh as it comes, whether they read it
//! from `-c`, from a script or as a line that is typed. Everything else is refused, each with a reason of its own.

use std::iter::Peekable;
use std::ops::Range;
use std::str::Chars;

const NO_COMMAND: &str = "there is no command";
const EMPTY: &str = "a command between two operators is empty";
const NUL: &str = "there is a NUL character";
const CARRIAGE_RETURN: &str = "there is a carriage return";
const NEWLINE: &str = "a line break outside quotes starts another command";
const CONTINUATION: &str = "a backslash joins two lines";
const CONTROL: &str = "there is a control character, such as a tab";
const NOT_ASCII: &str = "a character outside quotes is not ASCII";
const UNCLOSED: &str = "a quote is not closed";
const LAST_BACKSLASH: &str = "a backslash is the last character";
const BACKSLASH: &str = "a backslash outside quotes is not before a space or an ASCII sign";
const EXPANSION: &str = "a `$` that is not quoted by `'` or a backslash is an expansion";
const SUBSTITUTION: &str = "a backtick that is not quoted by `'` or a backslash is a substitution";
const HISTORY: &str = "a `!` or `^` here can bring back an earlier command";
const HERE_DOCUMENT: &str = "`<<` takes input from the text";
const REDIRECTION: &str = "`<` or `>` redirects";
const BACKGROUND: &str = "a single `&` runs a command in the background";
const GROUP: &str = "a parenthesis outside quotes groups commands or defines a function";
const BRACE: &str = "a brace outside quotes groups commands or expands";
const FILE_NAMES: &str = "`*`, `?`, `[` or `]` outside quotes stands for file names";
const HOME: &str = "a `~` here can be a home directory";
const COMMENT: &str = "a `#` here starts a comment";
const EQUALS: &str = "a word starts with `=`, which zsh expands";
const RESERVED: &str = "a reserved word of the shell starts a command";
const ASSIGNMENT: &str = "a variable is set before a command, or a program has `=` in its name";
const PROGRAM: &str = "a program's name is empty or has characters that are not plain ASCII";
const OPTION_PROGRAM: &str = "a command starts with an option where a program belongs";
const SEVERAL: &str = "it is more than one command";

/// Words with a meaning of their own where a program's name belongs, to bash and zsh as well; those with signs are refused by their signs.
const RESERVED_WORDS: [&str; 19] = [
    "case", "coproc", "do", "done", "elif", "else", "end", "esac", "fi", "for", "foreach", "function", "if", "in",
    "select", "then", "until", "while", "repeat",
];

/// Words after quote removal.
pub(super) struct Words {
    /// One behind the other.
    text: String,
    words: Vec<Word>,
    /// The index of a word and where in `text` it has a star, which is no part of it.
    stars: Vec<(usize, usize)>,
    /// How many of the words precede the end of each command.
    ends: Vec<usize>,
}

struct Word {
    /// Where its text is.
    at: Range<usize>,
    quoted: bool,
}

/// Whether a `*` outside quotes is refused, as in a command, or separates pieces of its word, as in a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stars {
    Refused,
    Kept,
}

/// The simple commands of `text`, in order; each has at least a program.
///
/// # Errors
///
/// Why it is not certain what a shell makes of `text`.
pub(super) fn commands(text: &str) -> Result<Words, &'static str> {
    let mut scanner = Scanner::new(text, Stars::Refused);
    scanner.scan()?;
    scanner.end_text()?;
    let words = scanner.done;
    let mut start = 0;
    for &end in &words.ends {
        words.check_program(start)?;
        start = end;
    }
    Ok(words)
}

/// The words of a pattern, which is one simple command with stars, as the pieces between these; there is at least one.
///
/// # Errors
///
/// Why it is none.
pub(super) fn pattern_words(text: &str) -> Result<Vec<Vec<String>>, &'static str> {
    let mut scanner = Scanner::new(text, Stars::Kept);
    scanner.scan()?;
    let words = scanner.done;
    if !words.ends.is_empty() {
        return Err(SEVERAL);
    }
    words.check_program(0)?;
    Ok((0..words.words.len()).map(|index| words.pieces(index)).collect())
}

impl Words {
    /// All words of all commands.
    pub(super) fn all(&self) -> Vec<&str> {
        self.words.iter().map(|word| self.text_of(word)).collect()
    }

    /// The commands among `all` words, each with its program first.
    pub(super) fn commands<'a>(&'a self, all: &'a [&'a str]) -> impl Iterator<Item = &'a [&'a str]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).filter_map(|(start, &end)| all.get(start..end))
    }

    fn text_of(&self, word: &Word) -> &str {
        self.text.get(word.at.clone()).unwrap_or("")
    }

    fn pieces(&self, index: usize) -> Vec<String> {
        let at = self.words.get(index).map_or(0..0, |word| word.at.clone());
        let stars = self.stars.iter().filter(|(word, _)| *word == index).map(|&(_, star)| star);
        let starts = [at.start].into_iter().chain(stars.clone());
        let ends = stars.chain([at.end]);
        starts.zip(ends).map(|(start, end)| self.text.get(start..end).unwrap_or("").to_owned()).collect()
    }

    /// Checks that the word of this index can be a program.
    fn check_program(&self, index: usize) -> Result<(), &'static str> {
        let word = self.words.get(index).ok_or(NO_COMMAND)?;
        let name = self.text_of(word);
        if self.stars.iter().any(|(starred, _)| *starred == index) {
            // Stars are characters of the name too.
            check_name(&self.pieces(index).join("*"))
        } else if !word.quoted && RESERVED_WORDS.contains(&name) {
            Err(RESERVED)
        } else if name.contains("{}") {
            Err(BRACE)
        } else {
            check_name(name)
        }
    }
}

/// Checks that `name` can be the name of a program.
///
/// # Errors
///
/// Why not.
pub(super) fn check_name(name: &str) -> Result<(), &'static str> {
    if name.starts_with('-') {
        Err(OPTION_PROGRAM)
    } else if name.contains('=') {
        Err(ASSIGNMENT)
    } else if name.is_empty() || !name.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        Err(PROGRAM)
    } else {
        Ok(())
    }
}

struct Scanner<'a> {
    rest: Peekable<Chars<'a>>,
    stars: Stars,
    done: Words,
    /// The word so far, if one has begun.
    word: Option<Word>,
    /// The character just before in the same word, if it is not quoted.
    before: Option<char>,
    /// Whether a quoted line break has been passed.
    lines: bool,
    /// Whether an operator without a command before it has been passed.
    empty: bool,
    /// Whether the last operator is one after which there may be nothing.
    may_end: bool,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, stars: Stars) -> Self {
        let done =
            Words { text: String::with_capacity(text.len()), words: Vec::new(), stars: Vec::new(), ends: Vec::new() };
        let rest = text.chars().peekable();
        Self { rest, stars, done, word: None, before: None, lines: false, empty: false, may_end: false }
    }

    fn scan(&mut self) -> Result<(), &'static str> {
        while let Some(c) = self.rest.next() {
            self.unquoted(c)?;
        }
        self.end_word();
        Ok(())
    }

    fn unquoted(&mut self, c: char) -> Result<(), &'static str> {
        match c {
            ' ' => self.end_word(),
            '\'' => self.single_quoted()?,
            '"' => self.double_quoted()?,
            '\\' => self.escaped()?,
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '.' | '/' | ':' | ',' | '@' | '%' | '+' => self.plain(c),
            '=' | '#' | '^' if self.has_text() => self.plain(c),
            // After `=` and `:` bash expands it, as in assignments.
            '~' if self.before.is_some_and(|before| !matches!(before, '=' | ':')) => self.plain(c),
            '*' if self.stars == Stars::Kept => {
                self.word();
                self.done.stars.push((self.done.words.len(), self.done.text.len()));
                self.before = Some(c);
            }
            // Shells leave `{}` as it is; `find` and `xargs` read it.
            '{' if self.rest.next_if_eq(&'}').is_some() => {
                self.plain('{');
                self.plain('}');
            }
            ';' => self.operator(true),
            '&' | '|' if self.rest.next_if_eq(&c).is_some() => self.operator(false),
            '|' => self.operator(false),
            other => return Err(self.refusal(other)),
        }
        Ok(())
    }

    /// Why `c` is not recognised outside quotes.
    fn refusal(&mut self, c: char) -> &'static str {
        match c {
            '\0' => NUL,
            '\r' => CARRIAGE_RETURN,
            '\n' => NEWLINE,
            '$' => EXPANSION,
            '`' => SUBSTITUTION,
            '!' | '^' => HISTORY,
            '<' if self.rest.peek() == Some(&'<') => HERE_DOCUMENT,
            '<' | '>' => REDIRECTION,
            '&' => BACKGROUND,
            '(' | ')' => GROUP,
            '{' | '}' => BRACE,
            '*' | '?' | '[' | ']' => FILE_NAMES,
            '~' => HOME,
            '#' => COMMENT,
            '=' => EQUALS,
            c if c.is_control() => CONTROL,
            _ => NOT_ASCII,
        }
    }

    fn single_quoted(&mut self) -> Result<(), &'static str> {
        self.begin_quoted();
        loop {
            match self.rest.next().ok_or(UNCLOSED)? {
                '\'' => return Ok(()),
                // A shell that is typed to looks for these line by line, and older ones forget the quote.
                '!' if self.lines => return Err(HISTORY),
                c => self.quoted(c)?,
            }
        }
    }

    fn double_quoted(&mut self) -> Result<(), &'static str> {
        self.begin_quoted();
        loop {
            match self.rest.next().ok_or(UNCLOSED)? {
                '"' => return Ok(()),
                '$' => return Err(EXPANSION),
                '`' => return Err(SUBSTITUTION),
                '!' => return Err(HISTORY),
                '\\' => match self.rest.next_if(|next| matches!(next, '$' | '`' | '"' | '\\' | '\n')) {
                    Some('\n') => return Err(CONTINUATION),
                    Some(escaped) => self.quoted(escaped)?,
                    None => self.quoted('\\')?,
                },
                c => self.quoted(c)?,
            }
        }
    }

    /// The character after a backslash outside quotes. Before a letter or digit it would mean only that character, but
    /// nobody writes that who does not mean to hide it, or a Windows path.
    fn escaped(&mut self) -> Result<(), &'static str> {
        match self.rest.next() {
            None => Err(LAST_BACKSLASH),
            Some('\n') => Err(CONTINUATION),
            Some(c) if c == ' ' || c.is_ascii_punctuation() => {
                self.begin_quoted();
                self.quoted(c)
            }
            Some(_) => Err(BACKSLASH),
        }
    }

    fn begin_quoted(&mut self) {
        self.word().quoted = true;
        self.before = None;
    }

    fn quoted(&mut self, c: char) -> Result<(), &'static str> {
        match c {
            '\n' if self.rest.peek() == Some(&'^') => return Err(HISTORY),
            '\n' => self.lines = true,
            '\0' => return Err(NUL),
            '\r' => return Err(CARRIAGE_RETURN),
            c if c.is_control() => return Err(CONTROL),
            _ => {}
        }
        self.push(c);
        Ok(())
    }

    fn plain(&mut self, c: char) {
        self.push(c);
        self.before = Some(c);
    }

    fn push(&mut self, c: char) {
        self.word();
        self.done.text.push(c);
    }

    fn word(&mut self) -> &mut Word {
        let start = self.done.text.len();
        self.word.get_or_insert(Word { at: start..start, quoted: false })
    }

    /// Whether the word has text: zsh expands `''=x` too.
    fn has_text(&self) -> bool {
        let has_star = || self.done.stars.last().is_some_and(|(index, _)| *index == self.done.words.len());
        self.word.as_ref().is_some_and(|word| word.at.start < self.done.text.len() || has_star())
    }

    fn end_word(&mut self) {
        self.before = None;
        if let Some(mut word) = self.word.take() {
            word.at.end = self.done.text.len();
            self.done.words.push(word);
        }
    }

    fn operator(&mut self, may_end: bool) {
        self.end_word();
        self.empty |= !self.has_words();
        self.may_end = may_end;
        self.done.ends.push(self.done.words.len());
    }

    /// Whether there are words behind the last operator.
    fn has_words(&self) -> bool {
        self.done.ends.last().copied().unwrap_or(0) < self.done.words.len()
    }

    /// Ends the last command, and checks that none is empty.
    fn end_text(&mut self) -> Result<(), &'static str> {
        if self.has_words() {
            self.done.ends.push(self.done.words.len());
        } else if self.done.ends.is_empty() {
            return Err(NO_COMMAND);
        } else if !self.may_end {
            return Err(EMPTY);
        }
        if self.empty { Err(EMPTY) } else { Ok(()) }
    }
}
