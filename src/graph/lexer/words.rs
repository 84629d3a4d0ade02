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
        let job = !first && !word.quoted && self.begins_job(&word.text);
        if mode == Mode::Commands && (first || job) && !word.quoted && self.reserved(&word.text) {
            return;
        }
        if mode == Mode::Commands && open_subscript(&word.text) && self.leads() {
            return self.lose(self.at);
        }
        if self.out.lost.is_some() {
            return;
        }
        let command = self.command_of(self.frames.len() - 1);
        let words = &mut self.out.commands[command].words;
        words.push(word.text);
        let third = words.len() == 3 && mode == Mode::Commands;
        if words.len() == 2 && words[0] == b"function" {
            self.out.commands[command].kind = CommandKind::Function;
            self.code().function = Some(command);
        }
        let words = &self.out.commands[command].words;
        if third && words[0] == b"for" && words[2] == b"do" {
            self.code().separate();
        } else if third && words[0] == b"for" && words[1] == b"((" && words[2] == b"{" {
            self.code().separate();
            self.code().set_top(OpenKind::Brace);
        } else if third && words[0] == b"function" {
            // Any other compound command may be the body, too; few have seen one.
            if words[2] != b"{" {
                return self.lose(self.at);
            }
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

    /// Closes a compound command, and the function whose body it is.
    pub(super) fn close(&mut self, kinds: &[OpenKind]) -> bool {
        let at = self.at;
        match self.code().close(kinds) {
            Some(Some(function)) => self.out.commands[function].end = at,
            Some(None) => {}
            None => return false,
        }
        true
    }

    /// Acts on a word in the place of a command; true when it is used up.
    fn reserved(&mut self, word: &[u8]) -> bool {
        use OpenKind::{Brace, CaseBody, CasePattern, CaseWord, If, Loop};
        let at = self.at;
        let code = self.code();
        if code.top() == Some(CasePattern) {
            return word == b"esac" && self.close(&[CasePattern]);
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
            b"fi" => self.close(&[If]),
            b"done" => self.close(&[Loop]),
            b"}" => self.close(&[Brace]),
            b"esac" => self.close(&[CaseBody]),
            _ => return false,
        };
        if !closed {
            self.lose(at);
        }
        true
    }

    /// Whether a compound command begins here, behind `coproc` or `coproc NAME`.
    fn begins_job(&mut self, word: &[u8]) -> bool {
        let starts = matches!(
            word,
            b"{" | b"if" | b"while" | b"until" | b"for" | b"case" | b"select"
        );
        let Some(command) = self.code().command.filter(|_| starts) else {
            return false;
        };
        let words = &self.out.commands[command].words;
        let job = words.len() < 3 && words.first().is_some_and(|w| w == b"coproc");
        if job {
            self.code().command = None;
        }
        job
    }

    /// Whether the current word stands where an assignment may.
    fn leads(&mut self) -> bool {
        let Some(command) = self.code().command else {
            return true;
        };
        let mut words = self.out.commands[command].words.iter();
        words.all(|w| w.contains(&b'='))
    }
}

/// Whether a word is `name[` without the end of the subscript, which bash looks for in the next
/// words and other shells do not.
fn open_subscript(word: &[u8]) -> bool {
    let plain = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
    let name = word.iter().take_while(plain).count();
    name > 0 && word.get(name) == Some(&b'[') && !word.contains(&b']')
}
