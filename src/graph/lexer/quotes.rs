//! Inside quotes, `${...}`, arithmetic and here-documents; and what begins with `$`.

use super::code::{Code, Mode};
use super::found::{Context, Parent, Refusal, Role, UseKind};
use super::stack::{Frame, Lexer};

impl Lexer<'_> {
    pub(super) fn step_double(&mut self) {
        match self.src[self.at] {
            b'"' => {
                self.frames.pop();
                self.at += 1;
            }
            b'\\' => self.backslash(),
            b'`' => self.backquotes(),
            b'$' => self.dollar(true),
            b'<' if self.declared_here(0).is_some() => self.take_placeholder(Context::Double),
            byte => {
                self.push(byte);
                self.at += 1;
            }
        }
    }

    pub(super) fn step_body(&mut self) {
        match self.src[self.at] {
            b'\\' => self.backslash(),
            b'`' => self.backquotes(),
            b'$' => self.dollar(true),
            b'<' if self.declared_here(0).is_some() => self.take_placeholder(Context::HereDoc),
            _ => self.at += 1,
        }
    }

    pub(super) fn step_expansion(&mut self, quoted: bool) {
        match self.src[self.at] {
            b'}' => {
                self.frames.pop();
                self.at += 1;
            }
            b'\\' => self.backslash(),
            b'`' => self.backquotes(),
            b'$' => self.dollar(quoted),
            b'"' => {
                self.frames.push(Frame::Double);
                self.at += 1;
            }
            // Inside double quotes the shells disagree on whether this quotes anything.
            b'\'' if quoted => self.lose(self.at),
            b'\'' => self.single(),
            b']' => self.subscript_ends(),
            b'<' if self.declared_here(0).is_some() => {
                self.take_placeholder(Context::Refused(Refusal::Expansion))
            }
            _ => self.computed(),
        }
    }

    pub(super) fn step_arithmetic(&mut self) {
        let (byte, next) = (self.src[self.at], self.peek(1));
        let Some(Frame::Arithmetic { parens }) = self.frames.last_mut() else {
            return;
        };
        match byte {
            b'(' => {
                *parens += 1;
                self.at += 1;
            }
            b')' if *parens > 0 => {
                *parens -= 1;
                self.at += 1;
            }
            b')' if next == Some(b')') => {
                self.frames.pop();
                self.at += 2;
            }
            // Not arithmetic after all, but two nested subshells.
            b')' | b'\'' => self.lose(self.at),
            b'\\' => self.backslash(),
            b'`' => self.backquotes(),
            b'$' => self.dollar(true),
            b'\n' if self.outer_waits() => self.lose(self.at),
            // A shift, but perhaps `<` and a placeholder.
            b'<' if next == Some(b'<') => match self.declared_here(1) {
                Some(end) => self.record(1, end, Context::Refused(Refusal::Unclear)),
                None => self.at += 2,
            },
            b'<' if self.declared_here(0).is_some() => self.take_placeholder(Context::Arithmetic),
            _ => self.computed(),
        }
    }

    pub(super) fn take_placeholder(&mut self, context: Context) {
        if let Some(end) = self.declared_here(0) {
            self.record(0, end, context);
        }
    }

    /// A backslash and the byte that it quotes.
    pub(super) fn backslash(&mut self) {
        if let Some(end) = self.declared_here(1) {
            self.record(1, end, Context::Refused(Refusal::AfterBackslash));
            return;
        }
        if let Some(next) = self.peek(1)
            && next != b'\n'
        {
            self.push(next);
        }
        self.at = (self.at + 2).min(self.limit);
    }

    /// `'...'`, with the current byte at the opening quote.
    pub(super) fn single(&mut self) {
        let from = self.at + 1;
        let Some(length) = self.src[from..self.limit].iter().position(|b| *b == b'\'') else {
            return self.lose(self.at);
        };
        let to = from + length;
        self.at = from;
        while self.at < to {
            match self.declared_here(0) {
                Some(end) if end <= to => self.record(0, end, Context::Single),
                _ => {
                    self.push(self.src[self.at]);
                    self.at += 1;
                }
            }
        }
        self.at = to + 1;
    }

    /// `` `...` ``: the shells look for the end without regard to quotes.
    pub(super) fn backquotes(&mut self) {
        let from = self.at;
        let mut to = from + 1;
        while to < self.limit && self.src[to] != b'`' {
            to += if self.src[to] == b'\\' { 2 } else { 1 };
        }
        if to >= self.limit {
            return self.lose(from);
        }
        self.push(0);
        self.refuse(from, to, Refusal::Backquotes);
        self.at = to + 1;
    }

    /// `$` and what it begins; `quoted` inside double quotes and here-documents.
    pub(super) fn dollar(&mut self, quoted: bool) {
        match self.peek(1) {
            Some(b'(') => {
                self.push(0);
                if self.peek(2) == Some(b'(') {
                    self.frames.push(Frame::Arithmetic { parens: 0 });
                    self.at += 3;
                } else {
                    self.substitution(2);
                }
            }
            Some(b'{') => {
                self.push(0);
                let computes = self.expansion();
                self.frames.push(Frame::Expansion { quoted, computes });
            }
            // Old arithmetic of bash, in quotes too.
            Some(b'[') => self.lose(self.at),
            // `$` and what it begins on the next line.
            Some(b'\\') if self.peek(2) == Some(b'\n') => self.lose(self.at),
            // Inside quotes bash looks for the end of a `$(` here, and then expands `$$`.
            Some(b'$') if matches!(self.peek(2), Some(b'(' | b'{' | b'[')) => self.lose(self.at),
            Some(b'\'') if !quoted => self.ansi_quotes(),
            Some(b'<') if self.declared_here(1).is_some() => {
                if let Some(end) = self.declared_here(1) {
                    self.record(1, end, Context::Refused(Refusal::AfterDollar));
                }
            }
            Some(b) if b.is_ascii_alphabetic() || b == b'_' => {
                self.at += 1;
                self.used(self.at, self.name_at(self.at), UseKind::Plain);
                self.push(0);
                self.at += self.name_at(self.at).len();
            }
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9') => {
                self.push(0);
                self.at += 2;
            }
            _ => {
                self.push(b'$');
                self.at += 1;
            }
        }
    }

    /// `$(`, `<(` or `>(`: code whose output becomes a part of the current word.
    pub(super) fn substitution(&mut self, length: usize) {
        let mut code = Code::new(true, Mode::Commands);
        if let Some(index) = self.code_below() {
            let command = self.command_of(index);
            let word = self.out.commands[command].words.len();
            if let Some(Frame::Code(outer)) = self.frames.get(index) {
                let role = outer.word.as_ref().map_or(outer.role, |w| w.role);
                code.parent = Some(Parent {
                    command,
                    word,
                    role,
                });
                code.inherited = outer.piped.or(outer.inherited);
            }
        } else if let Some(Frame::Body {
            command: Some(owner),
            ..
        }) = self.frames.last()
        {
            code.parent = Some(Parent {
                command: *owner,
                word: usize::MAX,
                role: Role::HereDoc,
            });
        }
        self.frames.push(Frame::Code(Box::new(code)));
        self.at += length;
    }

    /// `$'...'`, which dash does not know.
    fn ansi_quotes(&mut self) {
        let from = self.at;
        let (mut to, mut escaped_quote) = (from + 2, false);
        while to < self.limit && self.src[to] != b'\'' {
            if self.src[to] == b'\\' {
                to += 1;
                escaped_quote |= self.src.get(to) == Some(&b'\'');
            }
            to += 1;
        }
        if to >= self.limit || escaped_quote {
            return self.lose(from);
        }
        self.push(0);
        self.refuse(from, to, Refusal::AnsiQuotes);
        self.at = to + 1;
    }
}
