//! Operators between commands and the parentheses of subshells, functions, arrays and conditions.

use super::code::{Code, Mode, OpenKind};
use super::found::{CommandKind, Parent, Role};
use super::stack::{Frame, Lexer};

impl Lexer<'_> {
    pub(super) fn operator(&mut self) {
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
                (code.command, code.role, code.closed) = (None, Role::Word, None);
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
            // A word of its own, so that `do` or `{` after it is seen.
            self.out.commands[command].words.push(b"((".to_vec());
            self.frames.push(Frame::Arithmetic { parens: 0 });
            self.at += 2;
        } else if named && closes {
            self.out.commands[command].kind = CommandKind::Function;
            while self.peek(0) != Some(b')') {
                self.at += 1;
            }
            self.at += 1;
            self.code().separate();
            self.code().function = Some(command);
        } else {
            self.lose(self.at);
        }
    }

    /// `name=(`: the elements of an array.
    fn array(&mut self) {
        let outer = self.command_of(self.frames.len() - 1);
        let mut inner = Code::new(true, Mode::Array);
        inner.parent = Some(Parent {
            command: outer,
            word: self.out.commands[outer].words.len(),
            role: Role::Elements,
        });
        self.push(0);
        self.frames.push(Frame::Code(Box::new(inner)));
        // Also of no elements: the name is that of an array.
        self.command_of(self.frames.len() - 1);
        self.at += 1;
    }

    pub(super) fn array_end(&mut self) {
        if self.src[self.at] != b')' {
            return self.lose(self.at);
        }
        self.end_word();
        self.frames.pop();
        self.at += 1;
    }

    pub(super) fn in_condition(&mut self) {
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
            self.close(&[OpenKind::Paren]);
        } else if code.paren && code.top().is_none() && code.pending.is_empty() {
            self.frames.pop();
        } else {
            self.lose(at);
        }
    }
}
