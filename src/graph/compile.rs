//! Placeholders to variable references: each by the quoting of its place, or refused.
//!
//! A value never enters the body of a script. `<x>` becomes a reference to the variable `p_x`,
//! which an assignment in front of the body sets when the script is launched.

use std::collections::{BTreeMap, BTreeSet};

use super::codes;
use super::hazards::Facts;
use super::identifiers::{bracketed, identifiers};
use super::lexer::{Context, Lexed, lex};
use super::lines::Lines;
use super::param::Param;
use super::problem::{ScriptProblem, Severity};
use super::reference::rewrite;
use super::script::interpreter;
use super::similar::{Suggester, quote};

/// The shortest name for which a near one is told where a shell reads text.
const MISSPELT_FROM: usize = 3;

/// A script whose placeholders are variable references.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compiled {
    /// The script to run, once the values are set.
    pub body: String,
    /// The parameters that it refers to, in the order in which they are declared.
    pub uses: Vec<String>,
    /// What the author may want to look at.
    pub notices: Vec<ScriptProblem>,
}

/// Compiles `script` for the parameters that it may refer to.
///
/// # Errors
/// Every placeholder that cannot be a variable where it stands, and all notices.
pub fn compile(script: &str, params: &[&Param]) -> Result<Compiled, Vec<ScriptProblem>> {
    compile_with(script, params, &Suggester::default())
}

pub(super) fn compile_with(
    script: &str,
    params: &[&Param],
    suggester: &Suggester,
) -> Result<Compiled, Vec<ScriptProblem>> {
    // Later declarations must not replace earlier ones: a vertex's own parameters come first.
    let named: BTreeMap<&str, &Param> =
        params.iter().rev().map(|p| (p.name.as_str(), *p)).collect();
    let compilation = Compilation {
        script,
        params,
        named,
        suggester,
        lines: Lines::of(script),
    };
    if interpreter(script).shell {
        compilation.shell()
    } else {
        compilation.other()
    }
}

struct Compilation<'c> {
    script: &'c str,
    params: &'c [&'c Param],
    named: BTreeMap<&'c str, &'c Param>,
    suggester: &'c Suggester,
    lines: Lines<'c>,
}

impl Compilation<'_> {
    fn problem(
        &self,
        code: &'static str,
        severity: Severity,
        at: usize,
        message: String,
    ) -> ScriptProblem {
        let (line, column) = self.lines.line_and_column(at);
        ScriptProblem {
            code,
            severity,
            line,
            column,
            message,
        }
    }

    fn shell(&self) -> Result<Compiled, Vec<ScriptProblem>> {
        if !self.script.contains('<') {
            return Ok(Compiled {
                body: self.script.to_owned(),
                ..Compiled::default()
            });
        }
        let lexed = lex(self.script, &|name| self.named.contains_key(name));
        let facts = Facts::of(&lexed);
        let (mut problems, mut notices) = (Vec::new(), Vec::new());
        let mut used = BTreeSet::new();
        let mut body = String::with_capacity(self.script.len() + 16 * lexed.sites.len());
        let (mut copied, mut unclear) = (0, false);
        for site in &lexed.sites {
            let name = &self.script[site.start + 1..site.end - 1];
            let Some(param) = self.named.get(name).copied() else {
                continue;
            };
            if site.context == Context::Comment {
                let message = format!(
                    "`<{name}>` is in a comment, where nothing is replaced; remove the `#` if the line should run"
                );
                let code = codes::PLACEHOLDER_IN_COMMENT;
                notices.push(self.problem(code, Severity::Notice, site.start, message));
                continue;
            }
            used.insert(name);
            let hazard = match site.context {
                Context::Refused(_) => None,
                _ => facts.judge(site, param),
            };
            let outcome = hazard.map_or_else(|| rewrite(site, param), Err);
            match outcome {
                Ok(reference) => {
                    body.push_str(&self.script[copied..site.start]);
                    body.push_str(&reference);
                    copied = site.end;
                }
                // Once the script cannot be followed, one problem says it for all placeholders.
                Err((codes::PLACEHOLDER_UNCLEAR, _)) if unclear => {}
                Err((code, reason)) => {
                    unclear |= code == codes::PLACEHOLDER_UNCLEAR;
                    let message = format!("`<{name}>` {reason}");
                    problems.push(self.problem(code, Severity::Error, site.start, message));
                }
            }
        }
        body.push_str(&self.script[copied..]);
        self.reserved(&used, &mut problems);
        let undeclared = lexed.undeclared.iter();
        notices.extend(undeclared.map(|(start, end)| self.undeclared(*start, *end)));
        notices.extend(self.misspelt(&lexed));
        notices.sort_by_key(|p| (p.line, p.column));
        self.finish(body, &used, problems, notices)
    }

    /// A script of another interpreter: values come through the environment.
    fn other(&self) -> Result<Compiled, Vec<ScriptProblem>> {
        let mut problems = Vec::new();
        for (at, name) in bracketed(self.script) {
            if self.named.contains_key(name) {
                let message = format!(
                    "`<{name}>` is not replaced in a script that no shell runs; read the environment variable `TY_{name}` instead"
                );
                let code = codes::PLACEHOLDER_NOT_SHELL;
                problems.push(self.problem(code, Severity::Error, at, message));
            }
        }
        let mentioned = identifiers(self.script, "TY_");
        let used = self
            .named
            .keys()
            .copied()
            .filter(|n| mentioned.contains_key(n))
            .collect();
        self.finish(self.script.to_owned(), &used, problems, Vec::new())
    }

    fn finish(
        &self,
        body: String,
        used: &BTreeSet<&str>,
        mut problems: Vec<ScriptProblem>,
        notices: Vec<ScriptProblem>,
    ) -> Result<Compiled, Vec<ScriptProblem>> {
        if !problems.is_empty() {
            problems.extend(notices);
            problems.sort_by_key(|p| (p.line, p.column));
            return Err(problems);
        }
        let mut uses: Vec<String> = Vec::new();
        for param in self.params {
            if used.contains(param.name.as_str()) && !uses.contains(&param.name) {
                uses.push(param.name.clone());
            }
        }
        Ok(Compiled {
            body,
            uses,
            notices,
        })
    }

    /// The variables of the parameters must be the script's own nowhere.
    fn reserved(&self, used: &BTreeSet<&str>, problems: &mut Vec<ScriptProblem>) {
        let own = identifiers(self.script, "p_");
        for name in used {
            let variable = format!("p_{name}");
            if let Some(at) = own.get(name).copied() {
                let message = format!(
                    "`{variable}` is the variable that holds the value of `<{name}>`; use another name here"
                );
                problems.push(self.problem(codes::RESERVED_NAME, Severity::Error, at, message));
            }
        }
    }

    /// Undeclared `<word>`s inside quotes and here-documents: text, unless the name of a parameter is
    /// near.
    fn misspelt(&self, lexed: &Lexed) -> Vec<ScriptProblem> {
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

    fn undeclared(&self, start: usize, end: usize) -> ScriptProblem {
        let text = &self.script[start..end];
        let name = &text[1..text.len() - 1];
        let near = self.suggester.nearest(name, self.named.keys().copied());
        let hint = near.map_or_else(String::new, |near| format!(" Did you mean `<{near}>`?"));
        let message = format!(
            "{} is not a declared parameter, so the shell reads it as redirections.{hint} For redirections write `< {name} >`",
            quote(text)
        );
        self.problem(
            codes::UNDECLARED_PLACEHOLDER,
            Severity::Notice,
            start,
            message,
        )
    }
}
