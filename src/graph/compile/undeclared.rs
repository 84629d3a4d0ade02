//! `<word>`s that no parameter and no output has: what to say of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Compilation, ScriptProblem};
use crate::graph::codes;
use crate::graph::identifiers::{bracketed, variable};
use crate::graph::launch::VARIABLE;
use crate::graph::lexer::{Context, Lexed, Refusal, lex};
use crate::graph::problem::Severity;
use crate::graph::similar::quote;

/// The shortest name for which a near one is told where a shell reads text.
const MISSPELT_FROM: usize = 3;

/// Elements of pages that are often written without their ends.
const MARKUP: &[&str] = &[
    "body", "br", "dd", "dt", "head", "hr", "html", "li", "p", "pre", "table", "td", "th", "title",
    "tr",
];

/// How many undeclared words of bare text are told one by one.
const TOLD: usize = 20;

/// How many names a notice lists.
const LISTED: usize = 5;

impl Compilation<'_> {
    /// Undeclared `<word>`s in bare text: each word once, and from some number on all together.
    pub(super) fn bare_words(&self, lexed: &Lexed) -> Vec<ScriptProblem> {
        let mut seen = BTreeSet::new();
        let (mut told, mut more) = (Vec::new(), None);
        for (start, end) in lexed.undeclared.iter().copied() {
            let text = &self.script[start..end];
            let output = text.contains('.');
            if output || (seen.insert(text) && seen.len() <= TOLD) {
                told.extend(self.undeclared(start, end, true));
            } else if seen.len() == TOLD + 1 {
                more.get_or_insert(start);
            }
        }
        if let Some(start) = more {
            let message = format!(
                "{} more words in `<` and `>` from here on are no declared parameters, so the shell reads them as redirections",
                seen.len() - TOLD
            );
            told.push(self.undeclared_word(start, message));
        }
        told
    }

    /// Undeclared `<word>`s inside quotes and here-documents, where they are text: one notice for each
    /// whose name is near to a known one, and one for all others together.
    pub(super) fn misspelt(&self, lexed: &Lexed) -> Vec<ScriptProblem> {
        let mut known: BTreeSet<usize> = lexed.sites.iter().map(|site| site.start).collect();
        known.extend(lexed.undeclared.iter().map(|(start, _)| *start));
        // `<<EOF>file` begins a here-document, whatever stands elsewhere.
        let delimiter = |at: usize| self.script[..at].ends_with('<');
        let found: Vec<_> = bracketed(self.script).collect();
        let (delimiters, text): (Vec<_>, Vec<_>) = found.into_iter().partition(|f| delimiter(f.0));
        let delimiters: BTreeSet<&str> = delimiters.into_iter().map(|(_, name)| name).collect();
        let text = text.into_iter().filter(|(start, _)| !known.contains(start));
        let wanted: BTreeSet<&str> = text.map(|(_, name)| name).collect();
        let wanted: BTreeSet<&str> = wanted.difference(&delimiters).copied().collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        // Only with their names taken for declared ones the lexer says where they stand.
        let again = lex(self.script, &|name| wanted.contains(name));
        let closed = self.script.split("</").skip(1);
        let closed: BTreeSet<&str> = closed.filter_map(|t| t.split('>').next()).collect();
        let mut seen = BTreeSet::new();
        let (mut told, mut others, mut unlike) = (Vec::new(), Vec::new(), None);
        for site in again
            .sites
            .iter()
            .filter(|site| !known.contains(&site.start))
        {
            let name = &self.script[site.start + 1..site.end - 1];
            let text = match site.context {
                Context::Comment | Context::Refused(Refusal::AfterBackslash) => continue,
                Context::Double | Context::Single | Context::HereDoc => true,
                Context::Refused(refusal) => refusal == Refusal::QuotedHereDoc,
                Context::Bare | Context::Arithmetic => false,
            };
            if name.contains('.') {
                told.extend(self.undeclared(site.start, site.end, false));
            } else if let Some(near) = self.near(name).filter(|_| name.len() >= MISSPELT_FROM) {
                if seen.insert(name) {
                    let message = format!(
                        "`<{name}>` is not a declared parameter and stays as it is. Did you mean `<{near}>`?"
                    );
                    told.push(self.undeclared_word(site.start, message));
                }
            } else if text && !markup(&closed, name) && seen.insert(name) {
                unlike.get_or_insert(site.start);
                others.push(name);
            }
        }
        if let Some(start) = unlike {
            let listed: Vec<String> = others
                .iter()
                .take(LISTED)
                .map(|n| format!("`<{n}>`"))
                .collect();
            let more = if others.len() > LISTED { ", …" } else { "" };
            let message = format!(
                "no parameter has such a name, so this text stays as it is: {}{more}. Declare it under `input:` if a value belongs there",
                listed.join(", ")
            );
            told.push(self.undeclared_word(start, message));
        }
        told
    }

    fn near(&self, name: &str) -> Option<&str> {
        self.suggester.nearest(name, self.named.keys().copied())
    }

    fn undeclared_word(&self, at: usize, message: String) -> ScriptProblem {
        self.problem(codes::UNDECLARED_PLACEHOLDER, Severity::Notice, at, message)
    }

    /// References by variables, in a script that no shell runs, to outputs that are not declared.
    pub(super) fn missed_variables(&self, mentioned: &BTreeMap<&str, usize>) -> Vec<ScriptProblem> {
        let declared: BTreeSet<_> = self.named.keys().map(|name| variable(name)).collect();
        let others = mentioned
            .iter()
            .filter(|(name, _)| !declared.contains(**name));
        let told = others.filter_map(|(name, at)| {
            let what = self.outputs?.miss_variable(name)?;
            let message = format!("`{VARIABLE}{name}` is not set: {what}");
            Some(self.undeclared_word(*at, message))
        });
        told.collect()
    }

    /// Whether a `<vertex.name>` was surely meant to be an output, and is none.
    pub(super) fn missed(&self, name: &str) -> bool {
        self.outputs.is_some_and(|outputs| outputs.misses(name))
    }

    /// What to say of an undeclared `<word>`; where it is `bare`, a shell reads redirections.
    pub(super) fn undeclared(&self, start: usize, end: usize, bare: bool) -> Option<ScriptProblem> {
        let text = &self.script[start..end];
        let name = &text[1..text.len() - 1];
        if name.contains('.') {
            let (severity, mut message) = self.outputs?.miss(name, self.suggester)?;
            if bare {
                message.push_str(&format!(" For redirections write `< {name} >`"));
            }
            let code = match severity {
                Severity::Error => codes::UNDECLARED_OUTPUT,
                Severity::Notice => codes::UNDECLARED_PLACEHOLDER,
            };
            return Some(self.problem(code, severity, start, message));
        }
        let near = self.near(name);
        let hint = near.map_or_else(String::new, |near| format!(" Did you mean `<{near}>`?"));
        let message = format!(
            "{} is not a declared parameter, so the shell reads it as redirections.{hint} For redirections write `< {name} >`",
            quote(text)
        );
        Some(self.undeclared_word(start, message))
    }
}

/// Whether `<name>` is an element of a page: one of those that need no end, or one that is `closed`.
fn markup(closed: &BTreeSet<&str>, name: &str) -> bool {
    MARKUP.contains(&name.to_ascii_lowercase().as_str()) || closed.contains(name)
}
