//! The state of a stretch of commands: its word, its command, and what is open around them.

use std::collections::VecDeque;

use super::found::{Parent, Role};

/// How much of a word is kept: enough for every name that matters.
const WORD: usize = 1024;

/// A stretch of commands: the script, or what stands between `$(` and `)`.
pub(super) struct Code {
    /// Ended by `)`, not by the end of the script.
    pub(super) paren: bool,
    pub(super) mode: Mode,
    opens: Vec<Open>,
    /// Here-documents whose bodies begin after this line.
    pub(super) pending: VecDeque<Doc>,
    /// The bodies of those are being read.
    pub(super) reading: bool,
    pub(super) command: Option<usize>,
    pub(super) word: Option<WordState>,
    /// What the next word is.
    pub(super) role: Role,
    /// Where the current pipeline begins.
    pub(super) pipe_start: Option<usize>,
    /// Where the pipeline begins whose output the current command reads.
    pub(super) piped: Option<usize>,
    /// The same for a compound command around this one.
    pub(super) inherited: Option<usize>,
    pub(super) parent: Option<Parent>,
    /// Where the compound command began that has just been closed.
    pub(super) closed: Option<usize>,
    /// A function whose body has not begun.
    pub(super) function: Option<usize>,
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
    at: usize,
    function: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OpenKind {
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
            closed: None,
            function: None,
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

    /// The innermost compound command.
    pub(super) fn top(&self) -> Option<OpenKind> {
        self.opens.last().map(|o| o.kind)
    }

    /// Begins a compound command.
    pub(super) fn open(&mut self, kind: OpenKind, at: usize) {
        let pipe_start = Some(self.pipe_start.unwrap_or(at));
        self.opens.push(Open {
            kind,
            pipe_start,
            piped: self.piped,
            inherited: self.inherited,
            at,
            function: self.function.take(),
        });
        self.inherited = self.piped.or(self.inherited);
        (self.pipe_start, self.piped, self.command, self.closed) = (None, None, None, None);
    }

    /// Closes the innermost compound command if it is of one of `kinds`; gives the function whose
    /// body it was.
    pub(super) fn close(&mut self, kinds: &[OpenKind]) -> Option<Option<usize>> {
        if !self.top().is_some_and(|k| kinds.contains(&k)) {
            return None;
        }
        let open = self.opens.pop()?;
        (self.pipe_start, self.piped, self.inherited) =
            (open.pipe_start, open.piped, open.inherited);
        (self.command, self.closed) = (None, Some(open.at));
        Some(open.function)
    }

    /// What the innermost compound command goes on as.
    pub(super) fn set_top(&mut self, kind: OpenKind) {
        if let Some(open) = self.opens.last_mut() {
            open.kind = kind;
        }
    }

    /// After `;`, `&`, a line break, `&&` or `||`.
    pub(super) fn separate(&mut self) {
        (self.command, self.pipe_start, self.piped, self.role) = (None, None, None, Role::Word);
        self.closed = None;
    }
}
