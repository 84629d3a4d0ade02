//! Values that a variable of the script carries to a place where they would be run: `v=<x>`, and
//! later `eval "$v"` or `$((v))`. By name alone, without regard to order and functions.

use std::collections::{BTreeMap, BTreeSet};

use super::commands::{DECLARE, assignment, computes_both, read_names};
use super::direct::subscript;
use super::facts::Facts;
use super::filters::{writes_input, writes_words};
use crate::graph::lexer::{Command, CommandKind, Role, Site, Use, UseKind};
use crate::graph::param::{Kind, Param};

/// Where a value goes.
#[derive(Debug, Clone)]
pub(in crate::graph) struct Flow {
    /// The variable that carries it.
    pub(in crate::graph) variable: String,
    /// Where in the script it is run.
    pub(in crate::graph) at: usize,
    /// What happens there.
    pub(in crate::graph) what: &'static str,
}

/// The most variables that may be given one value; with more it counts as run.
const MOST: usize = 64;

const COMPUTES: &str = "computes with";
const RUNS: &str = "runs again, or takes for a name,";
const SPREADS: &str = "gives to more variables than can be followed";

/// Dangerous names with the first place where they are so, and which variables pass values on.
#[derive(Default)]
struct Graph<'l> {
    dangers: BTreeMap<&'l [u8], (usize, &'static str)>,
    /// From a variable to those whose values become a part of its own.
    sources: BTreeMap<&'l [u8], BTreeSet<&'l [u8]>>,
}

impl<'l> Facts<'l> {
    /// For each of these placeholders, by its place in the list, where a variable carries its value.
    pub(in crate::graph) fn flows(&self, text: &dyn Fn(&Site) -> bool) -> BTreeMap<usize, Flow> {
        let sites = self.lexed.sites.iter().enumerate();
        let targets: Vec<(usize, &Site, Vec<&[u8]>)> = sites
            .filter(|(_, site)| text(site))
            .filter_map(|(i, s)| Some((i, s, self.targets(s.command?, s.word, s.role))))
            .filter(|(.., names)| !names.is_empty())
            .collect();
        if targets.is_empty() {
            return BTreeMap::new();
        }
        let dangers = self.graph().spread();
        let flow = |(index, site, names): (usize, &Site, Vec<&[u8]>)| {
            let many = (names.len() > MOST).then_some((site.start, SPREADS));
            names.iter().find_map(|name| {
                let own = self
                    .names
                    .evaluated(name)
                    .then_some((site.start, "runs or computes with"));
                let (at, what) = own.or(many).or_else(|| dangers.get(name).copied())?;
                let variable = String::from_utf8_lossy(name).into_owned();
                Some((index, Flow { variable, at, what }))
            })
        };
        targets.into_iter().filter_map(flow).collect()
    }

    /// The variables that are given what stands in a word, or what its command writes.
    fn targets(&self, mut index: usize, mut word: usize, mut role: Role) -> Vec<&'l [u8]> {
        let mut found = Vec::new();
        // A value after `<` is the name of a file; what is substituted there is read.
        let mut file = role == Role::Input;
        loop {
            let (command, facts) = (&self.lexed.commands[index], &self.commands[index]);
            let (words, head) = (command.words.as_slice(), facts.head);
            let name = words.get(head).map_or(&b""[..], Vec::as_slice);
            let reads =
                |i: &usize| read_names(&self.lexed.commands[*i].words, self.commands[*i].head);
            let mut writes = false;
            match (command.kind, role) {
                (CommandKind::Array, _) => {}
                (CommandKind::Simple, Role::Word | Role::Elements) => {
                    let given = words.get(word).and_then(|w| assignment(w));
                    if let Some(given) = given.filter(|_| word < head || DECLARE.contains(&name)) {
                        found.push(given);
                        return found;
                    }
                    if matches!(words.first().map(Vec::as_slice), Some(b"for" | b"select")) {
                        let variable = words.get(1).filter(|_| word > 2);
                        found.extend(variable.map(Vec::as_slice));
                        return found;
                    }
                    if let Some(variable) = printed(words, head).filter(|_| word > head + 2) {
                        found.push(variable);
                        return found;
                    }
                    writes = word > head && writes_words(words, head);
                }
                (CommandKind::Simple, Role::HereDoc | Role::HereString | Role::Input) => {
                    if let Some(from) = command.compound.filter(|_| !file) {
                        let inner = self.inputs.read_in(from, command.start);
                        found.extend(inner.flat_map(|i| reads(&i)).take(MOST + 1));
                        return found;
                    }
                    writes = !file && writes_input(words, head);
                    if !writes && !file {
                        found.extend(read_names(words, head).take(MOST + 1));
                    }
                }
                (_, _) => return found,
            }
            file = false;
            if command.kind != CommandKind::Array {
                let behind = self.inputs.behind(command).filter(|_| writes);
                let readers = behind.map_or(&[][..], |b| &b.reads);
                found.extend(readers.iter().flat_map(reads).take(MOST + 1));
                if !writes || behind.is_some_and(|b| !b.passes && b.reads.is_empty()) {
                    return found;
                }
            }
            let Some(outer) = command.parent.filter(|_| found.len() <= MOST) else {
                return found;
            };
            (index, word, role) = (outer.command, outer.word, outer.role);
        }
    }

    fn graph(&self) -> Graph<'l> {
        let param = Param::new("x", Kind::Str);
        let mut graph = Graph::default();
        for used in &self.lexed.uses {
            let computed = |array: &[u8]| (!self.names.is_keyed(array)).then_some(COMPUTES);
            let danger = match &used.kind {
                UseKind::Prompt | UseKind::Indirect => Some(RUNS),
                UseKind::Computed(array) => computed(array),
                UseKind::Plain => match self.subscripts(used) {
                    Some(array) => computed(array),
                    None => self.runs(used, &param).then_some(RUNS),
                },
            };
            if let Some(what) = danger {
                graph
                    .dangers
                    .entry(&used.name)
                    .or_insert((used.start, what));
            } else if let Some(command) = used.command.filter(|_| used.kind == UseKind::Plain) {
                let targets = self.targets(command, used.word, used.role);
                if targets.len() > MOST {
                    let danger = (used.start, SPREADS);
                    graph.dangers.entry(&used.name).or_insert(danger);
                }
                for target in targets {
                    graph.sources.entry(target).or_default().insert(&used.name);
                }
            }
        }
        for (command, facts) in self.lexed.commands.iter().zip(&self.commands) {
            self.bare(command, facts.head, &mut graph);
        }
        graph
    }

    /// The array in whose subscript `$v` stands, in `a[$v]=...`.
    fn subscripts<'u>(&self, used: &'u Use) -> Option<&'u [u8]> {
        let facts = self.commands.get(used.command?)?;
        let assigns = used.word <= facts.head && used.role == Role::Word;
        (assigns && subscript(&used.prefix)).then(|| {
            let end = used.prefix.iter().position(|b| *b == b'[').unwrap_or(0);
            &used.prefix[..end]
        })
    }

    fn runs(&self, used: &Use, param: &Param) -> bool {
        let prefix = Some(used.prefix.as_slice());
        let place = used
            .command
            .and_then(|c| self.place(c, used.word, used.role, prefix, param));
        place.is_some_and(|p| p.commands().is_some() || self.run_again(p).is_some())
    }

    /// Names without `$` in words with which bash computes.
    fn bare(&self, command: &'l Command, head: usize, graph: &mut Graph<'l>) {
        let words = &command.words;
        let mut add = |text: &'l [u8]| {
            let plain = |b: &u8| !(b.is_ascii_alphanumeric() || *b == b'_');
            for name in text.split(plain).filter(|n| !n.is_empty()) {
                graph
                    .dangers
                    .entry(name)
                    .or_insert((command.start, COMPUTES));
            }
        };
        if command.kind == CommandKind::Condition {
            for at in (0..words.len()).filter(|i| computes_both(&words[*i])) {
                let around = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
                around.filter_map(|i| words.get(i)).for_each(|w| add(w));
            }
            return;
        }
        let lets = words.get(head).is_some_and(|w| w == b"let");
        let declares = words
            .get(head)
            .is_some_and(|w| DECLARE.contains(&w.as_slice()));
        for (at, word) in words.iter().enumerate() {
            let Some(name) = assignment(word).filter(|_| at < head || declares) else {
                if lets && at > head {
                    add(word);
                }
                continue;
            };
            let equals = word.iter().position(|b| *b == b'=').unwrap_or(0);
            if self.names.evaluated(name) && !self.names.is_reference(name) {
                add(&word[equals + 1..]);
            }
            if name.len() < equals && !self.names.is_keyed(name) {
                add(&word[name.len()..equals]);
            }
        }
    }
}

/// The variable of `printf -v NAME`.
fn printed(words: &[Vec<u8>], head: usize) -> Option<&[u8]> {
    let prints = words.get(head)? == b"printf" && words.get(head + 1)? == b"-v";
    words.get(head + 2).filter(|_| prints).map(Vec::as_slice)
}

impl<'l> Graph<'l> {
    /// All names through which a value reaches a dangerous place.
    fn spread(mut self) -> BTreeMap<&'l [u8], (usize, &'static str)> {
        let mut open: Vec<&[u8]> = self.dangers.keys().copied().collect();
        while let Some(name) = open.pop() {
            let place = self.dangers[name];
            for source in self.sources.remove(name).into_iter().flatten() {
                if !self.dangers.contains_key(source) {
                    self.dangers.insert(source, place);
                    open.push(source);
                }
            }
        }
        self.dangers
    }
}
