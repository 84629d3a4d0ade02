//! Which commands read code from their standard input, and what is written to it: through pipes,
//! into compound commands, and into functions that the script calls.

use std::collections::BTreeMap;

use super::commands::{assignment, reads};
use super::facts::CommandFacts;
use super::filters::writes_input;
use super::kinds::is_input;
use super::names::Names;
use crate::graph::lexer::{Command, Lexed};

/// Functions that call functions are followed this deep.
const CALLS: usize = 8;

/// Readers of code, and the stretches of the script whose output reaches one.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// Where the commands that read code stand, in order.
    readers: Vec<usize>,
    /// Stretches that are piped into one: where each begins, and the furthest that any up to it reaches.
    piped: Vec<(usize, usize)>,
    /// The same for programs with commands of their own.
    stated: Vec<(usize, usize)>,
    /// Where `read` and its like stand, in order, with their command.
    reads: Vec<(usize, usize)>,
    /// What reads the output of pipelines, by where those begin.
    pipes: BTreeMap<usize, Behind>,
}

/// The commands of a pipeline behind the first.
#[derive(Debug)]
pub(super) struct Behind {
    /// The `read` commands.
    pub(super) reads: Vec<usize>,
    /// All others write what they read.
    pub(super) passes: bool,
}

/// A function of the script.
struct Calls<'n> {
    /// Where its bodies begin and end.
    bodies: &'n [(usize, usize)],
    /// Where it is called.
    at: Vec<usize>,
}

impl Inputs {
    pub(super) fn of(lexed: &Lexed, facts: &[CommandFacts], names: &Names<'_>) -> Self {
        let all = || lexed.commands.iter().zip(facts);
        let mut inputs = Self::default();
        let direct = all().filter(|(c, f)| f.runs.reads || sources_input(c, f));
        inputs.readers = direct.map(|(c, _)| c.start).collect();
        inputs.readers.sort_unstable();
        let readers = all()
            .enumerate()
            .filter(|(_, (c, f))| reads(&c.words, f.head));
        inputs.reads = readers.map(|(i, (c, _))| (c.start, i)).collect();
        inputs.reads.sort_unstable();
        for (index, (command, facts)) in all().enumerate() {
            let Some(from) = command.piped_from else {
                continue;
            };
            let none = || Behind {
                reads: Vec::new(),
                passes: true,
            };
            let behind = inputs.pipes.entry(from).or_insert_with(none);
            if reads(&command.words, facts.head) {
                behind.reads.push(index);
            } else {
                behind.passes &= writes_input(&command.words, facts.head);
            }
        }
        let called = |name: &[u8]| names.functions.get(name).map(Vec::as_slice);
        let mut calls: BTreeMap<&[u8], Calls<'_>> = BTreeMap::new();
        for (command, facts) in all() {
            let name = command
                .words
                .get(facts.head)
                .map_or(&b""[..], Vec::as_slice);
            if let Some(bodies) = called(name) {
                let none = Vec::new();
                let of = calls.entry(name).or_insert(Calls { bodies, at: none });
                of.at.push(command.start);
            }
        }
        for _ in 0..CALLS {
            let reading = |calls: &&Calls<'_>| {
                let mut bodies = calls.bodies.iter();
                bodies.any(|(from, to)| inputs.reads_code(*from, *to))
            };
            let callers = calls.values().filter(reading);
            let mut more: Vec<usize> = callers.flat_map(|c| &c.at).copied().collect();
            more.extend(&inputs.readers);
            more.sort_unstable();
            more.dedup();
            if more.len() == inputs.readers.len() {
                break;
            }
            inputs.readers = more;
        }
        let stated = all().filter(|(_, f)| f.runs.statements);
        inputs.stated = joined(
            stated
                .filter_map(|(c, _)| Some((c.piped_from?, c.start)))
                .collect(),
        );
        let piped = lexed
            .commands
            .iter()
            .filter_map(|c| Some((c.piped_from?, c.start)));
        let into = piped.filter(|(_, start)| inputs.readers.binary_search(start).is_ok());
        let mut stretches: Vec<(usize, usize)> = into.collect();
        inputs.piped = joined(stretches.clone());
        for _ in 0..CALLS {
            let before = stretches.len();
            for calls in calls.values() {
                if calls.at.iter().any(|at| inputs.is_piped(*at)) {
                    stretches.extend(calls.bodies);
                }
            }
            stretches.sort_unstable();
            stretches.dedup();
            if stretches.len() == before {
                break;
            }
            inputs.piped = joined(stretches.clone());
        }
        inputs
    }

    /// Whether what the command that begins at `at` writes reaches a reader of code.
    pub(super) fn is_piped(&self, at: usize) -> bool {
        covers(&self.piped, at)
    }

    /// Whether it reaches a program with commands of its own.
    pub(super) fn is_stated(&self, at: usize) -> bool {
        covers(&self.stated, at)
    }

    /// Whether a command that reads code begins in this stretch.
    pub(super) fn reads_code(&self, from: usize, to: usize) -> bool {
        let first = self.readers.partition_point(|at| *at < from);
        self.readers.get(first).is_some_and(|at| *at < to)
    }

    /// Whether something given to the standard input of `command` is read as code.
    pub(super) fn feeds(&self, command: &Command, facts: &CommandFacts) -> bool {
        if let Some(from) = command.compound {
            return self.reads_code(from, command.start);
        }
        // `exec` without a command changes the input of all that follows.
        let execs = command.words.get(facts.first).is_some_and(|w| w == b"exec");
        if execs && facts.head >= command.words.len() {
            return self.reads_code(command.start, usize::MAX);
        }
        let empty = command.words.iter().all(|w| assignment(w).is_some());
        !empty && self.readers.binary_search(&command.start).is_ok()
    }

    /// The `read` commands in a stretch.
    pub(super) fn read_in(&self, from: usize, to: usize) -> impl Iterator<Item = usize> + '_ {
        let first = self.reads.partition_point(|(at, _)| *at < from);
        let last = self.reads.partition_point(|(at, _)| *at < to).max(first);
        self.reads[first..last].iter().map(|(_, index)| *index)
    }

    /// What stands behind this command in its pipeline; nothing when there is no pipeline.
    pub(super) fn behind(&self, command: &Command) -> Option<&Behind> {
        let from = command.piped_from.unwrap_or(command.start);
        self.pipes.get(&from)
    }
}

/// Stretches in order, each with the furthest end of any up to it.
fn joined(mut stretches: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    stretches.sort_unstable();
    let mut furthest = 0;
    for (_, end) in &mut stretches {
        furthest = furthest.max(*end);
        *end = furthest;
    }
    stretches
}

fn covers(stretches: &[(usize, usize)], at: usize) -> bool {
    let before = stretches.partition_point(|(from, _)| *from <= at);
    before.checked_sub(1).is_some_and(|i| stretches[i].1 > at)
}

/// Whether a command runs its standard input as a script: `. /dev/stdin`.
fn sources_input(command: &Command, facts: &CommandFacts) -> bool {
    let file = command.words.get(facts.head + 1);
    facts.sourced && file.is_some_and(|w| is_input(w))
}
