//! The script of every vertex: its length, its interpreter, its placeholders; and parameters that
//! nothing refers to.

use std::collections::BTreeSet;

use super::check_outputs::References;
use super::codes;
use super::compile::compile_with;
use super::model::{Limits, Vertex};
use super::outputs::Outputs;
use super::param::Param;
use super::places::{Part, Sink, Spot};
use super::problem::{ScriptProblem, Severity};
use super::script::{shebang, unusable_option};
use super::similar::{Suggester, quote};

/// Checks all scripts.
pub(super) fn check<'g>(sink: &mut Sink<'g>, outputs: &Outputs<'g>, limits: &Limits) {
    let graph = sink.graph;
    let suggester = Suggester::default();
    let mut references = References::default();
    let mut shared_used: BTreeSet<String> = BTreeSet::new();
    for (index, vertex) in graph.vertices.iter().enumerate() {
        let spot = Spot::vertex(index, Part::Key("script"));
        if sink.places.broken.contains(&spot) {
            shared_used.extend(graph.input.iter().map(|p| p.name.clone()));
            continue;
        }
        whole(sink, spot, vertex, limits);
        let scope = outputs.scope(vertex);
        let declared = scope.params();
        let uses = match compile_with(&vertex.script, &declared, &suggester, Some(outputs)) {
            Ok(compiled) => {
                references.note(graph, index, scope.used(&compiled.uses));
                compiled
                    .notices
                    .into_iter()
                    .for_each(|p| report(sink, index, p));
                compiled.uses
            }
            Err(problems) => {
                problems.into_iter().for_each(|p| report(sink, index, p));
                // What was refused was meant.
                let meant = |p: &&&Param| vertex.script.contains(&format!("<{}>", p.name));
                declared
                    .iter()
                    .filter(meant)
                    .map(|p| p.name.clone())
                    .collect()
            }
        };
        unused(sink, Some(index), &vertex.input, |name| {
            uses.iter().any(|u| u == name)
        });
        let own = |name: &String| vertex.input.iter().any(|p| p.name == *name);
        shared_used.extend(uses.into_iter().filter(|name| !own(name)));
    }
    references.check(sink);
    unused(sink, None, &graph.input, |name| shared_used.contains(name));
}

fn whole(sink: &mut Sink<'_>, spot: Spot, vertex: &Vertex, limits: &Limits) {
    let script = &vertex.script;
    if script.trim().is_empty() {
        let message = format!(
            "the vertex {} has no script; write `script:` with what it runs, or `true` for nothing",
            quote(&vertex.name)
        );
        sink.error(codes::EMPTY_SCRIPT, spot, message);
    }
    if script.len() > limits.script_bytes {
        let message = format!(
            "the script has {} bytes and the limit is {}; call a file instead",
            script.len(),
            limits.script_bytes
        );
        sink.error(codes::SCRIPT_TOO_LONG, spot, message);
    }
    if script.contains('\0') {
        let message = "the script contains a NUL byte, which no shell reads; remove it".to_owned();
        sink.error(codes::NUL_BYTE, spot, message);
    }
    let unusable = match shebang(script) {
        Some(Ok(found)) => unusable_option(&found),
        Some(Err(reason)) => Some(reason),
        None => None,
    };
    if let Some(reason) = unusable {
        let line = script.lines().next().unwrap_or("");
        let message = format!(
            "the first line {} {reason}; write one like `#!/bin/bash` or `#!/usr/bin/env python3`",
            quote(line)
        );
        sink.error(codes::BAD_SHEBANG, spot, message);
    }
}

/// Adds a finding about a script, at its place in the text when that is known.
pub(super) fn report(sink: &mut Sink<'_>, index: usize, problem: ScriptProblem) {
    let problem = sink.places.script_problem(sink.graph, index, problem);
    sink.problems.push(problem);
}

fn unused(
    sink: &mut Sink<'_>,
    owner: Option<usize>,
    params: &[Param],
    used: impl Fn(&str) -> bool,
) {
    for (i, param) in (0..).zip(params).filter(|(_, p)| !used(&p.name)) {
        let part = Part::Param(i);
        let spot = Spot::of(owner, part);
        let message = format!(
            "no script refers to {}; remove it, or write `<{}>` where it belongs",
            quote(&param.name),
            param.name
        );
        sink.add(Severity::Notice, codes::UNUSED_PARAMETER, spot, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::problem::Severity;
    use crate::graph::text::{Format, parse};
    use crate::graph::{Limits, codes};

    /// Where the script begins in the line of [`found`].
    const COLUMN: usize = 15;

    /// Code and column of each finding about the vertex of this script.
    fn found(script: &str) -> Vec<(&'static str, usize)> {
        let text = format!(
            "name: g\ninput: {{host: h, port: {{type: int, default: 1}}}}\nvertices:\n  a: {{script: {script}, input: {{port: p}}}}\n  b: echo <host> <port>\n"
        );
        let found = parse(&text, Format::Yaml, &Limits::default()).problems;
        assert!(
            found.iter().all(|p| p.severity == Severity::Notice),
            "{found:?}"
        );
        let here = found.iter().filter(|p| p.line == 4);
        here.map(|p| (p.code, p.column as usize)).collect()
    }

    #[test]
    fn a_first_line_that_changes_values_is_refused() {
        let codes = |script: &str| {
            let text = format!("name: g\nvertices: {{a: \"{script}\"}}\n");
            let found = parse(&text, Format::Yaml, &Limits::default()).problems;
            found.iter().map(|p| p.code).collect::<Vec<_>>()
        };
        assert_eq!(codes("#!/bin/bash -i\\ntrue"), [codes::BAD_SHEBANG]);
        assert_eq!(codes("#!/bin/sh -en\\ntrue"), [codes::BAD_SHEBANG]);
        assert_eq!(codes("#!/bin/bash -e\\ntrue"), Vec::<&str>::new());
    }

    #[test]
    fn each_undeclared_word_is_told_once_and_not_too_many() {
        let told = |words: usize| {
            let names = (0..60).map(|i| format!("<w{}> ", i % words));
            let found = found(&format!("'echo <port> {}'", names.collect::<String>()));
            let word = |(code, _): &&(&str, usize)| *code == codes::UNDECLARED_PLACEHOLDER;
            found.iter().filter(word).count()
        };
        assert_eq!(told(1), 1);
        assert_eq!(told(20), 20);
        assert_eq!(told(21), 21, "twenty, and one for all others");
        assert_eq!(told(60), 21);
    }

    #[test]
    fn notices_of_every_kind_stand_where_they_should() {
        let own = COLUMN + ", input: {".len();
        let (word, comment) = (codes::UNDECLARED_PLACEHOLDER, codes::PLACEHOLDER_IN_COMMENT);
        for (script, expected) in [
            ("echo <port>", None),
            ("echo <port> <hots>", Some((word, "<hots>"))),
            ("'echo <port> < in >out'", None),
            ("'echo <port> <unlike>'", Some((word, "<unlike>"))),
            (
                "'curl \"http://<hostname>/<port>\"'",
                Some((word, "<hostname>")),
            ),
            ("\"echo '<b> <i>' <port>\"", Some((word, "<b>"))),
            ("\"echo '<p><b>a</b>' <port>\"", None),
            ("'echo <port> \"\\<b>\" # <i>'", None),
            ("\"echo <port> '<hosts>'\"", Some((word, "<hosts>"))),
            ("'echo <port> # <host> <unlike>'", Some((comment, "<host>"))),
        ] {
            let column = |text| COLUMN + script.find(text).expect("it is there");
            let expected = expected.map(|(code, text)| (code, column(text)));
            let differ = (codes::PARAMETER_TYPES_DIFFER, script.len() + own);
            let expected: Vec<_> = expected.into_iter().chain([differ]).collect();
            assert_eq!(found(script), expected, "{script}");
        }
        let document = found("\"cat <<E >o\\n<b> <port>\\nE\"");
        assert!(document.contains(&(word, COLUMN)), "{document:?}");
        let unused = (codes::UNUSED_PARAMETER, 4 + own);
        assert!(found("true").contains(&unused), "{:?}", found("true"));
    }
}
