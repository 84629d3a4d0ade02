//! What the names in a script may be: no variable kept for a value, no variable for two, and no number
//! that looks like an option.

use std::collections::{BTreeMap, BTreeSet};

use super::{Compilation, ScriptProblem};
use crate::graph::codes;
use crate::graph::identifiers::variable;
use crate::graph::launch::PREFIX;
use crate::graph::lexer::{Context, Lexed, Refusal, Role, Site, lex};
use crate::graph::param::{Kind, Param, Value};
use crate::graph::problem::Severity;
use crate::graph::script::base;

/// Programs that take `-5` for an option, or for more than one process.
const DASHED: &[&str] = &[
    "head", "kill", "killall", "nice", "pkill", "renice", "sleep", "tail",
];

const QUOTES: [char; 2] = ['"', '\''];

/// What stands for a word that is looked for.
const MARK: &str = "<p_>";

impl Compilation<'_> {
    /// The variables of the parameters must be the script's own nowhere: neither set nor read.
    pub(super) fn reserved(&self, used: &BTreeSet<&str>, problems: &mut Vec<ScriptProblem>) {
        let variables = used.iter().map(|name| (variable(name).into_owned(), *name));
        let mut variables: BTreeMap<String, &str> = variables.collect();
        let mut found = Vec::new();
        for (at, _) in self.script.match_indices(PREFIX) {
            // Each word is read once, from its first letter on, however often the prefix is in it.
            if self.script[..at].ends_with(word) {
                continue;
            }
            let rest = &self.script[at + PREFIX.len()..];
            let name = &rest[..rest.find(|c| !word(c)).unwrap_or(rest.len())];
            if variables.contains_key(name) {
                found.push((at, name));
            }
        }
        for (at, variable) in self.not_text(&found) {
            if let Some(name) = variables.remove(variable) {
                let message = format!(
                    "`p_{variable}` is the variable that holds the value of `<{name}>`; use another name here"
                );
                problems.push(self.problem(codes::RESERVED_NAME, Severity::Error, at, message));
            }
        }
    }

    /// Those of the words that are more than text in a comment or in quotes, as far as can be seen.
    fn not_text<'f>(&self, found: &[(usize, &'f str)]) -> Vec<(usize, &'f str)> {
        if found.is_empty() {
            return Vec::new();
        }
        // With a placeholder in front of each the lexer says where they stand.
        let (mut marked, mut copied) = (String::new(), 0);
        let mut places = BTreeMap::new();
        for (at, name) in found {
            marked.push_str(&self.script[copied..*at]);
            places.insert(marked.len(), (*at, *name));
            marked.push_str(MARK);
            copied = *at;
        }
        marked.push_str(&self.script[copied..]);
        let lexed = lex(&marked, &|name| {
            name == &MARK[1..MARK.len() - 1] || self.named.contains_key(name) || self.missed(name)
        });
        for site in &lexed.sites {
            let Some((at, name)) = places.get(&site.start) else {
                continue;
            };
            let after = &self.script[at + PREFIX.len() + name.len()..];
            let set = after.starts_with(['=', '[']) || after.starts_with("+=");
            let before = &self.script[..*at];
            let read = before.ends_with('$') || before.ends_with("${");
            // `read 'p_x'` sets it, quotes or not.
            let alone = before.ends_with(QUOTES) && after.starts_with(QUOTES);
            let spoken = !set && !read && !alone;
            let text = match site.context {
                Context::Comment => true,
                Context::Single | Context::Double | Context::HereDoc => spoken,
                Context::Refused(refusal) => refusal == Refusal::QuotedHereDoc && spoken,
                Context::Bare | Context::Arithmetic => false,
            };
            if text {
                places.remove(&site.start);
            }
        }
        places.into_values().collect()
    }

    /// A number at the start of an argument that a program would read as an option if it were
    /// negative.
    pub(super) fn negative(
        &self,
        lexed: &Lexed,
        site: &Site,
        param: &Param,
    ) -> Option<ScriptProblem> {
        let least = match (param.kind, &param.min) {
            (Kind::Int | Kind::Float, None) => f64::NEG_INFINITY,
            (Kind::Int, Some(Value::Int(min))) => *min as f64,
            (Kind::Float, Some(Value::Float(min))) => *min,
            _ => return None,
        };
        let command = lexed.commands.get(site.command?)?;
        let before = command.words.get(..site.word)?;
        let program = |w: &Vec<u8>| std::str::from_utf8(w).is_ok_and(|w| DASHED.contains(&base(w)));
        let of_option = before.last().is_some_and(|w| w.starts_with(b"-"));
        let kills = before.iter().any(|w| w == b"kill");
        let ended = before.iter().any(|w| w == b"--");
        if least >= 0.0
            || !param.choices.is_empty()
            || site.role != Role::Word
            || !site.prefix.is_empty()
            || !before.iter().any(program)
            || (of_option && !kills)
            || (ended && !kills)
        {
            return None;
        }
        let name = &param.name;
        let message = format!(
            "`<{name}>` may be negative, and this program would read it as an option or as a group of processes; declare `{name}` with `min: 0`"
        );
        let code = codes::NEGATIVE_ARGUMENT;
        Some(self.problem(code, Severity::Notice, site.start, message))
    }

    /// Two names whose values one variable would hold.
    pub(super) fn clashes(&self, used: &BTreeSet<&str>, problems: &mut Vec<ScriptProblem>) {
        let mut holds: BTreeMap<_, &str> = BTreeMap::new();
        for name in used {
            let variable = variable(name);
            if let Some(other) = holds.get(&variable) {
                let at = self.script.find(&format!("<{name}>"));
                let at = at.or_else(|| self.script.find(&format!("TY_{variable}")));
                let message = format!(
                    "one variable, `{variable}`, would hold `<{other}>` and `<{name}>`; rename one of the two"
                );
                let (code, at) = (codes::OUTPUT_NAME_CLASH, at.unwrap_or(0));
                problems.push(self.problem(code, Severity::Error, at, message));
            } else {
                holds.insert(variable, name);
            }
        }
    }
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
