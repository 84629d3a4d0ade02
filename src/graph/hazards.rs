//! Text that is parsed a second time: `eval`, `sh -c`, `trap`, here-documents and pipes into a
//! shell, arithmetic in conditions, names of variables. A value there could become code even from
//! a variable, so a placeholder there is refused unless its type cannot hold code.

use super::codes;
use super::lexer::{Command, CommandKind, Lexed, Role, Site};
use super::model::{Kind, Param};
use super::script::base;

/// Commands whose every word is, or may become, code or the name of a variable.
const PARSE_AGAIN: &[&[u8]] = &[
    b"eval",
    b"trap",
    b"let",
    b"unset",
    b"read",
    b"alias",
    b"mapfile",
    b"readarray",
    b"getopts",
    b"bind",
    b"complete",
    b"compgen",
    b"enable",
    b"fc",
];

/// Commands that give variables values; their other words are names.
const DECLARE: &[&[u8]] = &[b"declare", b"typeset", b"export", b"readonly", b"local"];

/// Programs that take a script as an argument after `-c`, and from their standard input.
const SHELLS: &[&str] = &[
    "sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "su", "runuser",
];

/// Programs that take code from their standard input but not after `-c` alone.
const READ_CODE: &[&str] = &[
    "ssh", "perl", "ruby", "node", "php", "python", "python2", "python3",
];

/// Variables whose values the shells themselves run or expand.
const RUN_BY_SHELL: &[&[u8]] = &[
    b"PS0",
    b"PS1",
    b"PS2",
    b"PS4",
    b"PROMPT_COMMAND",
    b"BASH_ENV",
    b"ENV",
];

/// Why a placeholder cannot stand where it does: a code, and the rest of a sentence that begins
/// with the placeholder.
pub(super) type Hazard = (&'static str, String);

/// What is wrong with a placeholder that the quoting alone would allow.
pub(super) fn judge(lexed: &Lexed, site: &Site, param: &Param) -> Option<Hazard> {
    let (mut command, mut word, mut role) = (site.command?, site.word, site.role);
    let mut prefix = Some(site.prefix.as_slice());
    loop {
        let here = &lexed.commands[command];
        let found = match prefix {
            Some(prefix) => Place {
                lexed,
                command: here,
                word,
                role,
                prefix,
                param,
            }
            .direct(),
            None => None,
        };
        let place = Place {
            lexed,
            command: here,
            word,
            role,
            prefix: prefix.unwrap_or(b""),
            param,
        };
        if let Some(hazard) = found.or_else(|| place.again(prefix.is_none())) {
            return Some(hazard);
        }
        (command, word) = here.parent?;
        role = if word == usize::MAX {
            Role::HereDoc
        } else {
            Role::Word
        };
        prefix = None;
    }
}

/// One placeholder, or the substitution around it, in one command.
struct Place<'l> {
    lexed: &'l Lexed,
    command: &'l Command,
    word: usize,
    role: Role,
    prefix: &'l [u8],
    param: &'l Param,
}

impl Place<'_> {
    fn words(&self) -> &[Vec<u8>] {
        &self.command.words
    }

    /// The place of the first word that is no assignment and no `command` or `builtin` before another.
    fn head(&self) -> usize {
        let passed = |w: &Vec<u8>| {
            assignment(w).is_some()
                || matches!(w.as_slice(), b"command" | b"builtin" | b"exec" | b"coproc")
        };
        let mut head = self
            .words()
            .iter()
            .take_while(|w| assignment(w).is_some())
            .count();
        while self
            .words()
            .get(head)
            .is_some_and(|w| passed(w) || (head > 0 && w.starts_with(b"-")))
        {
            head += 1;
        }
        head
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
            Kind::Str => false,
        }
    }

    /// What only matters to the placeholder itself, not to a substitution around it.
    fn direct(&self) -> Option<Hazard> {
        let names = |what: &str| {
            Some((
                codes::PLACEHOLDER_IN_NAME,
                format!("is in {what}; write the name out"),
            ))
        };
        match self.command.kind {
            CommandKind::Function => return names("the name of a function"),
            CommandKind::Array if self.prefix.starts_with(b"[") => {
                return names("the subscript of an array");
            }
            CommandKind::Array | CommandKind::Patterns | CommandKind::Condition => return None,
            CommandKind::Simple => {}
        }
        if self.role != Role::Word {
            return None;
        }
        let (words, head) = (self.words(), self.head());
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
        if commands && self.param.kind == Kind::Str && first != b"case" {
            let reason = "is the name of a command, and a value such as `eval` would run the other words; write the command out, write its path as far as a `/`, or declare a choice";
            return Some((codes::PLACEHOLDER_AS_COMMAND, reason.to_owned()));
        }
        None
    }

    /// Text that is parsed a second time; `inside` a substitution that gives a part of the word.
    fn again(&self, inside: bool) -> Option<Hazard> {
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
        let head = self.head();
        let name = words.get(head).filter(|_| self.word > head)?.as_slice();
        let before = &words[..self.word];
        if name == b"let" && self.param.kind == Kind::Int {
            return None;
        }
        if PARSE_AGAIN.contains(&name) && !self.harmless() {
            return Some(again(&format!(
                "the words of `{}`",
                String::from_utf8_lossy(name)
            )));
        }
        if DECLARE.contains(&name) {
            let plain = |w: &&Vec<u8>| {
                !w.starts_with(b"-") || w[1..].iter().all(|b| matches!(b, b'x' | b'r' | b'g'))
            };
            let value = inside || assignment(self.prefix).is_some();
            if !value || !before[head + 1..].iter().all(|w| plain(&w)) {
                let name = String::from_utf8_lossy(name).into_owned();
                return Some((
                    codes::PLACEHOLDER_IN_NAME,
                    format!(
                        "is a name that `{name}` declares, or its value with options; write `{name} NAME={}` without options",
                        shown(self.param)
                    ),
                ));
            }
        }
        let variable = match name {
            b"printf" | b"test" | b"[" => before[head..]
                .iter()
                .any(|w| matches!(w.as_slice(), b"-v" | b"-R")),
            b"wait" => before[head..].iter().any(|w| w == b"-p"),
            _ => false,
        };
        if variable {
            return Some(again(&format!(
                "a name of a variable for `{}`",
                String::from_utf8_lossy(name)
            )));
        }
        if script_argument(words) == Some(self.word) && !self.harmless() {
            return Some(again("a script that a shell is given after `-c`"));
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
        if !self.words()[..self.word]
            .iter()
            .all(|w| assignment(w).is_some() || DECLARE.contains(&w.as_slice()))
        {
            return None;
        }
        if RUN_BY_SHELL.contains(&name) && !self.harmless() {
            return Some(again(&format!(
                "the value of `{}`, which the shell runs",
                String::from_utf8_lossy(name)
            )));
        }
        if self.param.kind != Kind::Int && computes(self.lexed) {
            let reason = "is the value of a variable in a script that declares integers or references (`declare -i`, `-n`), which bash evaluates; remove that option";
            return Some((codes::PLACEHOLDER_RUNS_AGAIN, reason.to_owned()));
        }
        None
    }

    /// Conditions in which bash evaluates a word as arithmetic or as the name of a variable.
    fn condition(&self) -> Option<Hazard> {
        let evaluates = |w: &Vec<u8>| {
            matches!(
                w.as_slice(),
                b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" | b"-v" | b"-R"
            )
        };
        if self.param.kind == Kind::Int || !self.words().iter().any(evaluates) {
            return None;
        }
        let reason = "is in a `[[ ]]` that evaluates its words as arithmetic or as names; declare it as an int, or use `[ ]`";
        Some((codes::PLACEHOLDER_IN_ARITHMETIC, reason.to_owned()))
    }

    /// Whether this command, or one later in its pipeline, reads the placeholder as a program.
    fn reads_code(&self, inside: bool) -> bool {
        let fed = matches!(self.role, Role::HereDoc | Role::HereString);
        let interpreter = |w: &Vec<u8>| {
            std::str::from_utf8(w)
                .is_ok_and(|w| SHELLS.contains(&base(w)) || READ_CODE.contains(&base(w)))
        };
        let sourced = self
            .words()
            .first()
            .is_some_and(|w| matches!(w.as_slice(), b"." | b"source"));
        if fed && (sourced || self.words().iter().any(interpreter)) {
            return true;
        }
        // `bash <(...)` and `. <(...)` run what the substitution prints.
        if inside && self.role == Role::Word {
            let program = self.words().get(self.head()).is_some_and(interpreter);
            let bare = self.words().get(self.word).is_some_and(|w| w == b"\0");
            if bare && (sourced || program) && script_argument(self.words()).is_none() {
                return true;
            }
        }
        let start = self.command.start;
        self.lexed
            .commands
            .iter()
            .filter(|c| c.start > start && reads_program(c))
            .any(|c| c.piped_from.is_some_and(|from| from <= start))
    }
}

/// Whether a command takes its program from standard input: a shell with nothing to run after it.
fn reads_program(command: &Command) -> bool {
    if command.piped_from.is_none() {
        return false;
    }
    if command
        .words
        .first()
        .is_some_and(|w| matches!(w.as_slice(), b"." | b"source"))
    {
        return true;
    }
    let shell = |w: &Vec<u8>| {
        std::str::from_utf8(w)
            .is_ok_and(|w| SHELLS.contains(&base(w)) || READ_CODE[1..].contains(&base(w)))
    };
    let Some(at) = command.words.iter().position(shell) else {
        return false;
    };
    let rest = &command.words[at + 1..];
    let from_input = |w: &Vec<u8>| w.starts_with(b"-") || w.starts_with(b"+") || w == b"/dev/stdin";
    script_argument(&command.words).is_none() && rest.first().is_none_or(from_input)
}

/// The word that a shell in this command takes as its script after `-c`.
fn script_argument(words: &[Vec<u8>]) -> Option<usize> {
    let name = |w: &Vec<u8>| {
        std::str::from_utf8(w)
            .map(|w| base(w).to_owned())
            .unwrap_or_default()
    };
    let shell = words
        .iter()
        .position(|w| SHELLS.contains(&name(w).as_str()))?;
    let user_first = matches!(name(&words[shell]).as_str(), "su" | "runuser");
    let option = |w: &[u8]| matches!(w, [b'-' | b'+', _, ..]);
    let takes =
        |w: &[u8]| (option(w) && w[1] != b'-' && w.contains(&b'c')) || w.starts_with(b"--command");
    // `-o pipefail` and parts that are not literal may stand before `-c`; a file ends the options.
    let mut before = &b""[..];
    for (at, word) in words.iter().enumerate().skip(shell + 1) {
        if takes(word) {
            if word.contains(&b'=') {
                return Some(at);
            }
            let script = words[at + 1..].iter().position(|w| !option(w)).unwrap_or(0);
            return Some(at + 1 + script);
        }
        let value = matches!(
            before,
            b"-o" | b"+o" | b"-O" | b"+O" | b"--rcfile" | b"--init-file"
        );
        if !option(word) && !value && !word.contains(&0) && !user_first {
            return None;
        }
        before = word;
    }
    None
}

/// Whether any command of the script declares variables that bash evaluates when they are set.
fn computes(lexed: &Lexed) -> bool {
    lexed.commands.iter().any(|c| {
        let declares = c.words.iter().position(|w| DECLARE.contains(&w.as_slice()));
        declares.is_some_and(|at| {
            c.words[at..]
                .iter()
                .any(|w| w.starts_with(b"-") && w.iter().any(|b| matches!(b, b'i' | b'n')))
        })
    })
}

/// The name that a word like `NAME=...` or `NAME+=...` gives a value to.
fn assignment(word: &[u8]) -> Option<&[u8]> {
    let at = word.iter().position(|b| *b == b'=')?;
    let name = word[..at].strip_suffix(b"+").unwrap_or(&word[..at]);
    let name = name.split(|b| *b == b'[').next().unwrap_or(name);
    let valid = name.first().is_some_and(|b| !b.is_ascii_digit())
        && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    valid.then_some(name)
}

/// Whether text ends inside `name[...`.
fn subscript(prefix: &[u8]) -> bool {
    let name = prefix
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count();
    name > 0 && prefix.get(name) == Some(&b'[') && !prefix.contains(&b']')
}

fn shown(param: &Param) -> String {
    format!("<{}>", param.name)
}

fn again(what: &str) -> Hazard {
    let reason = format!(
        "is in text that will be run again ({what}); pass it as an argument, e.g. sh -c '… \"$1\"' sh <name>"
    );
    (codes::PLACEHOLDER_RUNS_AGAIN, reason)
}
