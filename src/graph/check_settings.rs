//! What the environment and the working directory of scripts hold: no placeholder, for no value is put
//! there, and not more than a program can be started with.

use super::carried::{too_long, too_many};
use super::codes;
use super::identifiers::bracketed;
use super::model::Limits;
use super::outputs::Outputs;
use super::places::{Part, Sink, Spot};
use super::problem::Severity;

/// Checks the settings of the graph and of every vertex.
pub(super) fn check<'g>(sink: &mut Sink<'g>, outputs: &Outputs<'g>, limits: &Limits) {
    let graph = sink.graph;
    let workdir = graph.workdir.as_deref();
    settings(sink, outputs, None, workdir, &graph.env);
    sizes(sink, None, &graph.env, limits);
    for (index, vertex) in graph.vertices.iter().enumerate() {
        let workdir = vertex.workdir.as_deref();
        settings(sink, outputs, Some(index), workdir, &vertex.env);
        sizes(sink, Some(index), &vertex.env, limits);
    }
}

fn sizes(sink: &mut Sink<'_>, owner: Option<usize>, env: &[(String, String)], limits: &Limits) {
    let all = too_many(env, limits).map(|message| (Part::Key("env"), message));
    let single = |(i, (name, value)): (u32, &(String, String))| {
        too_long(name, value).map(|message| (Part::Env(i), message))
    };
    for (part, message) in all.into_iter().chain((0..).zip(env).filter_map(single)) {
        sink.error(codes::VALUE_TOO_LARGE, Spot::of(owner, part), message);
    }
}

fn settings(
    sink: &mut Sink<'_>,
    outputs: &Outputs<'_>,
    owner: Option<usize>,
    workdir: Option<&str>,
    env: &[(String, String)],
) {
    if let Some(dir) = workdir {
        let instead = |name: &str| format!("begin the script with `cd <{name}>`");
        text(sink, outputs, owner, Part::Key("workdir"), dir, &instead);
    }
    for (i, (variable, value)) in (0..).zip(env) {
        let instead = |name: &str| format!("begin the script with `export {variable}=<{name}>`");
        text(sink, outputs, owner, Part::Env(i), value, &instead);
    }
}

fn text(
    sink: &mut Sink<'_>,
    outputs: &Outputs<'_>,
    owner: Option<usize>,
    part: Part,
    text: &str,
    instead: &dyn Fn(&str) -> String,
) {
    let graph = sink.graph;
    let spot = Spot::of(owner, part);
    for (_, name) in bracketed(text) {
        let declared = match owner {
            _ if name.contains('.') => outputs.means(name),
            Some(index) => {
                let inputs = graph.declared_for(&graph.vertices[index]);
                inputs.iter().any(|param| param.name == name)
            }
            None => graph.input.iter().any(|param| param.name == name),
        };
        if declared {
            let message = format!(
                "`<{name}>` would stay as it is: values are put into scripts alone; {}",
                instead(name)
            );
            sink.error(codes::PLACEHOLDER_OUTSIDE_SCRIPT, spot, message);
        } else {
            let message = format!(
                "`<{name}>` stays as it is: it is not declared, and values are put into scripts alone"
            );
            sink.add(
                Severity::Notice,
                codes::UNDECLARED_PLACEHOLDER,
                spot,
                message,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::text::{Format, parse};
    use crate::graph::{Limits, codes};

    #[test]
    fn no_value_is_put_into_settings() {
        let (error, notice) = (
            codes::PLACEHOLDER_OUTSIDE_SCRIPT,
            codes::UNDECLARED_PLACEHOLDER,
        );
        for (shared, own, expected) in [
            ("env: {A: 'x'}", "workdir: /tmp", None),
            (
                "env: {A: '<host>'}",
                "workdir: /tmp",
                Some((error, 3, "export A=<host>")),
            ),
            (
                "workdir: '/tmp/<host>'",
                "env: {}",
                Some((error, 3, "cd <host>")),
            ),
            (
                "env: {A: 'x<hots>'}",
                "env: {}",
                Some((notice, 3, "<hots>")),
            ),
            ("env: {A: '<port>'}", "env: {}", Some((notice, 3, "<port>"))),
            (
                "env: {}",
                "env: {B: '<port>'}",
                Some((error, 5, "export B")),
            ),
            (
                "env: {}",
                "workdir: '<host>/a'",
                Some((error, 5, "cd <host>")),
            ),
            ("env: {}", "env: {B: '<a.n>'}", Some((error, 5, "<a.n>"))),
            (
                "env: {}",
                "env: {B: '<in.txt>'}",
                Some((notice, 5, "<in.txt>")),
            ),
        ] {
            let text = format!(
                "name: g\ninput: {{host: h}}\n{shared}\nvertices:\n  a: {{script: echo <host> <port>, input: {{port: 1}}, {own}}}\n"
            );
            let found = parse(&text, Format::Yaml, &Limits::default()).problems;
            let said = |p: &crate::graph::Problem| (p.code, p.line);
            let all: Vec<_> = found.iter().map(said).collect();
            let expected_all: Vec<_> = expected.iter().map(|(c, l, _)| (*c, *l)).collect();
            assert_eq!(all, expected_all, "{text}");
            if let Some((_, _, words)) = expected {
                assert!(found[0].message.contains(words), "{found:?}");
            }
        }
    }
}
