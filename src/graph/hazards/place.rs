//! One placeholder in one command: whether what stands there is parsed a second time.

use super::commands::{DECLARE, PARSE_AGAIN, RUN_BY_SHELL, assignment, is_interpreter};
use super::facts::{CommandFacts, Facts};
use crate::graph::codes;
use crate::graph::lexer::{Command, CommandKind, Role};
use crate::graph::param::{Kind, Param};

/// Why a placeholder cannot stand where it does: a code, and the rest of a sentence that begins
/// with the placeholder.
pub(in crate::graph) type Hazard = (&'static str, String);

/// One placeholder, or the substitution around it, in one command.
pub(super) struct Place<'l> {
    pub(super) all: &'l Facts<'l>,
    pub(super) command: &'l Command,
    pub(super) facts: &'l CommandFacts,
    pub(super) word: usize,
    pub(super) role: Role,
    pub(super) prefix: &'l [u8],
    pub(super) param: &'l Param,
}

impl Place<'_> {
    fn words(&self) -> &[Vec<u8>] {
        &self.command.words
    }

    /// Whether the type's values cannot be code: numbers, days, true and false, and plain words.
    fn harmless(&self) -> bool {
        let safe = |b: u8| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b'_' | b'.' | b'/' | b':' | b'@' | b'%' | b'+' | b',' | b'-'
                )
        };
        match self.param.kind {
            Kind::Int | Kind::Float | Kind::Bool | Kind::Date => true,
            Kind::Choice => self
                .param
                .choices
                .iter()
                .all(|c| c.to_string().bytes().all(safe)),
            Kind::Str | Kind::Secret => false,
        }
    }

    /// What only matters to the placeholder itself, not to a substitution around it.
    pub(super) fn direct(&self) -> Option<Hazard> {
        let names = |what: &str| {
            Some((
                codes::PLACEHOLDER_IN_NAME,
                format!("is in {what}; write the name out"),
            ))
        };
        match self.command.kind {
            CommandKind::Function => return names("the name of a function"),
            CommandKind::Array if self.prefix.starts_with(b"[") && !element(self.prefix) => {
                return names("the subscript of an array");
            }
            CommandKind::Array | CommandKind::Patterns | CommandKind::Condition => return None,
            CommandKind::Simple => {}
        }
        if self.role != Role::Word {
            return None;
        }
        let (words, head) = (self.words(), self.facts.head);
        let word = words.get(self.word)?;
        let first = words.first().map_or(&b""[..], Vec::as_slice);
        if matches!(first, b"for" | b"select") && self.word == 1 {
            return names("the name of a variable");
        }
        if first == b"function" && self.word == 1 {
            return names("the name of a function");
        }
        let assigns = self.word <= head
            || words
                .get(head)
                .is_some_and(|w| DECLARE.contains(&w.as_slice()));
        if assigns && !self.prefix.contains(&b'=') {
            if subscript(self.prefix) {
                return names("the subscript of an array");
            }
            let name = word.split(|b| *b == b'=').next().unwrap_or(b"");
            let variable = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | 0 | b'+');
            if word.contains(&b'=') && name.iter().all(variable) {
                return names("the name of a variable");
            }
        }
        let commands =
            self.word == head && !self.prefix.contains(&b'/') && assignment(self.prefix).is_none();
        if commands && self.param.kind.is_text() && first != b"case" {
            let reason = "is the name of a command, and a value such as `eval` would run the other words; write the command out, write its path as far as a `/`, or declare a choice";
            return Some((codes::PLACEHOLDER_AS_COMMAND, reason.to_owned()));
        }
        None
    }

    /// Text that is parsed a second time; `inside` a substitution that gives a part of the word.
    pub(super) fn again(&self, inside: bool) -> Option<Hazard> {
        if self.command.kind == CommandKind::Condition {
            return self.condition();
        }
        if self.reads_code(inside) && !self.harmless() {
            return Some(again(
                "a here-document or text that a shell or another interpreter reads as its program",
            ));
        }
        if self.role != Role::Word {
            return None;
        }
        self.assigned().or_else(|| self.by_command(inside))
    }

    fn by_command(&self, inside: bool) -> Option<Hazard> {
        let words = self.words();
        let head = self.facts.head;
        let name = words.get(head).filter(|_| self.word > head)?.as_slice();
        if name == b"let" && self.param.kind == Kind::Int {
            return None;
        }
        if PARSE_AGAIN.contains(&name) && !self.harmless() {
            return Some(again(&format!(
                "the words of `{}`",
                String::from_utf8_lossy(name)
            )));
        }
        let earlier = |option: Option<usize>| option.is_some_and(|at| at < self.word);
        if DECLARE.contains(&name) {
            let value = inside || assignment(self.prefix).is_some();
            if !value || earlier(self.facts.declaring_option) {
                let name = String::from_utf8_lossy(name);
                let message = format!(
                    "is a name that `{name}` declares, or its value with options; write `{name} NAME=<{}>` without options",
                    self.param.name
                );
                return Some((codes::PLACEHOLDER_IN_NAME, message));
            }
        }
        if matches!(name, b"printf" | b"test" | b"[" | b"wait") && earlier(self.facts.naming_option)
        {
            return Some(again(&format!(
                "a name of a variable for `{}`",
                String::from_utf8_lossy(name)
            )));
        }
        if self.facts.script == Some(self.word) && !self.harmless() {
            return Some(again("a script that a shell is given after `-c`"));
        }
        let (code, instead) = &self.facts.code;
        if code.contains(&self.word) && !self.harmless() {
            let reason = format!("is in text that a program reads as code; {instead}");
            return Some((codes::PLACEHOLDER_RUNS_AGAIN, reason));
        }
        None
    }

    /// Values of variables that the shell computes with or runs.
    fn assigned(&self) -> Option<Hazard> {
        if self.command.kind != CommandKind::Simple {
            return None;
        }
        let word = self.words().get(self.word)?;
        let name = assignment(word)?;
        if self.word > self.facts.leading {
            return None;
        }
        if RUN_BY_SHELL.contains(&name) && !self.harmless() {
            return Some(again(&format!(
                "the value of `{}`, which the shell runs",
                String::from_utf8_lossy(name)
            )));
        }
        if self.param.kind != Kind::Int && self.all.computes {
            let reason = "is the value of a variable in a script that declares integers or references (`declare -i`, `-n`), which bash evaluates; remove that option";
            return Some((codes::PLACEHOLDER_RUNS_AGAIN, reason.to_owned()));
        }
        None
    }

    /// Conditions in which bash evaluates a word as arithmetic or as the name of a variable.
    fn condition(&self) -> Option<Hazard> {
        if self.param.kind == Kind::Int || !self.facts.evaluates {
            return None;
        }
        let reason = "is in a `[[ ]]` that evaluates its words as arithmetic or as names; declare it as an int, or use `[ ]`";
        Some((codes::PLACEHOLDER_IN_ARITHMETIC, reason.to_owned()))
    }

    /// Whether this command, or one later in its pipeline, reads the placeholder as a program.
    fn reads_code(&self, inside: bool) -> bool {
        let fed = matches!(self.role, Role::HereDoc | Role::HereString);
        if fed && (self.facts.sourced || self.facts.interpreter) {
            return true;
        }
        // `bash <(...)` and `. <(...)` run what the substitution prints.
        if inside && self.role == Role::Word {
            let program = self
                .words()
                .get(self.facts.head)
                .is_some_and(|w| is_interpreter(w));
            let bare = self.words().get(self.word).is_some_and(|w| w == b"\0");
            if bare && (self.facts.sourced || program) && self.facts.script.is_none() {
                return true;
            }
        }
        self.all.is_piped(self.command.start)
    }
}

/// Whether text ends inside `name[...`.
fn subscript(prefix: &[u8]) -> bool {
    let name = prefix
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count();
    name > 0 && prefix.get(name) == Some(&b'[') && !prefix.contains(&b']')
}

/// Whether text begins with `[subscript]=`, as an element of an array may, and goes on after it.
fn element(prefix: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let name = prefix.iter().skip(1).take_while(|b| plain(b)).count();
    name > 0 && prefix[1 + name..].starts_with(b"]=")
}

fn again(what: &str) -> Hazard {
    let reason = format!(
        "is in text that will be run again ({what}); pass it as an argument, e.g. sh -c '… \"$1\"' sh <name>"
    );
    (codes::PLACEHOLDER_RUNS_AGAIN, reason)
}
