//! Inside commands: which token comes next, and what is not an operator.

use super::code::{Code, Mode, OpenKind};
use super::found::{Command, CommandKind, Context, Role};
use super::stack::{Frame, Lexer};

impl Lexer<'_> {
    /// The innermost stretch of commands.
    pub(super) fn code(&mut self) -> &mut Code {
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
            end: self.at,
            compound: code.closed.take(),
            piped_from,
            kind,
        };
        code.function.take();
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

    /// Takes one token.
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
            b'\\' if self.peek(1) == Some(b'\n') => self.continuation(),
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

    /// A backslash and a line break, which join what stands around them.
    fn continuation(&mut self) {
        let operator = |b: &u8| matches!(b, b'<' | b'>' | b'&' | b'|' | b';' | b'(' | b'[');
        let before = self.src[..self.at].last().is_some_and(operator);
        self.at += 2;
        let after = self.peek(0).is_some_and(|b| operator(&b));
        let joined = self.peek(0) == Some(b'\\') && self.peek(1) == Some(b'\n');
        if before && (joined || (after && self.declared_here(0).is_none())) {
            self.lose(self.at);
        }
    }

    fn newline(&mut self) {
        self.end_word();
        // The word may have closed a condition.
        if self.outer_waits() {
            return self.lose(self.at);
        }
        self.at += 1;
        let code = self.code();
        // After `|` the next line goes on with the pipeline, after `| { ...; }` not.
        let goes_on = code.command.is_none() && code.piped.is_some() && code.closed.is_none();
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
            self.substitution(2);
            return if byte == b'>' {
                self.reads_outer();
            };
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
        // `<` and a placeholder are no here-document, nor are `<<` and one a here-string.
        if byte == b'<' && next == Some(b'<') && self.declared_here(1).is_none() {
            if self.peek(2) != Some(b'<') || self.declared_here(2).is_some() {
                return self.here_doc();
            }
            self.code().role = Role::HereString;
            self.at += 3;
            return;
        }
        let reads = byte == b'<' && !matches!(next, Some(b'&' | b'>'));
        self.code().role = if reads { Role::Input } else { Role::Redirect };
        let two = matches!(
            (byte, next),
            (b'<', Some(b'&' | b'>')) | (b'>', Some(b'>' | b'&' | b'|'))
        );
        self.at += 1 + usize::from(two);
    }

    /// After `>(`: its commands read what the command around it, or its pipeline, writes.
    pub(super) fn reads_outer(&mut self) {
        let Some(index) = self.frames.len().checked_sub(2) else {
            return;
        };
        let from = match self.frames.get(index) {
            Some(Frame::Code(outer)) => outer.pipe_start,
            _ => None,
        };
        if from.is_some() {
            self.code().inherited = from;
        }
    }
}
