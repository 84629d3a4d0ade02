//! The end of a word: given to its command, or taken as a reserved word that opens or closes one.

use super::code::{Mode, OpenKind};
use super::found::{CommandKind, Role};
use super::stack::Lexer;

impl Lexer<'_> {
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
        } else if third && words[0] == b"function" && words[2] == b"{" {
            self.out.commands[command].kind = CommandKind::Function;
            let at = self.at;
            self.code().separate();
            self.code().open(OpenKind::Brace, at);
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
