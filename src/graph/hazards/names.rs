//! What a script makes of its variables' names: which ones bash evaluates when they are set, which
//! are arrays, and what it calls by an alias or a function.

use std::collections::{BTreeMap, BTreeSet};

use super::commands::{DECLARE, PARSE_AGAIN, RUN_BY_SHELL, assignment, read_names};
use super::kinds::is_interpreter;
use crate::graph::lexer::{Command, CommandKind, Lexed};

/// The names of a script.
#[derive(Debug, Default)]
pub(super) struct Names<'l> {
    evaluated: BTreeSet<&'l [u8]>,
    arrays: BTreeSet<&'l [u8]>,
    keyed: BTreeSet<&'l [u8]>,
    references: BTreeSet<&'l [u8]>,
    aliases: BTreeSet<&'l [u8]>,
    /// A name that is not written out is declared so that it is evaluated.
    any: bool,
    /// Functions, with the places in the script where their bodies begin and end.
    pub(super) functions: BTreeMap<&'l [u8], Vec<(usize, usize)>>,
}

impl<'l> Names<'l> {
    /// Looks at every command once; `heads` says where their names stand.
    pub(super) fn of(lexed: &'l Lexed, heads: &[usize]) -> Self {
        let mut names = Self::default();
        for (command, head) in lexed.commands.iter().zip(heads) {
            names.command(lexed, command, *head);
        }
        names
    }

    fn command(&mut self, lexed: &'l Lexed, command: &'l Command, head: usize) {
        let words = &command.words;
        let leading = words.iter().filter_map(|w| Some((w, assignment(w)?)));
        let subscripted = leading.filter(|(w, name)| w.get(name.len()) == Some(&b'['));
        self.arrays.extend(subscripted.map(|(_, name)| name));
        match command.kind {
            CommandKind::Array => {
                let word = command
                    .parent
                    .and_then(|p| lexed.commands[p.command].words.get(p.word));
                self.arrays.extend(word.and_then(|w| assignment(w)));
                return;
            }
            CommandKind::Function => {
                let name = words.iter().rfind(|w| *w != b"function");
                if let Some(name) = name {
                    let body = (command.start, command.end);
                    self.functions.entry(name).or_default().push(body);
                }
                return;
            }
            CommandKind::Simple | CommandKind::Condition | CommandKind::Patterns => {}
        }
        let Some(name) = words.get(head).map(Vec::as_slice) else {
            return;
        };
        let rest = &words[head + 1..];
        if DECLARE.contains(&name) {
            self.declared(name, rest);
        } else if name == b"alias" {
            let runs = rest.iter().filter(|w| !harmless_alias(w));
            self.aliases
                .extend(runs.filter_map(|w| w.split(|b| *b == b'=').next()));
        } else if matches!(name, b"mapfile" | b"readarray")
            || rest
                .iter()
                .any(|w| w.starts_with(b"-") && w.contains(&b'a'))
        {
            self.arrays.extend(read_names(words, head));
        }
    }

    fn declared(&mut self, command: &[u8], words: &'l [Vec<u8>]) {
        let exports = matches!(command, b"export" | b"readonly");
        let (mut evaluates, mut array, mut keyed, mut refers) = (false, false, false, false);
        for word in words {
            let unknown = word.first() == Some(&0) && !word.contains(&b'=');
            if word.starts_with(b"-") || unknown {
                evaluates |= !exports && (unknown || word.iter().any(|b| matches!(b, b'i' | b'n')));
                array |= !exports && (unknown || word.iter().any(|b| matches!(b, b'a' | b'A')));
                keyed |= word.contains(&b'A');
                refers |= !exports && word.contains(&b'n');
                continue;
            }
            let end = word.iter().position(|b| matches!(b, b'=' | b'+' | b'['));
            let name = &word[..end.unwrap_or(word.len())];
            self.any |= evaluates && name.contains(&0);
            for (holds, set) in [
                (evaluates, &mut self.evaluated),
                (array, &mut self.arrays),
                (keyed, &mut self.keyed),
                (refers, &mut self.references),
            ] {
                if holds {
                    set.insert(name);
                }
            }
        }
    }

    /// Whether the shell itself runs, expands or computes with what this variable is set to.
    pub(super) fn evaluated(&self, name: &[u8]) -> bool {
        self.any || self.evaluated.contains(name) || RUN_BY_SHELL.contains(&name)
    }

    /// Whether a variable is another name for one whose name it holds.
    pub(super) fn is_reference(&self, name: &[u8]) -> bool {
        self.references.contains(name)
    }

    pub(super) fn is_array(&self, name: &[u8]) -> bool {
        self.arrays.contains(name)
    }

    /// Whether the subscripts of this array are text.
    pub(super) fn is_keyed(&self, name: &[u8]) -> bool {
        self.keyed.contains(name)
    }

    /// Whether a command of this name is an alias for something that runs its words.
    pub(super) fn is_alias(&self, name: &[u8]) -> bool {
        self.aliases.contains(name)
    }
}

/// Whether an alias is plain words, and none of them runs others.
fn harmless_alias(word: &[u8]) -> bool {
    let value = word.splitn(2, |b| *b == b'=').nth(1).unwrap_or(&[]);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b" ./_-=,:+".contains(b);
    value.iter().all(plain)
        && value
            .split(|b| *b == b' ')
            .all(|w| !PARSE_AGAIN.contains(&w) && !is_interpreter(w))
}
