//! One placeholder in one command: whether what stands there is parsed a second time.

use super::commands::{DECLARE, PARSE_AGAIN, assignment, computes_both};
use super::facts::{CommandFacts, Facts};
use super::filters::writes_words;
use super::programs::sets_variables;
use crate::graph::codes;
use crate::graph::lexer::{Command, CommandKind, Role};
use crate::graph::param::{Kind, Param};

/// Why a placeholder cannot stand where it does: a code, and the rest of a sentence that begins
/// with the placeholder.
pub(in crate::graph) type Hazard = (&'static str, String);

/// One placeholder, or the substitution around it, in one command.
#[derive(Clone, Copy)]
pub(super) struct Place<'l> {
    pub(super) all: &'l Facts<'l>,
    pub(super) command: &'l Command,
    pub(super) facts: &'l CommandFacts,
    pub(super) word: usize,
    pub(super) role: Role,
    /// A substitution stands here, and the placeholder inside it.
    pub(super) inside: bool,
    pub(super) prefix: &'l [u8],
    pub(super) param: &'l Param,
}

impl<'l> Place<'l> {
    pub(super) fn words(&self) -> &'l [Vec<u8>] {
        &self.command.words
    }

    /// The word that names the command, when it is no assignment.
    pub(super) fn name(&self) -> &'l [u8] {
        self.words().get(self.facts.head).map_or(b"", Vec::as_slice)
    }

    /// Whether the type's values cannot be code: numbers, days, true and false, and plain words.
    pub(super) fn harmless(&self) -> bool {
        harmless(self.param)
    }

    /// Text that is parsed a second time, here or in a command around this one.
    pub(super) fn again(&self) -> Option<Hazard> {
        if self.command.kind == CommandKind::Condition {
            return self.condition();
        }
        if self.reads_code() && !self.harmless() {
            return Some(self.fed());
        }
        match self.role {
            Role::Word | Role::Elements => self.by_command().or_else(|| self.assigned()),
            Role::Redirect | Role::Input | Role::HereString | Role::HereDoc => None,
        }
    }

    /// Advice with the placeholder in its middle.
    fn instead(&self, before: &str, after: &str) -> String {
        format!("{before}<{}>{after}", self.param.name)
    }

    /// The value, or what a command makes of it, is the program of a shell or interpreter.
    fn fed(&self) -> Hazard {
        let writes = writes_words(self.words(), self.facts.head);
        if self.role == Role::Word && !writes && !self.inside {
            let reason = "chooses what will be run: a shell or another interpreter reads what this command writes as its program; write that to a file, look at it, and run the file";
            return (codes::PLACEHOLDER_RUNS_AGAIN, reason.to_owned());
        }
        let what =
            "a here-document or text that a shell or another interpreter reads as its program";
        let instead = self.instead("pass it as an argument, e.g. sh -s ", ", and use \"$1\"");
        again(what, &instead)
    }

    fn by_command(&self) -> Option<Hazard> {
        let name = Some(self.name()).filter(|_| self.word > self.facts.head)?;
        if name == b"let" && self.param.kind == Kind::Int {
            return None;
        }
        let before = self.words()[self.word - 1].as_slice();
        if name == b"read" && matches!(before, [b'-', .., b'p' | b'd']) {
            return None;
        }
        let alias = self.all.names.is_alias(name);
        if (PARSE_AGAIN.contains(&name) || alias) && !self.harmless() {
            let name = String::from_utf8_lossy(name);
            let instead = match name.as_ref() {
                "trap" => self.instead("v=", "; trap 'rm -f -- \"$v\"' EXIT"),
                "eval" => "write the command without `eval`".to_owned(),
                _ => format!("write the words of `{name}` out"),
            };
            return Some(again(&format!("the words of `{name}`"), &instead));
        }
        if DECLARE.contains(&name) {
            return self.declared(name);
        }
        if self.names_variable(name) {
            let name = String::from_utf8_lossy(name);
            let what = format!("a name of a variable for `{name}`");
            return Some(again(&what, "write the name out"));
        }
        let runs = &self.facts.runs;
        if runs.scripts.contains(&self.word) && !self.harmless() {
            let instead = self.instead("pass it as an argument: sh -c '… \"$1\"' sh ", "");
            return Some(again("a script that a shell is given", &instead));
        }
        if runs.code.contains(&self.word) && !self.harmless() {
            let placeholder = format!("<{}>", self.param.name);
            let instead = runs.instead.replace("<name>", &placeholder);
            let reason = format!("is in text that a program reads as code; {instead}");
            return Some((codes::PLACEHOLDER_RUNS_AGAIN, reason));
        }
        None
    }

    /// The names and values of `declare` and its like.
    fn declared(&self, name: &[u8]) -> Option<Hazard> {
        let elements = self.role == Role::Elements;
        let option = if elements {
            self.facts.element_option
        } else {
            self.facts.declaring_option
        };
        let word = self.words().get(self.word).map_or(&b""[..], Vec::as_slice);
        let target = assignment(word);
        let value = self.inside || assignment(self.prefix).is_some();
        let name = String::from_utf8_lossy(name);
        if !value || option.is_some_and(|at| at < self.word) {
            let message = format!(
                "is a name that `{name}` declares, or its value with options; write `{name} NAME=<{}>` without options",
                self.param.name
            );
            return Some((codes::PLACEHOLDER_IN_NAME, message));
        }
        // Bash takes `(...)` for elements when the variable is an array already.
        let parses = matches!(name.as_ref(), "declare" | "typeset" | "local");
        let text = word
            .iter()
            .position(|b| *b == b'=')
            .map_or(&b""[..], |i| &word[i + 1..]);
        let opens = matches!(text, [0 | b'(', ..]) && !elements;
        let array = target.is_some_and(|t| self.all.names.is_array(t));
        if parses && opens && array && !self.harmless() {
            let message = format!(
                "is what `{name}` gives an array, and bash reads a value in parentheses as its elements; assign it on a line of its own"
            );
            return Some((codes::PLACEHOLDER_RUNS_AGAIN, message));
        }
        None
    }

    /// Whether this word is the name of a variable to `test`, `printf -v` and the like.
    fn names_variable(&self, name: &[u8]) -> bool {
        let (words, head) = (self.words(), self.facts.head);
        let before = words[self.word - 1].as_slice();
        let after = words.get(self.word + 1).map_or(&b"]"[..], Vec::as_slice);
        let short = |letter: u8| matches!(before, [b'-', rest @ ..] if rest.ends_with(&[letter]));
        match name {
            b"test" | b"[" => {
                let alone = self.word == head + 2 && after == b"]";
                matches!(before, b"-v" | b"-R") || (alone && before == b"\0")
            }
            b"printf" => {
                let option = self.word == head + 1 && self.prefix.starts_with(b"-v");
                option || (self.word == head + 2 && before == b"-v")
            }
            b"wait" => short(b'p') || self.prefix.starts_with(b"-p"),
            _ => false,
        }
    }

    /// Values of variables that the shell computes with or runs.
    fn assigned(&self) -> Option<Hazard> {
        let word = self.words().get(self.word)?;
        let name = assignment(word)?;
        let passed = self.word > self.facts.head && sets_variables(self.name());
        let declared = self.word > self.facts.head && DECLARE.contains(&self.name());
        if self.command.kind != CommandKind::Simple
            || (self.word >= self.facts.leading && !passed && !declared)
        {
            return None;
        }
        (self.all.names.evaluated(name) && self.param.kind != Kind::Int).then(|| evaluated(name))
    }

    /// Conditions in which bash evaluates a word as arithmetic or as the name of a variable.
    fn condition(&self) -> Option<Hazard> {
        let word = |at: Option<usize>| {
            at.and_then(|at| self.words().get(at))
                .map_or(&b""[..], Vec::as_slice)
        };
        let before = word(self.word.checked_sub(1));
        let names = matches!(before, b"-v" | b"-R");
        let computes = computes_both(before) || computes_both(word(Some(self.word + 1)));
        if self.param.kind == Kind::Int || !(names || computes) {
            return None;
        }
        let reason = "is in a `[[ ]]` that evaluates it as arithmetic or as a name; declare it as an int, or use `[ ]`";
        Some((codes::PLACEHOLDER_IN_ARITHMETIC, reason.to_owned()))
    }

    /// Whether this command, or one later in its pipeline, reads the placeholder as a program.
    fn reads_code(&self) -> bool {
        let inputs = &self.all.inputs;
        let substituted = self.inside && self.role == Role::Input;
        let fed = matches!(self.role, Role::HereDoc | Role::HereString) || substituted;
        if fed && inputs.feeds(self.command, self.facts) {
            return true;
        }
        // `bash <(...)` and `. <(...)` run what the substitution prints.
        if self.inside && self.role == Role::Word {
            let file = self.facts.runs.files.contains(&self.word)
                || (self.facts.sourced && self.word == self.facts.head + 1);
            let bare = self.words().get(self.word).is_some_and(|w| w == b"\0");
            if bare && file {
                return true;
            }
        }
        inputs.is_piped(self.command.start)
    }
}

/// Whether the values of a parameter cannot be code: numbers, days, true and false, and plain words.
pub(in crate::graph) fn harmless(param: &Param) -> bool {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"_./:@%+,-".contains(&b);
    match param.kind {
        Kind::Int | Kind::Float | Kind::Bool | Kind::Date => true,
        Kind::Choice => param
            .choices
            .iter()
            .all(|c| c.to_string().bytes().all(safe)),
        Kind::Str | Kind::Secret => false,
    }
}

fn again(what: &str, instead: &str) -> Hazard {
    let reason = format!("is in text that will be run again ({what}); {instead}");
    (codes::PLACEHOLDER_RUNS_AGAIN, reason)
}

/// The value of a variable with which the shell itself does something.
pub(super) fn evaluated(name: &[u8]) -> Hazard {
    let reason = format!(
        "is the value of `{}`, which the shell runs or computes with (by itself, or because the script declares it with `-i` or `-n`); use another variable, or declare it as an int",
        String::from_utf8_lossy(name)
    );
    (codes::PLACEHOLDER_RUNS_AGAIN, reason)
}
