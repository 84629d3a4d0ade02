//! Where commands are: words, operators, reserved words, and what is open between them.

use std::collections::VecDeque;

use super::sites::{Command, CommandKind, Context, Frame, Lexer, Role, WORD};

/// A stretch of commands: the script, or what stands between `$(` and `)`.
pub(super) struct Code {
    /// Ended by `)`, not by the end of the script.
    paren: bool,
    mode: Mode,
    opens: Vec<Open>,
    /// Here-documents whose bodies begin after this line.
    pub(super) pending: VecDeque<Doc>,
    reading: bool,
    command: Option<usize>,
    pub(super) word: Option<WordState>,
    /// What the next word is.
    role: Role,
    /// Where the current pipeline begins.
    pipe_start: Option<usize>,
    /// Where the pipeline begins whose output the current command reads.
    pub(super) piped: Option<usize>,
    /// The same for a compound command around this one.
    pub(super) inherited: Option<usize>,
    pub(super) parent: Option<(usize, usize)>,
}

/// How the words of a stretch are separated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Commands,
    Array,
    Condition,
}

/// A word that is being read.
pub(super) struct WordState {
    pub(super) text: Vec<u8>,
    pub(super) quoted: bool,
    pub(super) role: Role,
}

impl WordState {
    /// Adds a byte, unless the word is longer than any that matters.
    pub(super) fn add(&mut self, byte: u8) {
        if self.text.len() < WORD {
            self.text.push(byte);
        }
    }
}

/// A here-document whose body has not come yet.
pub(super) struct Doc {
    pub(super) delimiter: Vec<u8>,
    pub(super) strip: bool,
    pub(super) quoted: bool,
    pub(super) command: usize,
}

/// A compound command that is open, with what to return to after it.
struct Open {
    kind: OpenKind,
    pipe_start: Option<usize>,
    piped: Option<usize>,
    inherited: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OpenKind {
    Paren,
    Brace,
    If,
    Loop,
    CaseWord,
    CasePattern,
    CaseBody,
}

impl Code {
    pub(super) fn new(paren: bool, mode: Mode) -> Self {
        Self {
            paren,
            mode,
            opens: Vec::new(),
            pending: VecDeque::new(),
            reading: false,
            command: None,
            word: None,
            role: Role::Word,
            pipe_start: None,
            piped: None,
            inherited: None,
            parent: None,
        }
    }

    /// The current word, begun if there is none.
    pub(super) fn word(&mut self) -> &mut WordState {
        let role = self.role;
        if self.word.is_none() {
            self.role = Role::Word;
        }
        self.word.get_or_insert_with(|| WordState {
            text: Vec::new(),
            quoted: false,
            role,
        })
    }

    fn top(&self) -> Option<OpenKind> {
        self.opens.last().map(|o| o.kind)
    }

    fn open(&mut self, kind: OpenKind, at: usize) {
        let pipe_start = Some(self.pipe_start.unwrap_or(at));
        self.opens.push(Open {
            kind,
            pipe_start,
            piped: self.piped,
            inherited: self.inherited,
        });
        self.inherited = self.piped.or(self.inherited);
        (self.pipe_start, self.piped, self.command) = (None, None, None);
    }

    /// Closes the innermost compound command if it is of one of `kinds`.
    fn close(&mut self, kinds: &[OpenKind]) -> bool {
        if !self.top().is_some_and(|k| kinds.contains(&k)) {
            return false;
        }
        if let Some(open) = self.opens.pop() {
            (self.pipe_start, self.piped, self.inherited) =
                (open.pipe_start, open.piped, open.inherited);
        }
        self.command = None;
        true
    }

    fn set_top(&mut self, kind: OpenKind) {
        if let Some(open) = self.opens.last_mut() {
            open.kind = kind;
        }
    }

    /// After `;`, `&`, a line break, `&&` or `||`.
    fn separate(&mut self) {
        (self.command, self.pipe_start, self.piped, self.role) = (None, None, None, Role::Word);
    }
}

impl Lexer<'_> {
    fn code(&mut self) -> &mut Code {
        match self.frames.last_mut() {
            Some(Frame::Code(code)) => code,
            _ => unreachable!("called only while the innermost frame is code"),
        }
    }

    /// The command that the code at `index` of the stack is in, begun if there is none.
    pub(super) fn command_of(&mut self, index: usize) -> usize {
        let Some(Frame::Code(code)) = self.frames.get_mut(index) else {
            return 0;
        };
        if let Some(command) = code.command {
            return command;
        }
        let kind = match (code.mode, code.top()) {
            (Mode::Array, _) => CommandKind::Array,
            (Mode::Condition, _) => CommandKind::Condition,
            (Mode::Commands, Some(OpenKind::CasePattern)) => CommandKind::Patterns,
            (Mode::Commands, _) => CommandKind::Simple,
        };
        code.pipe_start.get_or_insert(self.at);
        let piped_from = code.piped.or(code.inherited);
        let command = Command {
            words: Vec::new(),
            parent: code.parent,
            start: self.at,
            piped_from,
            kind,
        };
        code.command = Some(self.out.commands.len());
        self.out.commands.push(command);
        self.out.commands.len() - 1
    }

    /// Whether a here-document of an outer stretch still waits for its body.
    pub(super) fn outer_waits(&self) -> bool {
        let outer = &self.frames[..self.frames.len() - 1];
        outer
            .iter()
            .any(|f| matches!(f, Frame::Code(code) if !code.pending.is_empty() && !code.reading))
    }

    pub(super) fn step_code(&mut self) {
        if self.code().reading {
            match self.code().pending.pop_front() {
                Some(doc) => return self.body(&doc),
                None => self.code().reading = false,
            }
        }
        let byte = self.src[self.at];
        match byte {
            b' ' | b'\t' => {
                self.end_word();
                self.at += 1;
            }
            b'\n' => self.newline(),
            b'#' if self.code().word.is_none() => self.comment(),
            b'\\' if self.peek(1) == Some(b'\n') => self.at += 2,
            b'\\' => {
                self.code().word().quoted = true;
                self.backslash();
            }
            b'\'' => {
                self.code().word().quoted = true;
                self.single();
            }
            b'"' => {
                self.code().word().quoted = true;
                self.frames.push(Frame::Double);
                self.at += 1;
            }
            b'`' => self.backquotes(),
            b'$' => self.dollar(false),
            b'<' | b'>' => self.angle(),
            b'(' | b')' | b'&' | b'|' | b';' => match self.code().mode {
                Mode::Commands => self.operator(),
                Mode::Array => self.array_end(),
                Mode::Condition => self.in_condition(),
            },
            byte => self.literal(byte),
        }
    }

    fn literal(&mut self, byte: u8) {
        let code = self.code();
        let fresh = code.word.is_none() && code.command.is_none() && code.role == Role::Word;
        let commands = code.mode == Mode::Commands && code.top() != Some(OpenKind::CasePattern);
        let opens = byte == b'['
            && self.peek(1) == Some(b'[')
            && matches!(self.peek(2), Some(b' ' | b'\t' | b'\n'));
        if fresh && commands && opens {
            let command = self.command_of(self.frames.len() - 1);
            self.out.commands[command].kind = CommandKind::Condition;
            let mut inner = Code::new(false, Mode::Condition);
            inner.command = Some(command);
            self.frames.push(Frame::Code(Box::new(inner)));
            self.at += 2;
            return;
        }
        self.push(byte);
        self.at += 1;
    }

    fn newline(&mut self) {
        self.end_word();
        // The word may have closed a condition.
        if self.outer_waits() {
            return self.lose(self.at);
        }
        self.at += 1;
        let code = self.code();
        // After `|` the next line goes on with the pipeline.
        let goes_on = code.command.is_none() && code.piped.is_some();
        if code.mode == Mode::Commands && code.top() != Some(OpenKind::CaseWord) && !goes_on {
            code.separate();
        }
        code.reading = !code.pending.is_empty();
    }

    fn comment(&mut self) {
        if self.code().mode == Mode::Condition {
            return self.lose(self.at);
        }
        let length = self.src[self.at..self.limit]
            .iter()
            .position(|b| *b == b'\n');
        let end = length.map_or(self.limit, |n| self.at + n);
        self.each(self.at, end, Context::Comment);
    }

    /// `<` and `>`: a placeholder, a redirection, a here-document or a process substitution.
    fn angle(&mut self) {
        if let Some((end, declared)) = self.placeholder(self.at) {
            if declared {
                return self.record(0, end, Context::Bare);
            }
            self.out.undeclared.push((self.at, end));
        }
        let (byte, next) = (self.src[self.at], self.peek(1));
        if next == Some(b'(') {
            self.push(0);
            return self.substitution(2);
        }
        if self.code().mode != Mode::Commands {
            self.push(byte);
            self.at += 1;
            return;
        }
        let digits = self
            .code()
            .word
            .as_ref()
            .is_some_and(|w| !w.quoted && w.text.iter().all(u8::is_ascii_digit));
        if digits {
            self.code().word = None;
        } else {
            self.end_word();
        }
        if byte == b'<' && next == Some(b'<') {
            if self.peek(2) != Some(b'<') {
                return self.here_doc();
            }
            self.code().role = Role::HereString;
            self.at += 3;
            return;
        }
        self.code().role = Role::Redirect;
        let two = matches!(
            (byte, next),
            (b'<', Some(b'&' | b'>')) | (b'>', Some(b'>' | b'&' | b'|'))
        );
        self.at += 1 + usize::from(two);
    }

    fn operator(&mut self) {
        let (byte, next) = (self.src[self.at], self.peek(1));
        match byte {
            b'(' => self.open_paren(),
            b')' => self.close_paren(),
            b'&' if next == Some(b'>') => {
                self.end_word();
                self.code().role = Role::Redirect;
                self.at += if self.peek(2) == Some(b'>') { 3 } else { 2 };
            }
            b'|' if next != Some(b'|') => {
                self.end_word();
                self.at += if next == Some(b'&') { 2 } else { 1 };
                let code = self.code();
                (code.command, code.role) = (None, Role::Word);
                if code.top() != Some(OpenKind::CasePattern) {
                    code.piped = code.pipe_start;
                }
            }
            b';' if matches!(next, Some(b';' | b'&')) => {
                self.end_word();
                let three = self.peek(1) == Some(b';') && self.peek(2) == Some(b'&');
                self.at += if three { 3 } else { 2 };
                self.code().separate();
                match self.code().top() {
                    Some(OpenKind::CaseBody) => self.code().set_top(OpenKind::CasePattern),
                    _ => self.lose(self.at),
                }
            }
            _ => {
                self.end_word();
                self.at += if next == Some(byte) { 2 } else { 1 };
                self.code().separate();
            }
        }
    }

    fn open_paren(&mut self) {
        let closes = self.src[self.at + 1..self.limit]
            .iter()
            .find(|b| !matches!(b, b' ' | b'\t'))
            == Some(&b')');
        if let Some(word) = &self.code().word {
            if word.text.ends_with(b"=") && !word.quoted && word.role == Role::Word {
                return self.array();
            }
            if !closes || word.text.ends_with(b"@") || word.text.ends_with(b"?") {
                return self.lose(self.at);
            }
            self.end_word();
        }
        let code = self.code();
        let top = code.top();
        let Some(command) = code.command else {
            if top == Some(OpenKind::CasePattern) {
                self.at += 1;
            } else if self.peek(1) == Some(b'(') {
                self.frames.push(Frame::Arithmetic { parens: 0 });
                self.at += 2;
            } else {
                let at = self.at;
                self.code().open(OpenKind::Paren, at);
                self.at += 1;
            }
            return;
        };
        let words = &self.out.commands[command].words;
        let named = match words.as_slice() {
            [first] => first != b"for",
            [first, _] => first == b"function",
            _ => false,
        };
        if words.len() == 1 && !named && self.peek(1) == Some(b'(') {
            self.frames.push(Frame::Arithmetic { parens: 0 });
            self.at += 2;
        } else if named && closes {
            self.out.commands[command].kind = CommandKind::Function;
            while self.peek(0) != Some(b')') {
                self.at += 1;
            }
            self.at += 1;
            self.code().separate();
        } else {
            self.lose(self.at);
        }
    }

    /// `name=(`: the elements of an array.
    fn array(&mut self) {
        let outer = self.command_of(self.frames.len() - 1);
        let mut inner = Code::new(true, Mode::Array);
        inner.parent = Some((outer, self.out.commands[outer].words.len()));
        self.push(0);
        self.frames.push(Frame::Code(Box::new(inner)));
        self.at += 1;
    }

    fn array_end(&mut self) {
        if self.src[self.at] != b')' {
            return self.lose(self.at);
        }
        self.end_word();
        self.frames.pop();
        self.at += 1;
    }

    fn in_condition(&mut self) {
        let byte = self.src[self.at];
        if byte == b';' {
            // `]];` ends the condition before the separator is seen.
            self.end_word();
            return if matches!(self.frames.last(), Some(Frame::Code(c)) if c.mode == Mode::Condition)
            {
                self.lose(self.at);
            };
        }
        let ends = self
            .code()
            .word
            .as_ref()
            .is_some_and(|w| w.text == b"]]" && !w.quoted);
        if ends {
            return self.end_word();
        }
        self.push(byte);
        self.at += 1;
    }

    fn close_paren(&mut self) {
        self.end_word();
        let at = self.at;
        self.at += 1;
        let code = self.code();
        if code.top() == Some(OpenKind::CasePattern) {
            code.separate();
            code.set_top(OpenKind::CaseBody);
        } else if code.top() == Some(OpenKind::Paren) {
            code.separate();
            code.close(&[OpenKind::Paren]);
        } else if code.paren && code.opens.is_empty() && code.pending.is_empty() {
            self.frames.pop();
        } else {
            self.lose(at);
        }
    }

    /// Ends the current word and gives it to its command, unless it is a reserved word.
    pub(super) fn end_word(&mut self) {
        let code = self.code();
        let Some(word) = code.word.take() else { return };
        if word.role != Role::Word {
            return;
        }
        let mode = code.mode;
        let first = code
            .command
            .is_none_or(|c| self.out.commands[c].words.is_empty());
        if mode == Mode::Condition && !word.quoted && word.text == b"]]" {
            self.frames.pop();
            return;
        }
        if mode == Mode::Commands && first && !word.quoted && self.reserved(&word.text) {
            return;
        }
        if self.out.lost.is_some() {
            return;
        }
        let command = self.command_of(self.frames.len() - 1);
        let words = &mut self.out.commands[command].words;
        words.push(word.text);
        let third = words.len() == 3 && mode == Mode::Commands;
        if third && words[0] == b"for" && words[2] == b"do" {
            self.code().separate();
        } else if third && words[0] == b"case" && self.code().top() == Some(OpenKind::CaseWord) {
            if self.out.commands[command].words[2] == b"in" {
                self.code().separate();
                self.code().set_top(OpenKind::CasePattern);
            } else {
                self.lose(self.at);
            }
        }
    }

    /// Acts on a word in the place of a command; true when it is used up.
    fn reserved(&mut self, word: &[u8]) -> bool {
        use OpenKind::{Brace, CaseBody, CasePattern, CaseWord, If, Loop};
        let at = self.at;
        let code = self.code();
        if code.top() == Some(CasePattern) {
            return word == b"esac" && code.close(&[CasePattern]);
        }
        let closed = match word {
            b"if" => {
                code.open(If, at);
                true
            }
            b"while" | b"until" => {
                code.open(Loop, at);
                true
            }
            b"{" => {
                code.open(Brace, at);
                true
            }
            b"for" | b"select" => {
                code.open(Loop, at);
                return false;
            }
            b"case" => {
                code.open(CaseWord, at);
                return false;
            }
            b"then" | b"else" | b"elif" | b"do" | b"!" | b"time" => {
                code.command = None;
                true
            }
            b"fi" => code.close(&[If]),
            b"done" => code.close(&[Loop]),
            b"}" => code.close(&[Brace]),
            b"esac" => code.close(&[CaseBody]),
            _ => return false,
        };
        if !closed {
            self.lose(at);
        }
        true
    }
}
