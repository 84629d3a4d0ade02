//! What a makefile has for one goal, as a graph.

use std::collections::{BTreeMap, BTreeSet};

use super::expand::{Expanded, Rule as Own, expand};
use super::make::{Makefile, Rule, listed};
use super::recipe::Shell;
use super::{Found, LeftOut, Note, Wish, join, naming, refusing};
use crate::graph::model::{Graph, Vertex};
use crate::graph::similar::quote;

/// How deep prerequisites may have prerequisites.
const DEEPEST: usize = 10_000;

impl Makefile {
    /// The targets that a goal needs, each after those that it needs itself.
    pub(super) fn order(&self, goal: &str, found: &mut Found) -> Result<Vec<String>, LeftOut> {
        let mut order: Vec<String> = Vec::new();
        let mut done: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<(&str, usize)> = vec![(goal, 0)];
        let mut path: BTreeSet<&str> = BTreeSet::from([goal]);
        let mut files: BTreeSet<&str> = BTreeSet::new();
        while let Some((name, next)) = open.pop() {
            let rule = &self.rules[name];
            if let Some(need) = rule.needs.get(next) {
                open.push((name, next + 1));
                if done.contains(need.as_str()) {
                    continue;
                }
                if path.contains(need.as_str()) {
                    let what = format!("{} needs itself: make drops that too", quote(need));
                    found.leave(rule.line, Note::NeedsItself, what);
                } else if !self.rules.contains_key(need) {
                    files.insert(need);
                } else if open.len() >= DEEPEST {
                    let what = "its prerequisites are too deep";
                    return Err(LeftOut::new(rule.line, Note::TooDeep, what));
                } else {
                    open.push((need, 0));
                    path.insert(need);
                }
                continue;
            }
            path.remove(name);
            done.insert(name);
            order.push(name.to_owned());
        }
        if !files.is_empty() {
            let files: Vec<&str> = files.into_iter().collect();
            let what = format!("files that have to be there: {}", listed(&files));
            found.leave(0, Note::Files, what);
        }
        Ok(order)
    }

    pub(super) fn graph(
        &self,
        goal: &str,
        order: &[String],
        wish: &Wish,
        found: &mut Found,
    ) -> Graph {
        let shell = self.shell();
        let place: BTreeMap<&str, usize> = order.iter().map(String::as_str).zip(0..).collect();
        let mut unset = BTreeSet::new();
        let mut nodes = Vec::new();
        let mut taken = naming::reserved();
        for target in order {
            let rule = &self.rules[target];
            let script = self.script(&shell, target, rule, &mut unset, found);
            let name = naming::vertex(&mut taken, target);
            if name != *target {
                let what = format!("{} is called {}", quote(target), quote(&name));
                found.leave(rule.line, Note::Renamed, what);
            }
            let vertex = Vertex {
                name,
                script,
                ..Vertex::default()
            };
            // One that needs itself comes later than what it would wait for.
            let own = place[target.as_str()];
            let needs = rule.needs.iter().filter_map(|n| place.get(n.as_str()));
            nodes.push((vertex, needs.copied().filter(|at| *at < own).collect()));
        }
        let env = self.environment(found);
        unset.retain(|name| !env.iter().any(|(other, _)| other == name));
        if !unset.is_empty() {
            let names: Vec<&str> = unset.iter().map(String::as_str).collect();
            let what = format!(
                "variables that the makefile does not set are taken from the environment: {}",
                listed(&names)
            );
            found.leave(0, Note::Environment, what);
        }
        let plain = || Some(naming::plain(goal)).filter(|name| !name.is_empty());
        let name = wish.name.clone().or_else(plain);
        let name = name.unwrap_or_else(|| "makefile".to_owned());
        let graph = Graph {
            name,
            desc: format!("From a makefile, for {}", quote(goal)),
            env,
            workdir: wish.workdir.clone(),
            ..Graph::default()
        };
        join(graph, nodes)
    }

    fn script(
        &self,
        shell: &Shell,
        target: &str,
        rule: &Rule,
        unset: &mut BTreeSet<String>,
        found: &mut Found,
    ) -> String {
        if rule.recipe.is_empty() {
            return String::new();
        }
        let needs = &rule.needs;
        let own = Own { target, needs };
        let expanded: Vec<Expanded> = rule
            .recipe
            .iter()
            .map(|line| expand(line, &self.variables, Some(own)))
            .collect();
        let refused: Vec<&str> = expanded
            .iter()
            .flat_map(|line| line.refused.iter().map(String::as_str))
            .collect();
        if expanded.iter().any(|line| line.shell) {
            let what = "`$(shell ...)` runs when the script runs, and anew each time";
            found.leave(rule.line, Note::RunsLater, what);
        }
        if !refused.is_empty() {
            let refused = listed(&refused);
            let what = format!("the recipe of {}: write {refused} anew", quote(target));
            let told = format!("{what}; until then it fails");
            found.leave(rule.line, Note::Script, told);
            return refusing(&what, &rule.recipe.join("\n"));
        }
        unset.extend(expanded.iter().flat_map(|line| line.unset.clone()));
        let lines: Vec<String> = expanded.into_iter().map(|line| line.text).collect();
        shell.script(&lines)
    }

    fn shell(&self) -> Shell {
        let value = |name: &str| {
            let value = self.variables.get(name)?;
            Some(expand(value, &self.variables, None).text)
        };
        let flags = value(".SHELLFLAGS").unwrap_or_default();
        let flags = flags.split_whitespace().map(|flag| match flag {
            "-c" => String::new(),
            flag if flag.starts_with('-') => flag.trim_end_matches('c').to_owned(),
            flag => flag.to_owned(),
        });
        let path = value("SHELL").map(|path| match path.contains('/') {
            true => path,
            false => format!("/usr/bin/env {path}"),
        });
        Shell {
            path: path.filter(|path| path != "/bin/sh"),
            flags: flags.filter(|flag| !flag.is_empty()).collect(),
            one: self.one_shell,
        }
    }

    fn environment(&self, found: &mut Found) -> Vec<(String, String)> {
        let mut env = Vec::new();
        for name in &self.exported {
            let Some(value) = self.variables.get(name) else {
                continue;
            };
            if !naming::is_variable(name) {
                let what = format!("{} cannot name a variable", quote(name));
                found.leave(0, Note::VariableName, what);
                continue;
            }
            let expanded = expand(value, &self.variables, None);
            if !expanded.refused.is_empty() || !expanded.unset.is_empty() || expanded.shell {
                let what = format!("the exported variable {}: set it anew", quote(name));
                found.leave(0, Note::Variable, what);
                continue;
            }
            env.push((name.clone(), expanded.text));
        }
        env
    }
}
