//! Placeholders to variable references: each by the quoting of its place, or refused.
//!
//! A value never enters the body of a script. `<x>` becomes a reference to the variable `p_x`,
//! which an assignment in front of the body sets when the script is launched.

use std::collections::{BTreeMap, BTreeSet};

use super::codes;
use super::hazards::Facts;
use super::identifiers::identifiers;
use super::launch::VARIABLE;
use super::lexer::{Context, lex};
use super::lines::Lines;
use super::param::{Kind, Param};
use super::problem::Severity;
use super::reference::rewrite;
use super::script::interpreter;
use super::similar::{Suggester, quote};

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

/// A finding about one place of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptProblem {
    /// A stable name for programs; listed in docs/checks.md.
    pub code: &'static str,
    /// Whether it stops a start.
    pub severity: Severity,
    /// Line of the script, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong and what to do.
    pub message: String,
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
            return self.finish(self.script.to_owned(), &self.secrets(), vec![], vec![]);
        }
        let lexed = lex(self.script, &|name| self.named.contains_key(name));
        let facts = Facts::of(&lexed);
        let mut problems = Vec::new();
        let mut used = BTreeSet::new();
        let mut body = String::with_capacity(self.script.len() + 16 * lexed.sites.len());
        let (mut copied, mut unclear) = (0, false);
        for site in &lexed.sites {
            let name = &self.script[site.start + 1..site.end - 1];
            let Some(param) = self.named.get(name).copied() else {
                continue;
            };
            if site.context == Context::Comment {
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
        used.extend(self.secrets());
        let notices = lexed
            .undeclared
            .iter()
            .map(|(start, end)| self.undeclared(*start, *end))
            .collect();
        self.finish(body, &used, problems, notices)
    }

    /// Secrets that a shell's script reads from the environment itself: they are there anyway.
    fn secrets(&self) -> BTreeSet<&str> {
        if !self.script.contains(VARIABLE) {
            return BTreeSet::new();
        }
        let mentioned = identifiers(self.script, VARIABLE);
        let secret = |p: &&Param| p.kind == Kind::Secret && mentioned.contains_key(p.name.as_str());
        let found = self.named.values().copied().filter(secret);
        found.map(|p| p.name.as_str()).collect()
    }

    /// A script of another interpreter: values come through the environment.
    fn other(&self) -> Result<Compiled, Vec<ScriptProblem>> {
        let mut problems = Vec::new();
        for (at, _) in self.script.match_indices('<') {
            let rest = &self.script[at + 1..];
            let length = rest
                .bytes()
                .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
                .count();
            let name = &rest[..length];
            if rest[length..].starts_with('>') && self.named.contains_key(name) {
                let message = format!(
                    "`<{name}>` is not replaced in a script that no shell runs; read the environment variable `TY_{name}` instead"
                );
                problems.push(self.problem(
                    codes::PLACEHOLDER_NOT_SHELL,
                    Severity::Error,
                    at,
                    message,
                ));
            }
        }
        let mentioned = identifiers(self.script, VARIABLE);
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
