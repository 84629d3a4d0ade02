//! Scripts that none of the followed shells runs: values come through the environment.

use super::{Compilation, Compiled, ScriptProblem};
use crate::graph::codes;
use crate::graph::identifiers::{bracketed, identifiers, variable};
use crate::graph::launch::VARIABLE;
use crate::graph::problem::Severity;

impl Compilation<'_> {
    /// A script of another interpreter: nothing is replaced there.
    pub(super) fn other(&self) -> Result<Compiled, Vec<ScriptProblem>> {
        let mut problems = Vec::new();
        for (at, name) in bracketed(self.script) {
            if self.named.contains_key(name) {
                let variable = variable(name);
                let message = format!(
                    "`<{name}>` is not replaced: that is done in scripts for sh, dash and bash alone; read the environment variable `TY_{variable}` instead"
                );
                let code = codes::PLACEHOLDER_NOT_SHELL;
                problems.push(self.problem(code, Severity::Error, at, message));
            } else if self.missed(name) {
                problems.extend(self.undeclared(at, at + name.len() + 2, false));
            }
        }
        let mentioned = identifiers(self.script, VARIABLE);
        let used = self
            .named
            .keys()
            .copied()
            .filter(|n| mentioned.contains_key(variable(n).as_ref()))
            .collect();
        let notices = self.missed_variables(&mentioned);
        self.finish(self.script.to_owned(), &used, problems, notices)
    }
}
