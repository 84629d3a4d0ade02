//! All commands of a script looked at once, so that judging a placeholder searches nothing.

use super::commands::{DECLARE, assignment, heads, is_source};
use super::filters::writes_words;
use super::input::Inputs;
use super::names::Names;
use super::place::{Hazard, Place};
use super::programs::runs;
use super::runs::Runs;
use crate::graph::lexer::{Command, Lexed, Role, Site};
use crate::graph::param::Param;

/// What is known about all commands of a script, so that judging a placeholder searches nothing.
#[derive(Debug)]
pub(in crate::graph) struct Facts<'l> {
    pub(super) lexed: &'l Lexed,
    pub(super) commands: Vec<CommandFacts>,
    pub(super) names: Names<'l>,
    pub(super) inputs: Inputs,
}

/// What is known about one command.
#[derive(Debug)]
pub(super) struct CommandFacts {
    /// The first word that is no assignment.
    pub(super) first: usize,
    /// The same behind `command`, `builtin`, `exec` and what may be nothing.
    pub(super) head: usize,
    /// How many first words are assignments or declare variables.
    pub(super) leading: usize,
    /// What its programs do with its words and its input.
    pub(super) runs: Runs,
    pub(super) sourced: bool,
    /// The first option of a declaration that lets bash do more with a value than keep it.
    pub(super) declaring_option: Option<usize>,
    /// The same for elements between parentheses.
    pub(super) element_option: Option<usize>,
}

impl<'l> Facts<'l> {
    /// Looks at every command once.
    pub(in crate::graph) fn of(lexed: &'l Lexed) -> Self {
        let commands: Vec<_> = lexed.commands.iter().map(CommandFacts::of).collect();
        let heads: Vec<usize> = commands.iter().map(|c| c.head).collect();
        let names = Names::of(lexed, &heads);
        let inputs = Inputs::of(lexed, &commands, &names);
        Self {
            lexed,
            commands,
            names,
            inputs,
        }
    }

    /// What is wrong with a placeholder that the quoting alone would allow.
    pub(in crate::graph) fn judge(&self, site: &Site, param: &Param) -> Option<Hazard> {
        let prefix = Some(site.prefix.as_slice());
        let place = self.place(site.command?, site.word, site.role, prefix, param)?;
        place
            .written(site)
            .or_else(|| place.direct())
            .or_else(|| self.run_again(place))
    }

    /// Whether a place, or one that it is substituted into, is parsed a second time.
    pub(super) fn run_again<'p>(&'p self, mut place: Place<'p>) -> Option<Hazard> {
        loop {
            if let Some(hazard) = place.again() {
                return Some(hazard);
            }
            let outer = place.command.parent?;
            place = self.place(outer.command, outer.word, outer.role, None, place.param)?;
        }
    }

    /// Whether a program reads the placeholder among commands of its own.
    pub(in crate::graph) fn stated(&self, site: &Site) -> bool {
        let mut open = site.command.map(|c| (c, site.word, site.role, false));
        while let Some((index, word, role, inside)) = open {
            let (command, facts) = (&self.lexed.commands[index], &self.commands[index]);
            let fed =
                matches!(role, Role::HereDoc | Role::HereString) || (inside && role == Role::Input);
            let worded = role == Role::Word && facts.runs.stated.contains(&word);
            // The name of a database to dump is not among what is dumped.
            let writes = fed || writes_words(&command.words, facts.head);
            let piped = writes && self.inputs.is_stated(command.start);
            if worded || piped || (fed && facts.runs.statements) {
                return true;
            }
            open = command
                .parent
                .filter(|_| writes)
                .map(|p| (p.command, p.word, p.role, true));
        }
        false
    }

    pub(super) fn place<'p>(
        &'p self,
        index: usize,
        word: usize,
        role: Role,
        prefix: Option<&'p [u8]>,
        param: &'p Param,
    ) -> Option<Place<'p>> {
        Some(Place {
            all: self,
            command: self.lexed.commands.get(index)?,
            facts: self.commands.get(index)?,
            word,
            role,
            inside: prefix.is_none(),
            prefix: prefix.unwrap_or(b""),
            param,
        })
    }
}

impl CommandFacts {
    fn of(command: &Command) -> Self {
        let words = &command.words;
        let (first, head) = heads(words);
        let declares = |w: &Vec<u8>| DECLARE.contains(&w.as_slice());
        let exports = words
            .get(head)
            .is_some_and(|w| matches!(w.as_slice(), b"export" | b"readonly"));
        let after = |allowed: &[u8]| {
            let plain = |w: &Vec<u8>| {
                let own = |b: &u8| allowed.contains(b) || (exports && *b == b'n');
                let unknown = w.first() == Some(&0) && !w.contains(&b'=') && !exports;
                !unknown && (!w.starts_with(b"-") || w[1..].iter().all(own))
            };
            let options = words.iter().skip(head + 1);
            options
                .take(words.len())
                .position(|w| !plain(w))
                .map(|at| head + 1 + at)
        };
        Self {
            first,
            head,
            leading: words
                .iter()
                .take_while(|w| assignment(w).is_some() || declares(w))
                .count(),
            runs: runs(words, head),
            sourced: words.get(head).is_some_and(|w| is_source(w)),
            declaring_option: after(b"xrglut"),
            element_option: after(b"xrglutaA"),
        }
    }
}
