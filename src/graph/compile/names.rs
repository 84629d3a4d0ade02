//! What the names in a script may be: no variable kept for a value, no variable for two, and no
//! `<word>` that was meant to be declared.

use std::collections::{BTreeMap, BTreeSet};

use super::{Compilation, ScriptProblem};
use crate::graph::codes;
use crate::graph::identifiers::{bracketed, identifiers, variable};
use crate::graph::lexer::Lexed;
use crate::graph::problem::Severity;
use crate::graph::similar::quote;

/// The shortest name for which a near one is told where a shell reads text.
const MISSPELT_FROM: usize = 3;

impl Compilation<'_> {
    /// The variables of the parameters must be the script's own nowhere.
    pub(super) fn reserved(&self, used: &BTreeSet<&str>, problems: &mut Vec<ScriptProblem>) {
        let own = identifiers(self.script, "p_");
        for name in used {
            let variable = variable(name);
            if let Some(at) = own.get(variable.as_ref()).copied() {
                let message = format!(
                    "`p_{variable}` is the variable that holds the value of `<{name}>`; use another name here"
                );
                problems.push(self.problem(codes::RESERVED_NAME, Severity::Error, at, message));
            }
        }
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

    /// Undeclared `<word>`s inside quotes and here-documents: text, unless the name of a parameter is
    /// near.
    pub(super) fn misspelt(&self, lexed: &Lexed) -> Vec<ScriptProblem> {
        let mut known: BTreeSet<usize> = lexed.sites.iter().map(|site| site.start).collect();
        known.extend(lexed.undeclared.iter().map(|(start, _)| *start));
        let mut found = Vec::new();
        for (start, name) in bracketed(self.script) {
            if known.contains(&start) || name.len() < MISSPELT_FROM {
                continue;
            }
            if let Some(near) = self.suggester.nearest(name, self.named.keys().copied()) {
                let message = format!(
                    "`<{name}>` is not a declared parameter and stays as it is. Did you mean `<{near}>`?"
                );
                let code = codes::UNDECLARED_PLACEHOLDER;
                found.push(self.problem(code, Severity::Notice, start, message));
            }
        }
        found
    }

    /// Whether a `<vertex.name>` was surely meant to be an output, and is none.
    pub(super) fn missed(&self, name: &str) -> bool {
        self.outputs.is_some_and(|outputs| outputs.misses(name))
    }

    pub(super) fn undeclared(&self, start: usize, end: usize) -> Option<ScriptProblem> {
        let text = &self.script[start..end];
        let name = &text[1..text.len() - 1];
        if name.contains('.') {
            let (severity, message) = self.outputs?.miss(name, self.suggester)?;
            let code = match severity {
                Severity::Error => codes::UNDECLARED_OUTPUT,
                Severity::Notice => codes::UNDECLARED_PLACEHOLDER,
            };
            return Some(self.problem(code, severity, start, message));
        }
        let near = self.suggester.nearest(name, self.named.keys().copied());
        let hint = near.map_or_else(String::new, |near| format!(" Did you mean `<{near}>`?"));
        let message = format!(
            "{} is not a declared parameter, so the shell reads it as redirections.{hint} For redirections write `< {name} >`",
            quote(text)
        );
        let code = codes::UNDECLARED_PLACEHOLDER;
        Some(self.problem(code, Severity::Notice, start, message))
    }
}
