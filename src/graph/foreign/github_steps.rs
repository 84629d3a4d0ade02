//! The steps of one job of a workflow.

use std::collections::BTreeSet;

use super::expressions::{Plain, bare_condition, plain};
use super::github::{Nodes, entries, get, items, line, words};
use super::{Found, Note, naming, refusing};
use crate::graph::model::{Millis, Vertex};
use crate::graph::similar::quote;
use crate::graph::text::{Entry, Node};

/// What the workflow says for all jobs, or a job for all its steps.
#[derive(Clone, Default)]
pub(super) struct Around {
    pub(super) inputs: BTreeSet<String>,
    pub(super) workdir: Option<String>,
    shell: Option<String>,
    env: Vec<(String, Plain)>,
}

/// A job while its steps are read.
pub(super) struct Job<'j> {
    pub(super) entry: &'j Entry,
    pub(super) around: Around,
    pub(super) names: &'j mut BTreeSet<String>,
    pub(super) nodes: &'j mut Nodes,
    /// What the next step comes after.
    pub(super) tails: Vec<usize>,
}

impl Around {
    /// Adds what a workflow, a job or a step says of environment, shell and directory.
    pub(super) fn enter(&mut self, node: &Node, found: &mut Found) {
        for entry in get(node, "env").into_iter().flat_map(entries) {
            let value = words(&entry.value).unwrap_or_default();
            let value = plain(&value, &self.inputs);
            self.env.retain(|(name, _)| *name != entry.key);
            match naming::is_variable(&entry.key) && value.refused.is_empty() {
                true => self.env.push((entry.key.clone(), value)),
                false => {
                    let what = format!("the variable {}: set it anew", quote(&entry.key));
                    found.leave(line(entry), Note::Variable, what);
                }
            }
        }
        let run = get(node, "defaults").and_then(|d| get(d, "run"));
        for place in run.into_iter().chain([node]) {
            if let Some(shell) = get(place, "shell").and_then(words) {
                self.shell = Some(shell);
            }
            if let Some(dir) = get(place, "working-directory").and_then(words) {
                let absolute = dir.starts_with('/');
                self.workdir = match &self.workdir {
                    Some(root) if !absolute => Some(format!("{root}/{dir}")),
                    _ => Some(dir),
                };
            }
        }
    }

    /// The first lines of a script, for its shell; none: a shell that is not known here.
    fn head(&self) -> Option<String> {
        let shell = self.shell.as_deref().map(str::trim);
        Some(match shell {
            None => "#!/bin/bash -e\n".to_owned(),
            Some("bash") => "#!/bin/bash\nset -eo pipefail\n".to_owned(),
            Some("sh") => String::new(),
            Some("python") => "#!/usr/bin/env python3\n".to_owned(),
            Some(other) => {
                let program = other.strip_suffix(" {0}")?;
                let simple = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
                let whole = program.chars().all(simple) && !program.is_empty();
                whole.then(|| match program.starts_with('/') {
                    true => format!("#!{program}\n"),
                    false => format!("#!/usr/bin/env {program}\n"),
                })?
            }
        })
    }
}

impl Job<'_> {
    /// Reads all its steps.
    pub(super) fn read(&mut self, found: &mut Found) {
        let (job, name) = (&self.entry.value, self.entry.key.as_str());
        if get(job, "if").is_some() {
            let what = format!("the job {}: it runs on a condition", quote(name));
            return found.leave(line(self.entry), Note::Condition, what);
        }
        for entry in entries(job) {
            let ubuntu = words(&entry.value).is_some_and(|on| on.starts_with("ubuntu"));
            match entry.key.as_str() {
                "name" | "needs" | "steps" | "env" | "defaults" | "permissions" => {}
                "runs-on" if ubuntu => {}
                "runs-on" | "container" | "services" => {
                    let what = format!("`{}:`: scripts run on this machine", entry.key);
                    found.leave(line(entry), Note::Machine, what);
                }
                "strategy" => {
                    let what = "`strategy:`: the job is there once";
                    found.leave(line(entry), Note::Matrix, what);
                }
                key => {
                    let what = format!("`{key}:` of the job {}", quote(name));
                    found.leave(line(entry), Note::Word, what);
                }
            }
        }
        self.around.enter(job, found);
        let steps: Vec<&Node> = get(job, "steps").into_iter().flat_map(items).collect();
        let scripts = |step: &&&Node| get(step, "run").is_some();
        let alone = steps.iter().filter(scripts).count() == 1;
        for (number, step) in (1..).zip(steps) {
            self.step(number, step, alone, found);
        }
    }

    fn step(&mut self, number: usize, step: &Node, alone: bool, found: &mut Found) {
        let at = step.mark.line as usize;
        let Some(run) = get(step, "run").and_then(words) else {
            let used = get(step, "uses").and_then(words);
            let (note, what) = match used.as_deref() {
                Some(used) if used.starts_with("actions/checkout") => {
                    let what = "the files have to be in the directory where scripts start";
                    (Note::Checkout, format!("`{used}`: {what}"))
                }
                Some(used) => {
                    let what = "what it does has to be there, or be a script";
                    (Note::Action, format!("`{used}`: {what}"))
                }
                None => (Note::RunsNothing, format!("step {number} runs nothing")),
            };
            return found.leave(at, note, what);
        };
        let condition = get(step, "if").and_then(words);
        match condition.as_deref().map(bare_condition) {
            None | Some("success()") => {}
            Some("always()" | "!cancelled()") => {
                let what = "`if: always()`: it runs only when those before it have succeeded";
                found.leave(at, Note::Always, what);
            }
            Some(condition) => {
                let what = format!(
                    "step {number}: it runs on a condition, {}",
                    quote(condition)
                );
                return found.leave(at, Note::Condition, what);
            }
        }
        let label = get(step, "name")
            .or_else(|| get(step, "id"))
            .and_then(words);
        let label = label.map(|label| naming::plain(&label));
        let label = label.or_else(|| naming::of_command(&run));
        let job = &self.entry.key;
        let name = match (alone, label.filter(|label| !label.is_empty())) {
            (true, _) => job.clone(),
            (false, Some(label)) => format!("{job}.{label}"),
            (false, None) => format!("{job}.{number}"),
        };
        let name = naming::vertex(self.names, &name);
        let mut around = self.around.clone();
        around.enter(step, found);
        let mut vertex = vertex(name, &run, &around, at, found);
        vertex.ignore_failure = field(step, "continue-on-error").as_deref() == Some("true");
        if let Some(minutes) = field(step, "timeout-minutes") {
            match minutes
                .parse()
                .ok()
                .and_then(|m: u64| m.checked_mul(60_000))
            {
                Some(time) if time > 0 => vertex.timeout = Some(Millis(time)),
                _ => {
                    let what = format!("`timeout-minutes: {minutes}`");
                    found.leave(at, Note::TimeLimit, what);
                }
            }
        }
        self.nodes.push((vertex, std::mem::take(&mut self.tails)));
        self.tails.push(self.nodes.len() - 1);
    }
}

fn field(node: &Node, key: &str) -> Option<String> {
    get(node, key).and_then(words)
}

fn vertex(name: String, run: &str, around: &Around, at: usize, found: &mut Found) -> Vertex {
    let mut vertex = Vertex {
        workdir: around.workdir.clone(),
        ..Vertex::default()
    };
    let script = plain(run, &around.inputs);
    let mut refused: Vec<String> = script.refused.iter().map(|e| quote(e)).collect();
    let mut secrets: BTreeSet<&str> = script.secrets().collect();
    let head = around.head();
    if head.is_none() {
        let shell = around.shell.as_deref().unwrap_or_default();
        refused.push(format!("the shell {}", quote(shell)));
    }
    let mut exports = String::new();
    for (variable, value) in &around.env {
        match value.fixed() {
            Some(text) => vertex.env.push((variable.clone(), text)),
            // The server's secret has the variable's name: nothing is to do.
            None if value.secrets().eq([variable.as_str()]) && value.parts.len() == 1 => {
                secrets.insert(variable);
            }
            None if head.as_deref().is_some_and(|head| head.contains("/env ")) => {
                refused.push(format!("the variable {}", quote(variable)));
            }
            None => {
                secrets.extend(value.secrets());
                exports.push_str(&format!("export {variable}={}\n", value.quoted()));
            }
        }
    }
    refused.sort();
    refused.dedup();
    let missing = ["GITHUB_", "RUNNER_"].map(|prefix| run.contains(prefix));
    if missing.contains(&true) {
        let what = format!(
            "{} uses variables of the runner, which are not set here",
            quote(&name)
        );
        found.leave(at, Note::RunnerVariables, what);
    }
    vertex.script = match (head, refused.is_empty()) {
        (Some(head), true) => {
            let text = script.script();
            let end = if text.ends_with('\n') { "" } else { "\n" };
            format!("{head}{exports}{text}{end}")
        }
        _ => {
            let what = format!(
                "the script of {}: write {} anew",
                quote(&name),
                refused.join(", ")
            );
            let told = format!("{what}; until then it fails");
            found.leave(at, Note::Script, told);
            vertex.env.clear();
            refusing(&what, run)
        }
    };
    vertex.secrets = secrets.into_iter().map(str::to_owned).collect();
    vertex.name = name;
    vertex
}
