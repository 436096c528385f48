//! A command's text, split into words as a shell does, where that is beyond question.
//!
//! What is recognised means the same to sh, bash, dash, ksh and BusyBox, and to zsh as it comes, whether they read it
//! from `-c`, from a script or as a line that is typed. Everything else is refused, each with a reason of its own.

use std::iter::Peekable;
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

/// One word, after quote removal.
#[derive(Debug)]
pub(super) struct Word {
    /// Its text; with stars, the pieces between them.
    pub(super) pieces: Vec<String>,
    quoted: bool,
}

/// Whether a `*` outside quotes is refused, as in a command, or separates pieces of its word, as in a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stars {
    Refused,
    Kept,
}

enum Token {
    Word(Word),
    /// `;`, after which there may be nothing.
    Semicolon,
    /// `&&`, `||` or `|`.
    Connection,
}

/// The simple commands of `text`, in order; each has at least a program.
///
/// # Errors
///
/// Why it is not certain what a shell makes of `text`.
pub(super) fn commands(text: &str) -> Result<Vec<Vec<String>>, &'static str> {
    let mut done = Vec::new();
    let mut command: Vec<Word> = Vec::new();
    let mut may_end = false;
    for token in tokens(text, Stars::Refused)? {
        if let Token::Word(word) = token {
            command.push(word);
            continue;
        }
        may_end = matches!(token, Token::Semicolon);
        if command.is_empty() {
            return Err(EMPTY);
        }
        done.push(std::mem::take(&mut command));
    }
    match (command.is_empty(), done.is_empty()) {
        (true, true) => return Err(NO_COMMAND),
        (true, false) if !may_end => return Err(EMPTY),
        (true, false) => {}
        (false, _) => done.push(command),
    }
    done.into_iter().map(plain_words).collect()
}

/// The words of a pattern, which is one simple command with stars; there is at least one.
///
/// # Errors
///
/// Why it is none.
pub(super) fn pattern_words(text: &str) -> Result<Vec<Word>, &'static str> {
    let mut words = Vec::new();
    for token in tokens(text, Stars::Kept)? {
        match token {
            Token::Word(word) => words.push(word),
            Token::Semicolon | Token::Connection => return Err(SEVERAL),
        }
    }
    check_program(words.first().ok_or(NO_COMMAND)?)?;
    Ok(words)
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

fn check_program(word: &Word) -> Result<(), &'static str> {
    match word.pieces.as_slice() {
        [name] if !word.quoted && RESERVED_WORDS.contains(&name.as_str()) => Err(RESERVED),
        [name] if name.contains("{}") => Err(BRACE),
        [name] => check_name(name),
        // Stars are characters of the name too.
        pieces => check_name(&pieces.join("*")),
    }
}

fn plain_words(words: Vec<Word>) -> Result<Vec<String>, &'static str> {
    check_program(words.first().ok_or(EMPTY)?)?;
    Ok(words.into_iter().map(|word| word.pieces.concat()).collect())
}

fn tokens(text: &str, stars: Stars) -> Result<Vec<Token>, &'static str> {
    let mut scanner =
        Scanner { rest: text.chars().peekable(), stars, tokens: Vec::new(), word: None, before: None, lines: false };
    while let Some(c) = scanner.rest.next() {
        scanner.unquoted(c)?;
    }
    scanner.end_word();
    Ok(scanner.tokens)
}

struct Scanner<'a> {
    rest: Peekable<Chars<'a>>,
    stars: Stars,
    tokens: Vec<Token>,
    /// The word so far, if one has begun.
    word: Option<Word>,
    /// The character just before in the same word, if it is not quoted.
    before: Option<char>,
    /// Whether a quoted line break has been passed.
    lines: bool,
}

impl Scanner<'_> {
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
                self.word().pieces.push(String::new());
                self.before = Some(c);
            }
            // Shells leave `{}` as it is; `find` and `xargs` read it.
            '{' if self.rest.next_if_eq(&'}').is_some() => {
                self.plain('{');
                self.plain('}');
            }
            ';' => self.operator(Token::Semicolon),
            '&' | '|' if self.rest.next_if_eq(&c).is_some() => self.operator(Token::Connection),
            '|' => self.operator(Token::Connection),
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
        if let Some(piece) = self.word().pieces.last_mut() {
            piece.push(c);
        }
    }

    fn word(&mut self) -> &mut Word {
        self.word.get_or_insert_with(|| Word { pieces: vec![String::new()], quoted: false })
    }

    /// Whether the word has text: zsh expands `''=x` too.
    fn has_text(&self) -> bool {
        self.word
            .as_ref()
            .is_some_and(|word| word.pieces.len() > 1 || word.pieces.iter().any(|piece| !piece.is_empty()))
    }

    fn end_word(&mut self) {
        self.before = None;
        if let Some(word) = self.word.take() {
            self.tokens.push(Token::Word(word));
        }
    }

    fn operator(&mut self, operator: Token) {
        self.end_word();
        self.tokens.push(operator);
    }
}
