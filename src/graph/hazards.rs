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

/// What is known about all commands of a script, so that judging a placeholder searches nothing.
#[derive(Debug)]
pub(super) struct Facts<'l> {
    lexed: &'l Lexed,
    commands: Vec<CommandFacts>,
    /// Pipelines that end in a shell: where each begins, and the furthest that any up to it reaches.
    piped: Vec<(usize, usize)>,
    /// Variables are declared that bash evaluates when they are set.
    computes: bool,
}

/// What is known about one command.
#[derive(Debug)]
struct CommandFacts {
    /// The first word that is no assignment and no `command` or `builtin` before another.
    head: usize,
    /// How many first words are assignments or declare variables.
    leading: usize,
    /// The word that a shell takes as its script.
    script: Option<usize>,
    /// A shell or another interpreter is among the words.
    interpreter: bool,
    sourced: bool,
    /// A word makes a condition evaluate the others.
    evaluates: bool,
    /// The first option of a declaration that does more than export or protect.
    declaring_option: Option<usize>,
    /// The first option that takes the name of a variable.
    naming_option: Option<usize>,
}

impl<'l> Facts<'l> {
    /// Looks at every command once.
    pub(super) fn of(lexed: &'l Lexed) -> Self {
        let reads = lexed.commands.iter().filter(|c| reads_program(c));
        let mut piped: Vec<(usize, usize)> = reads
            .filter_map(|c| Some((c.piped_from?, c.start)))
            .collect();
        piped.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut piped {
            furthest = furthest.max(*end);
            *end = furthest;
        }
        let commands = lexed.commands.iter().map(CommandFacts::of).collect();
        Self {
            lexed,
            commands,
            piped,
            computes: computes(lexed),
        }
    }

    /// What is wrong with a placeholder that the quoting alone would allow.
    pub(super) fn judge(&self, site: &Site, param: &Param) -> Option<Hazard> {
        let (mut index, mut word, mut role) = (site.command?, site.word, site.role);
        let mut prefix = Some(site.prefix.as_slice());
        loop {
            let (command, facts) = (self.lexed.commands.get(index)?, self.commands.get(index)?);
            let place = Place {
                all: self,
                command,
                facts,
                word,
                role,
                prefix: prefix.unwrap_or(b""),
                param,
            };
            let direct = if prefix.is_some() {
                place.direct()
            } else {
                None
            };
            if let Some(hazard) = direct.or_else(|| place.again(prefix.is_none())) {
                return Some(hazard);
            }
            (index, word) = command.parent?;
            role = if word == usize::MAX {
                Role::HereDoc
            } else {
                Role::Word
            };
            prefix = None;
        }
    }

    /// Whether the command that begins at `at` is piped into a shell.
    fn is_piped(&self, at: usize) -> bool {
        let before = self.piped.partition_point(|(from, _)| *from <= at);
        before.checked_sub(1).is_some_and(|i| self.piped[i].1 > at)
    }
}

impl CommandFacts {
    fn of(command: &Command) -> Self {
        let words = &command.words;
        let head = head(words);
        let declares = |w: &Vec<u8>| DECLARE.contains(&w.as_slice());
        let plain = |w: &Vec<u8>| {
            !w.starts_with(b"-") || w[1..].iter().all(|b| matches!(b, b'x' | b'r' | b'g'))
        };
        let after = |wanted: &dyn Fn(&Vec<u8>) -> bool| {
            words
                .iter()
                .skip(head + 1)
                .position(wanted)
                .map(|at| head + 1 + at)
        };
        let evaluates = |w: &Vec<u8>| {
            matches!(
                w.as_slice(),
                b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" | b"-v" | b"-R"
            )
        };
        Self {
            head,
            leading: words
                .iter()
                .take_while(|w| assignment(w).is_some() || declares(w))
                .count(),
            script: script_argument(words),
            interpreter: words.iter().any(|w| is_interpreter(w)),
            sourced: words.first().is_some_and(|w| is_source(w)),
            evaluates: words.iter().any(evaluates),
            declaring_option: after(&|w| !plain(w)),
            naming_option: after(&|w| matches!(w.as_slice(), b"-v" | b"-R" | b"-p")),
        }
    }
}

fn head(words: &[Vec<u8>]) -> usize {
    let passed =
        |w: &Vec<u8>| matches!(w.as_slice(), b"command" | b"builtin" | b"exec" | b"coproc");
    let assignments = words.iter().take_while(|w| assignment(w).is_some()).count();
    let mut head = assignments;
    while words
        .get(head)
        .is_some_and(|w| passed(w) || (head > assignments && w.starts_with(b"-")))
    {
        head += 1;
    }
    head
}

fn is_source(word: &[u8]) -> bool {
    matches!(word, b"." | b"source")
}

fn is_interpreter(word: &[u8]) -> bool {
    std::str::from_utf8(word)
        .is_ok_and(|w| SHELLS.contains(&base(w)) || READ_CODE.contains(&base(w)))
}

/// One placeholder, or the substitution around it, in one command.
struct Place<'l> {
    all: &'l Facts<'l>,
    command: &'l Command,
    facts: &'l CommandFacts,
    word: usize,
    role: Role,
    prefix: &'l [u8],
    param: &'l Param,
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

fn again(what: &str) -> Hazard {
    let reason = format!(
        "is in text that will be run again ({what}); pass it as an argument, e.g. sh -c '… \"$1\"' sh <name>"
    );
    (codes::PLACEHOLDER_RUNS_AGAIN, reason)
}
