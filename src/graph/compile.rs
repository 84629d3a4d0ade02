//! Placeholders to variable references: each by the quoting of its place, or refused.
//!
//! A value never enters the body of a script. `<x>` becomes a reference to the variable `p_x`,
//! which an assignment in front of the body sets when the script is launched.

mod arguments;
mod formats;
mod names;
mod other;
mod subscripts;
mod tilde;
mod undeclared;

use std::collections::{BTreeMap, BTreeSet};

use super::codes;
use super::hazards::{Facts, Flow, Hazard, harmless};
use super::identifiers::identifiers;
use super::launch::VARIABLE;
use super::lexer::{Context, Site, lex};
use super::lines::Lines;
use super::outputs::Outputs;
use super::param::{Kind, Param};
use super::problem::{ScriptProblem, Severity};
use super::reference::rewrite;
use super::script::interpreter;
use super::similar::Suggester;
use subscripts::advised;
use tilde::after_tilde;

const STATED: &str = "is in text that a program reads as commands of its own, where no quotes of the shell protect it; use that program's own variables, e.g. psql -v v=<name> and :'v'";

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
    compile_with(script, params, &Suggester::default(), None)
}

pub(super) fn compile_with(
    script: &str,
    params: &[&Param],
    suggester: &Suggester,
    outputs: Option<&Outputs<'_>>,
) -> Result<Compiled, Vec<ScriptProblem>> {
    // Later declarations must not replace earlier ones: a vertex's own parameters come first.
    let named: BTreeMap<&str, &Param> =
        params.iter().rev().map(|p| (p.name.as_str(), *p)).collect();
    let compilation = Compilation {
        script,
        params,
        named,
        suggester,
        outputs,
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
    outputs: Option<&'c Outputs<'c>>,
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
        let lexed = lex(self.script, &|name| {
            self.named.contains_key(name) || self.missed(name)
        });
        let facts = Facts::of(&lexed);
        let (mut problems, mut notices) = (Vec::new(), Vec::new());
        let mut used = BTreeSet::new();
        let mut body = String::with_capacity(self.script.len() + 16 * lexed.sites.len());
        let (mut copied, mut unclear) = (0, false);
        let text = |site: &Site| {
            let name = &self.script[site.start + 1..site.end - 1];
            let param = self.named.get(name);
            param.is_some_and(|p| !harmless(p)) && !matches!(site.context, Context::Refused(_))
        };
        let flows = facts.flows(&text);
        for (index, site) in lexed.sites.iter().enumerate() {
            let name = &self.script[site.start + 1..site.end - 1];
            let Some(param) = self.named.get(name).copied() else {
                let told = site.context != Context::Comment;
                let bare = site.context == Context::Bare;
                problems.extend(self.undeclared(site.start, site.end, bare).filter(|_| told));
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
            notices.extend(self.shown(&lexed, site, param));
            notices.extend(self.formatted(&lexed, site, param));
            let hazard = match site.context {
                Context::Refused(_) => None,
                _ => facts
                    .judge(site, param)
                    .map(|hazard| advised(hazard, site, param))
                    .or_else(|| Some(self.carried(flows.get(&index)?)))
                    .or_else(|| after_tilde(&self.script[..site.start], site, param)),
            };
            let outcome = hazard.map_or_else(|| rewrite(site, param), Err);
            match outcome {
                Ok(reference) => {
                    if !harmless(param) && facts.stated(site) {
                        let code = codes::PLACEHOLDER_IN_STATEMENTS;
                        let message = format!("`<{name}>` {STATED}");
                        notices.push(self.problem(code, Severity::Notice, site.start, message));
                    }
                    notices.extend(self.negative(&lexed, site, param));
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
        let bare = self.bare_words(&lexed).into_iter();
        let (meant, bare): (Vec<_>, Vec<_>) = bare.partition(|p| p.severity == Severity::Error);
        problems.extend(meant);
        notices.extend(bare);
        notices.extend(self.misspelt(&lexed));
        notices.sort_by_key(|p| (p.line, p.column));
        self.finish(body, &used, problems, notices)
    }

    /// What is wrong when a variable carries a value to where it would be run.
    fn carried(&self, flow: &Flow) -> Hazard {
        let (line, _) = self.lines.line_and_column(flow.at);
        let Flow { variable, what, .. } = flow;
        let reason = format!(
            "becomes the value of `{variable}`, which the shell {what} on line {line}; if that is meant to be another `{variable}`, call one of the two otherwise; else declare it as an int, or hand it on as an argument, e.g. sh -c '… \"$1\"' sh \"${variable}\""
        );
        (codes::PLACEHOLDER_RUNS_AGAIN, reason)
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

    fn finish(
        &self,
        body: String,
        used: &BTreeSet<&str>,
        mut problems: Vec<ScriptProblem>,
        notices: Vec<ScriptProblem>,
    ) -> Result<Compiled, Vec<ScriptProblem>> {
        self.clashes(used, &mut problems);
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
}
