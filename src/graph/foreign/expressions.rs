//! `${{ ... }}` in a workflow: what a script can have instead.

use std::collections::BTreeSet;

/// What a text became.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) parts: Vec<Part>,
    /// Expressions without a counterpart.
    pub(super) refused: Vec<String>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// As it was written.
    Text(String),
    /// The value of a parameter.
    Input(String),
    /// A variable of the environment.
    Variable(String),
    /// A secret of the server.
    Secret(String),
}

/// Takes a text apart; `inputs` are the parameters of the graph.
pub(super) fn plain(text: &str, inputs: &BTreeSet<String>) -> Plain {
    let mut out = Plain::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let Some((expression, behind)) = after.split_once("}}") else {
            break;
        };
        out.text(before);
        let expression = expression.trim();
        match part(expression, inputs) {
            Some(part) => out.parts.push(part),
            None => out.refused.push(format!("${{{{ {expression} }}}}")),
        }
        rest = behind;
    }
    out.text(rest);
    out
}

fn part(expression: &str, inputs: &BTreeSet<String>) -> Option<Part> {
    let quoted = expression
        .strip_prefix('\'')
        .and_then(|e| e.strip_suffix('\''));
    if let Some(text) = quoted.filter(|text| !text.contains('\'')) {
        return Some(Part::Text(text.to_owned()));
    }
    let (context, name) = expression.rsplit_once('.')?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(word) {
        return None;
    }
    match context {
        "env" if !name.contains('-') => Some(Part::Variable(name.to_owned())),
        "secrets" if name != "GITHUB_TOKEN" => Some(Part::Secret(name.to_owned())),
        "inputs" | "github.event.inputs" => {
            let name = parameter(name);
            inputs.contains(&name).then_some(Part::Input(name))
        }
        _ => None,
    }
}

/// The name of the parameter for an input.
pub(super) fn parameter(name: &str) -> String {
    name.replace('-', "_")
}

impl Plain {
    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.parts.push(Part::Text(text.to_owned()));
        }
    }

    /// The secrets that it needs.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Secret(name) => Some(name.as_str()),
            Part::Text(_) | Part::Input(_) | Part::Variable(_) => None,
        })
    }

    /// It says the same at each start, apart from parameters: it can stand in `env` and `workdir`.
    pub(super) fn fixed(&self) -> Option<String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Input(name) => out.push_str(&format!("<{name}>")),
                Part::Variable(_) | Part::Secret(_) => return None,
            }
        }
        Some(out)
    }

    /// As a part of a script.
    pub(super) fn script(&self) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Input(name) => format!("<{name}>"),
            Part::Variable(name) | Part::Secret(name) => format!("${{{name}}}"),
        });
        parts.collect()
    }

    /// As one word of a shell, in double quotes.
    pub(super) fn quoted(&self) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => {
                let special = |c: char| matches!(c, '"' | '\\' | '$' | '`');
                let escaped = text.chars().map(|c| match special(c) {
                    true => format!("\\{c}"),
                    false => c.to_string(),
                });
                escaped.collect()
            }
            Part::Input(name) => format!("<{name}>"),
            Part::Variable(name) | Part::Secret(name) => format!("${{{name}}}"),
        });
        format!("\"{}\"", parts.collect::<String>())
    }
}
/// A condition without the brackets that it may have.
pub(super) fn bare_condition(text: &str) -> &str {
    let inner = text.trim().strip_prefix("${{");
    let inner = inner.and_then(|text| text.strip_suffix("}}"));
    inner.unwrap_or(text).trim()
}
