//! A makefile: the targets that a goal needs, each a vertex after its prerequisites.
//!
//! What is read is what the manual of GNU make calls explicit rules, with variables and the names
//! that a recipe has for its own rule. Time stamps are not looked at: each target is run.

use std::collections::{BTreeMap, BTreeSet};

use super::expand::{MOST, expand};
use super::make_lines::{How, Line, lines};
use super::{Found, LeftOut, Note, Wish};
use crate::graph::similar::quote;

/// What is said of a target.
#[derive(Default)]
pub(super) struct Rule {
    pub(super) line: usize,
    pub(super) needs: Vec<String>,
    pub(super) recipe: Vec<String>,
}

/// All that is read before a goal is known.
#[derive(Default)]
pub(super) struct Makefile {
    pub(super) variables: BTreeMap<String, String>,
    pub(super) exported: BTreeSet<String>,
    pub(super) rules: BTreeMap<String, Rule>,
    /// The first target of the text, or the one that the text names.
    goal: Option<String>,
    pub(super) one_shell: bool,
}

pub(super) fn read(text: &str, wish: &Wish, found: &mut Found) -> Result<(), LeftOut> {
    let makefile = Makefile::read(text, found);
    let goal = wish.goal.clone().or_else(|| makefile.goal.clone());
    let Some(goal) = goal else {
        return Err(LeftOut::new(0, Note::NoRule, "there is no rule in it"));
    };
    if !makefile.rules.contains_key(&goal) {
        let what = format!("no rule makes {}", quote(&goal));
        return Err(LeftOut::new(0, Note::NoGoal, what));
    }
    let order = makefile.order(&goal, found)?;
    let others: Vec<&str> = makefile
        .rules
        .iter()
        .filter(|(name, rule)| !order.contains(name) && !rule.recipe.is_empty())
        .map(|(name, _)| name.as_str())
        .collect();
    if !others.is_empty() {
        let what = format!(
            "`{goal}` does not need {}: name another goal for these",
            listed(&others)
        );
        found.leave(0, Note::OtherGoals, what);
    }
    let graph = makefile.graph(&goal, &order, wish, found);
    if graph.vertices.is_empty() {
        let what = format!("{} runs nothing", quote(&goal));
        return Err(LeftOut::new(0, Note::RunsNothing, what));
    }
    found.leave(
        0,
        Note::EveryTarget,
        "times of files: every target is run, also one that make would find up to date",
    );
    found.graphs.push(graph);
    Ok(())
}

/// Names in a sentence, the first few of many.
pub(super) fn listed(names: &[&str]) -> String {
    let few: Vec<String> = names.iter().take(8).map(|name| quote(name)).collect();
    let more = names.len() - few.len();
    match more {
        0 => few.join(", "),
        more => format!("{} and {more} more", few.join(", ")),
    }
}

impl Makefile {
    fn read(text: &str, found: &mut Found) -> Self {
        let mut makefile = Self::default();
        let mut current: Vec<String> = Vec::new();
        for (number, line) in lines(text) {
            match line {
                Line::Unknown(note, what) => {
                    current.clear();
                    found.leave(number, note, what);
                }
                Line::Recipe(text) => {
                    for target in &current {
                        let rule = makefile.rules.entry(target.clone()).or_default();
                        rule.recipe.push(text.clone());
                    }
                }
                Line::Export(names) => makefile.exported.extend(names),
                Line::Set {
                    name,
                    how,
                    value,
                    exported,
                } => {
                    if exported {
                        makefile.exported.insert(name.clone());
                    }
                    makefile.set(name, how, value);
                }
                Line::Rule {
                    targets,
                    needs,
                    recipe,
                } => current = makefile.rule(number, &targets, &needs, recipe, found),
            }
        }
        makefile
    }

    fn set(&mut self, name: String, how: How, value: String) {
        if name == ".DEFAULT_GOAL" {
            self.goal = Some(value);
            return;
        }
        match (how, self.variables.get_mut(&name)) {
            (How::Default, Some(_)) => {}
            (How::More, Some(old)) => {
                old.push(' ');
                old.push_str(&value);
            }
            _ => {
                // One that is made of its own old value has it from here on.
                let old = self.variables.get(&name).cloned().unwrap_or_default();
                let own = [format!("$({name})"), format!("${{{name}}}")];
                let uses: usize = own
                    .iter()
                    .map(|own| value.matches(own.as_str()).count())
                    .sum();
                let value = match uses.saturating_mul(old.len()) > MOST {
                    true => format!("$(too long: {name})"),
                    false => own.iter().fold(value, |text, own| text.replace(own, &old)),
                };
                self.variables.insert(name, value);
            }
        }
    }

    /// Adds a rule; the targets that lines of a recipe belong to from here on.
    fn rule(
        &mut self,
        number: usize,
        targets: &str,
        needs: &str,
        recipe: Option<String>,
        found: &mut Found,
    ) -> Vec<String> {
        let targets = self.words(number, targets, found);
        let needs = self.words(number, needs, found);
        let mut current = Vec::new();
        for target in targets {
            if target == ".ONESHELL" {
                self.one_shell = true;
            }
            let special = target.starts_with('.') && !target.contains('/');
            if special {
                let known = [".PHONY", ".ONESHELL", ".SILENT", ".SUFFIXES", ".PRECIOUS"];
                if !known.contains(&target.as_str()) {
                    let what = format!("{}: it has no counterpart", quote(&target));
                    found.leave(number, Note::Word, what);
                }
                continue;
            }
            self.goal.get_or_insert_with(|| target.clone());
            let rule = self.rules.entry(target.clone()).or_default();
            if rule.line == 0 || !rule.recipe.is_empty() {
                rule.line = number;
            }
            rule.needs
                .extend(needs.iter().filter(|n| *n != "|").cloned());
            rule.recipe.extend(recipe.clone());
            current.push(target);
        }
        current
    }

    /// The words of a list of names.
    fn words(&self, number: usize, text: &str, found: &mut Found) -> Vec<String> {
        let expanded = expand(text, &self.variables, None);
        let wild = |word: &str| word.contains(['*', '$', '(', ')']);
        for refused in &expanded.refused {
            let what = format!("{} in a rule", quote(refused));
            found.leave(number, Note::Expression, what);
        }
        let words = expanded.text.split_whitespace();
        words
            .filter(|word| !wild(word))
            .map(str::to_owned)
            .collect()
    }
}
