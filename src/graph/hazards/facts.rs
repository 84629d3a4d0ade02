//! All commands of a script looked at once, so that judging a placeholder searches nothing.

use super::commands::{
    DECLARE, assignment, computes, head, is_interpreter, is_source, reads_program, script_argument,
};
use super::place::{Hazard, Place};
use super::programs::code_words;
use crate::graph::lexer::{Command, Lexed, Role, Site};
use crate::graph::param::Param;

/// What is known about all commands of a script, so that judging a placeholder searches nothing.
#[derive(Debug)]
pub(in crate::graph) struct Facts<'l> {
    lexed: &'l Lexed,
    commands: Vec<CommandFacts>,
    /// Pipelines that end in a shell: where each begins, and the furthest that any up to it reaches.
    piped: Vec<(usize, usize)>,
    /// Variables are declared that bash evaluates when they are set.
    pub(super) computes: bool,
}

/// What is known about one command.
#[derive(Debug)]
pub(super) struct CommandFacts {
    /// The first word that is no assignment and no `command` or `builtin` before another.
    pub(super) head: usize,
    /// How many first words are assignments or declare variables.
    pub(super) leading: usize,
    /// The word that a shell takes as its script.
    pub(super) script: Option<usize>,
    /// The words that another program takes as code, and what to do instead.
    pub(super) code: (Vec<usize>, &'static str),
    /// A shell or another interpreter is among the words.
    pub(super) interpreter: bool,
    pub(super) sourced: bool,
    /// A word makes a condition evaluate the others.
    pub(super) evaluates: bool,
    /// The first option of a declaration that does more than export or protect.
    pub(super) declaring_option: Option<usize>,
    /// The first option that takes the name of a variable.
    pub(super) naming_option: Option<usize>,
}

impl<'l> Facts<'l> {
    /// Looks at every command once.
    pub(in crate::graph) fn of(lexed: &'l Lexed) -> Self {
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
    pub(in crate::graph) fn judge(&self, site: &Site, param: &Param) -> Option<Hazard> {
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
    pub(super) fn is_piped(&self, at: usize) -> bool {
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
            code: code_words(words, head),
            interpreter: words.iter().any(|w| is_interpreter(w)),
            sourced: words.first().is_some_and(|w| is_source(w)),
            evaluates: words.iter().any(evaluates),
            declaring_option: after(&|w| !plain(w)),
            naming_option: after(&|w| matches!(w.as_slice(), b"-v" | b"-R" | b"-p")),
        }
    }
}
