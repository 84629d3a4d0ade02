//! Secrets as words of a program's command line, which every user of a machine can read.

use super::Compilation;
use crate::graph::codes;
use crate::graph::lexer::{Command, CommandKind, Lexed, Role, Site};
use crate::graph::param::{Kind, Param};
use crate::graph::problem::{ScriptProblem, Severity};
use crate::graph::similar::quote;

/// Commands that a shell runs itself, without a process that could be looked at; and its words.
const BUILTINS: &[&str] = &[
    ".",
    ":",
    "[",
    "alias",
    "bind",
    "break",
    "cd",
    "continue",
    "case",
    "declare",
    "echo",
    "eval",
    "exit",
    "export",
    "false",
    "for",
    "function",
    "getopts",
    "hash",
    "in",
    "let",
    "local",
    "mapfile",
    "print",
    "printf",
    "read",
    "readarray",
    "readonly",
    "return",
    "select",
    "set",
    "shift",
    "source",
    "test",
    "trap",
    "true",
    "type",
    "typeset",
    "umask",
    "unset",
    "wait",
    "{",
    "(",
    "if",
    "while",
    "until",
    "then",
    "else",
    "elif",
    "do",
    "!",
];

/// Words before the name of a command.
const BEFORE: &[&str] = &["command", "builtin", "exec", "time"];

impl Compilation<'_> {
    /// A notice when a secret stands in a word of a command that is a program of its own.
    pub(super) fn shown(&self, lexed: &Lexed, site: &Site, param: &Param) -> Option<ScriptProblem> {
        if param.kind != Kind::Secret || site.role != Role::Word {
            return None;
        }
        let command = lexed.commands.get(site.command?)?;
        if command.kind != CommandKind::Simple {
            return None;
        }
        let (head, name) = program(command)?;
        let defined = |name: &str| {
            let functions = lexed.commands.iter();
            let mut functions = functions.filter(|c| c.kind == CommandKind::Function);
            let called =
                |word: &Vec<u8>| word.strip_suffix(b"()").unwrap_or(word) == name.as_bytes();
            functions.any(|function| function.words.iter().any(called))
        };
        // A name that is put together may be anything.
        let literal = !name.is_empty() && !name.contains(['\0', '\n']);
        if site.word <= head || !literal || BUILTINS.contains(&name) || defined(name) {
            return None;
        }
        let message = format!(
            "`<{secret}>` is an argument of {}, and whoever is on the machine can read the arguments of a process; give it by standard input, in a file that others cannot read, or in the environment, where it is `TY_{secret}`",
            quote(name),
            secret = param.name
        );
        let code = codes::SECRET_IN_ARGUMENT;
        Some(self.problem(code, Severity::Notice, site.start, message))
    }
}

/// The word that names the program of a command, and which of its words that is.
pub(super) fn program(command: &Command) -> Option<(usize, &str)> {
    let words = command.words.iter().map(|word| std::str::from_utf8(word));
    let before = |word: &str| BEFORE.contains(&word) || assigns(word);
    let mut words = words.map(Result::unwrap_or_default).enumerate();
    words.find(|(_, word)| !before(word))
}

/// Whether a word sets a variable for the command after it.
fn assigns(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use crate::graph::param::{Kind, Param};
    use crate::graph::{codes, compile};

    #[test]
    fn a_secret_in_the_words_of_a_program_is_told() {
        let params = [
            Param::new("key", Kind::Secret),
            Param::new("host", Kind::Str),
        ];
        for (script, column) in [
            ("curl -u \"me:<key>\" <host>", Some(13)),
            ("A=<host> exec /usr/bin/mysql -p<key>", Some(32)),
            ("if ! login <key>; then exit; fi", Some(12)),
            ("echo x | openssl enc -k <key>", Some(25)),
            ("x=$(curl <key>)", Some(10)),
            ("printf %s <key> | curl -K - <host>", None),
            ("PGPASSWORD=<key> psql <host>", None),
            (
                "echo <key>; [ -n <key> ]; : <key>; test <key> = x; x=<key>",
                None,
            ),
            ("curl <host> <<E\n<key>\nE", None),
            ("curl <host> # <key>", None),
            ("log() { echo \"$1\"; }\nlog <key>", None),
            ("for x in <key>; do :; done; case <key> in x) ;; esac", None),
            ("[[ <key> = x ]]; y=(<key>); export Z=<key>", None),
        ] {
            let script = format!("#!/bin/bash\n{script}");
            let params: Vec<&Param> = params.iter().collect();
            let compiled = compile(&script, &params).expect("nothing is refused");
            let told = compiled
                .notices
                .iter()
                .filter(|n| n.code == codes::SECRET_IN_ARGUMENT);
            let told: Vec<_> = told.map(|n| n.column).collect();
            assert_eq!(told, Vec::from_iter(column), "{script}");
        }
    }
}
