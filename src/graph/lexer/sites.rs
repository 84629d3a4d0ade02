//! What the lexer finds, its stack of contexts, and its main loop.

use super::code::{Code, Mode};

/// Contexts nested deeper than this are not followed.
const DEPTH: usize = 100;

/// How much of a word before a placeholder is kept.
const PREFIX: usize = 128;

/// How much of a word is kept: enough for every name that matters.
pub(super) const WORD: usize = 1024;

/// Everything found in a script.
#[derive(Debug, Default)]
pub(in crate::graph) struct Lexed {
    /// Placeholders of declared names, in order.
    pub(in crate::graph) sites: Vec<Site>,
    /// Simple commands, in the order in which they begin.
    pub(in crate::graph) commands: Vec<Command>,
    /// Undeclared `<word>`s in bare text, as byte ranges.
    pub(in crate::graph) undeclared: Vec<(usize, usize)>,
    /// The byte from which on the script could not be followed.
    pub(in crate::graph) lost: Option<usize>,
}

/// One placeholder.
#[derive(Debug)]
pub(in crate::graph) struct Site {
    /// Where `<` stands.
    pub(in crate::graph) start: usize,
    /// After `>`.
    pub(in crate::graph) end: usize,
    pub(in crate::graph) context: Context,
    /// The simple command that it is a part of, as a place in [`Lexed::commands`].
    pub(in crate::graph) command: Option<usize>,
    /// The word of the command, as a place in [`Command::words`].
    pub(in crate::graph) word: usize,
    pub(in crate::graph) role: Role,
    /// The word's text before the placeholder, without its quotes.
    pub(in crate::graph) prefix: Vec<u8>,
}

/// How the text around a placeholder is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) enum Context {
    Bare,
    Double,
    Single,
    HereDoc,
    Comment,
    Arithmetic,
    Refused(Refusal),
}

/// Why no variable can stand in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) enum Refusal {
    Backquotes,
    AnsiQuotes,
    Expansion,
    Arithmetic,
    QuotedHereDoc,
    Delimiter,
    AfterBackslash,
    AfterDollar,
    Unclear,
}

/// What a word is to its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::graph) enum Role {
    Word,
    Redirect,
    HereString,
    HereDoc,
}

/// A simple command, a `[[ ]]`, an array's elements or the patterns of a case.
#[derive(Debug, Default)]
pub(in crate::graph) struct Command {
    /// Words without quotes; a NUL stands for every part that is not literal.
    pub(in crate::graph) words: Vec<Vec<u8>>,
    /// The command and word that this one is substituted into.
    pub(in crate::graph) parent: Option<(usize, usize)>,
    pub(in crate::graph) start: usize,
    /// Where the pipeline begins whose output this command reads.
    pub(in crate::graph) piped_from: Option<usize>,
    pub(in crate::graph) kind: CommandKind,
}

/// Which of those a command is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::graph) enum CommandKind {
    #[default]
    Simple,
    Condition,
    Array,
    Function,
    Patterns,
}

/// One level of the stack.
pub(super) enum Frame {
    Code(Box<Code>),
    Double,
    Expansion {
        quoted: bool,
    },
    Arithmetic {
        parens: usize,
    },
    Body {
        resume: usize,
        outer: usize,
        command: Option<usize>,
    },
}

pub(super) struct Lexer<'s> {
    pub(super) src: &'s [u8],
    pub(super) declared: &'s dyn Fn(&str) -> bool,
    pub(super) at: usize,
    /// The end of what may be read: of the script, or of a here-document's body.
    pub(super) limit: usize,
    pub(super) frames: Vec<Frame>,
    pub(super) out: Lexed,
}

/// Finds the placeholders of `script` for which `declared` holds.
pub(in crate::graph) fn lex(script: &str, declared: &dyn Fn(&str) -> bool) -> Lexed {
    let src = script.as_bytes();
    let mut lexer = Lexer {
        src,
        declared,
        at: 0,
        limit: src.len(),
        frames: vec![Frame::Code(Box::new(Code::new(false, Mode::Commands)))],
        out: Lexed::default(),
    };
    while lexer.out.lost.is_none() && lexer.step() {}
    if let Some(from) = lexer.out.lost {
        lexer.limit = src.len();
        lexer.frames.clear();
        lexer.out.sites.retain(|s| s.start < from);
        lexer.refuse(from, src.len(), Refusal::Unclear);
    }
    lexer.out
}

impl Lexer<'_> {
    /// Takes one token; false at the end.
    fn step(&mut self) -> bool {
        if self.frames.len() > DEPTH {
            self.lose(self.at);
            return true;
        }
        if self.at >= self.limit {
            return self.finish();
        }
        match self.frames.last() {
            None => return false,
            Some(Frame::Code(_)) => self.step_code(),
            Some(Frame::Double) => self.step_double(),
            Some(Frame::Expansion { quoted }) => self.step_expansion(*quoted),
            Some(Frame::Arithmetic { .. }) => self.step_arithmetic(),
            Some(Frame::Body { .. }) => self.step_body(),
        }
        true
    }

    /// At the end of a here-document's body or of the script.
    fn finish(&mut self) -> bool {
        match self.frames.last() {
            Some(Frame::Body { resume, outer, .. }) => {
                (self.at, self.limit) = (*resume, *outer);
                self.frames.pop();
                true
            }
            Some(Frame::Code(_)) if self.frames.len() == 1 => {
                self.end_word();
                false
            }
            _ => {
                self.lose(self.limit);
                false
            }
        }
    }

    /// Gives up: nothing from `from` on is understood.
    pub(super) fn lose(&mut self, from: usize) {
        self.out.lost = Some(from);
    }

    /// The byte `ahead` of the current one, inside the limit.
    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.src
            .get(self.at + ahead)
            .copied()
            .filter(|_| self.at + ahead < self.limit)
    }

    /// The end of a `<name>` that begins at `at`, and whether its name is declared.
    pub(super) fn placeholder(&self, at: usize) -> Option<(usize, bool)> {
        let rest = self.src.get(at..self.limit)?;
        if rest.first() != Some(&b'<') || (at > 0 && self.src[at - 1] == b'<') {
            return None;
        }
        let name = rest[1..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
            .count();
        if name == 0 || rest[1].is_ascii_digit() || rest.get(name + 1) != Some(&b'>') {
            return None;
        }
        let text = std::str::from_utf8(&rest[1..=name]).ok()?;
        Some((at + name + 2, (self.declared)(text)))
    }

    /// The end of a declared placeholder at the current byte.
    pub(super) fn declared_here(&self, ahead: usize) -> Option<usize> {
        self.placeholder(self.at + ahead)
            .filter(|(_, declared)| *declared)
            .map(|(end, _)| end)
    }

    /// Adds the placeholder that begins `ahead` of the current byte, and moves behind it.
    pub(super) fn record(&mut self, ahead: usize, end: usize, context: Context) {
        let start = self.at + ahead;
        let context = self.enclosing().map_or(context, Context::Refused);
        let (mut command, mut word, mut role, mut prefix) = (None, 0, Role::Word, Vec::new());
        if let Some(index) = self.code_below() {
            command = Some(self.command_of(index));
            word = command.map_or(0, |c| self.out.commands[c].words.len());
            if let Some(Frame::Code(code)) = self.frames.get_mut(index) {
                let current = code.word();
                role = current.role;
                prefix = current.text.iter().copied().take(PREFIX).collect();
                current.add(0);
            }
        } else if let Some(Frame::Body { command: owner, .. }) = self.frames.last() {
            (command, role) = (*owner, Role::HereDoc);
        }
        self.out.sites.push(Site {
            start,
            end,
            context,
            command,
            word,
            role,
            prefix,
        });
        self.at = end;
    }

    /// Why nothing inside the frames around the current one can be a variable.
    fn enclosing(&self) -> Option<Refusal> {
        let inner = self.frames.len().saturating_sub(1);
        self.frames
            .iter()
            .enumerate()
            .rev()
            .find_map(|(i, frame)| match frame {
                Frame::Expansion { .. } => Some(Refusal::Expansion),
                Frame::Arithmetic { .. } if i < inner => Some(Refusal::Arithmetic),
                Frame::Arithmetic { .. } | Frame::Code(_) | Frame::Double | Frame::Body { .. } => {
                    None
                }
            })
    }

    /// The code frame whose word the current text belongs to.
    pub(super) fn code_below(&self) -> Option<usize> {
        let index = self
            .frames
            .iter()
            .rposition(|f| !matches!(f, Frame::Double))?;
        matches!(self.frames[index], Frame::Code(_)).then_some(index)
    }

    /// Adds a literal byte, or a NUL for a part that is not literal, to the current word.
    pub(super) fn push(&mut self, byte: u8) {
        if let Some(index) = self.code_below()
            && let Some(Frame::Code(code)) = self.frames.get_mut(index)
        {
            code.word().add(byte);
        }
    }

    /// Refuses every placeholder in a range.
    pub(super) fn refuse(&mut self, from: usize, to: usize, refusal: Refusal) {
        self.each(from, to, Context::Refused(refusal));
    }

    /// Adds every declared placeholder in a range that needs no further reading, and moves behind it.
    pub(super) fn each(&mut self, from: usize, to: usize, context: Context) {
        let mut at = from;
        while at < to {
            match self.placeholder(at) {
                Some((end, true)) if end <= to => {
                    let context = self.enclosing().map_or(context, Context::Refused);
                    let (command, word, role, prefix) = (None, 0, Role::Word, Vec::new());
                    self.out.sites.push(Site {
                        start: at,
                        end,
                        context,
                        command,
                        word,
                        role,
                        prefix,
                    });
                    at = end;
                }
                _ => at += 1,
            }
        }
        self.at = to;
    }
}
