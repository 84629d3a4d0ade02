//! `$(NAME)` in a makefile, as far as it can be known without running anything.

use std::collections::{BTreeMap, BTreeSet};

/// Variables may refer to others this deeply.
const DEPTH: usize = 32;
/// The most bytes that one text becomes.
pub(super) const MOST: usize = 1 << 20;
/// The most references of one text, so that few short variables cannot keep it busy for ever.
const REFERENCES: usize = 20_000;

/// What a text became.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expanded {
    /// The text.
    pub(super) text: String,
    /// What in it has no counterpart.
    pub(super) refused: Vec<String>,
    /// Variables that the makefile does not set: the environment of the script has them, or nothing.
    pub(super) unset: BTreeSet<String>,
    /// `$(shell ...)` became a substitution of the script's shell.
    pub(super) shell: bool,
    /// How many references were followed.
    count: usize,
}

/// The names of a rule that its recipe may use.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rule<'r> {
    pub(super) target: &'r str,
    pub(super) needs: &'r [String],
}

/// Expands what a text refers to.
pub(super) fn expand(
    text: &str,
    variables: &BTreeMap<String, String>,
    rule: Option<Rule<'_>>,
) -> Expanded {
    let mut out = Expanded::default();
    let walk = Walk { variables, rule };
    walk.text(text, 0, &mut out);
    out
}

struct Walk<'w> {
    variables: &'w BTreeMap<String, String>,
    rule: Option<Rule<'w>>,
}

impl Walk<'_> {
    fn text(&self, text: &str, depth: usize, out: &mut Expanded) {
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.text.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let Some(c) = after.chars().next() else {
                return;
            };
            let (name, length) = match c {
                '(' | '{' => match enclosed(after) {
                    Some(inner) => (inner, inner.len() + 2),
                    None => {
                        out.refused.push(format!("${after}"));
                        return;
                    }
                },
                c => (&after[..c.len_utf8()], c.len_utf8()),
            };
            rest = &after[length..];
            out.count += 1;
            if out.text.len() > MOST || depth > DEPTH || out.count > REFERENCES {
                // Once says it: what is refused is not used.
                if out.refused.is_empty() {
                    out.refused.push(format!("$({name})"));
                }
                return;
            }
            self.name(name, depth, out);
        }
        out.text.push_str(rest);
    }

    fn name(&self, name: &str, depth: usize, out: &mut Expanded) {
        if name == "$" {
            out.text.push('$');
            return;
        }
        if let Some(value) = self.rule.and_then(|rule| rule.value(name)) {
            out.text.push_str(&value);
            return;
        }
        if let Some(command) = name.strip_prefix("shell ") {
            out.shell = true;
            out.text.push_str("$(");
            self.text(command, depth + 1, out);
            out.text.push(')');
            return;
        }
        if let Some(value) = self.variables.get(name) {
            return self.text(value, depth + 1, out);
        }
        match name {
            "MAKE" => out.text.push_str("make"),
            "CC" => out.text.push_str("cc"),
            "CXX" => out.text.push_str("c++"),
            "RM" => out.text.push_str("rm -f"),
            "CURDIR" | "PWD" => out.text.push_str("$PWD"),
            "MAKEFLAGS" | "MFLAGS" => {}
            _ if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') =>
            {
                out.unset.insert(name.to_owned());
                out.text.push_str(&format!("${{{name}-}}"));
            }
            _ => {
                out.refused.push(format!("$({name})"));
                out.text.push_str(&format!("$({name})"));
            }
        }
    }
}

impl Rule<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let (dir, file) = match self.target.rsplit_once('/') {
            Some((dir, file)) => (dir, file),
            None => (".", self.target),
        };
        match name {
            "@" => Some(self.target.to_owned()),
            "<" => Some(self.needs.first().cloned().unwrap_or_default()),
            "^" | "+" | "?" => Some(self.needs.join(" ")),
            "@D" => Some(dir.to_owned()),
            "@F" => Some(file.to_owned()),
            _ => None,
        }
    }
}

/// What stands between a bracket at the front and its partner.
fn enclosed(text: &str) -> Option<&str> {
    let (open, close) = match text.as_bytes().first()? {
        b'(' => ('(', ')'),
        _ => ('{', '}'),
    };
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some(&text[1..at]);
            }
        }
    }
    None
}
