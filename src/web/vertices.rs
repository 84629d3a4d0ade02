//! Vertices and declared parameters as the page of a graph shows them.

use super::reveal;
use super::script::{self, Label, Part};
use super::words;
use crate::clock::format_duration;
use crate::graph::{Concurrency, Form, Graph, OnLimit, Param, Reference, Vertex};

/// Bytes of a script that the page shows.
const SCRIPT: usize = 16 << 10;

/// A declared parameter as a line.
pub(super) struct ParamLine {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) default: Option<String>,
    pub(super) rule: String,
    pub(super) choices: String,
    pub(super) desc: String,
}

/// A vertex with its script.
pub(super) struct VertexBlock {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) desc: String,
    pub(super) script: Vec<Part>,
    pub(super) cut: bool,
    /// Its predecessors: number and name.
    pub(super) tails: Vec<(i64, String)>,
    /// When it runs, if that is after a verdict.
    pub(super) after: &'static str,
    pub(super) facts: Vec<String>,
    pub(super) params: Vec<ParamLine>,
}

/// Declared parameters as lines.
pub(super) fn params(params: &[Param]) -> Vec<ParamLine> {
    let line = |param: &Param| ParamLine {
        name: param.name.clone(),
        required: param.required,
        default: param.default.as_ref().map(|v| reveal::text(&v.to_string())),
        rule: words::rules(param),
        choices: {
            let choices: Vec<String> = param.choices.iter().map(ToString::to_string).collect();
            choices.join(" · ")
        },
        desc: param.desc.clone(),
    };
    params.iter().map(line).collect()
}

/// What holds for each pipeline of a graph as a whole, a sentence each.
pub(super) fn of_pipelines(graph: &Graph) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(timeout) = graph.timeout {
        facts.push(format!("ended after {}", format_duration(timeout.0 as i64)));
    }
    if let Some(most) = graph.max_parallel {
        facts.push(format!("at most {most} of its scripts run at once"));
    }
    if let Some(Concurrency { limit, on_limit }) = graph.concurrency {
        let more = match on_limit {
            OnLimit::Queue => "one more waits",
            OnLimit::Reject => "one more is refused",
            OnLimit::CancelOldest => "for one more the oldest is stopped",
        };
        facts.push(format!(
            "at most {limit} of its pipelines run at once: {more}"
        ));
    }
    facts
}

/// A vertex with its predecessors; `shared` are the parameters of the graph, `refers` the outputs
/// that its script refers to.
pub(super) fn block(
    id: i64,
    vertex: Vertex,
    shared: &[Param],
    refers: &[Reference],
    tails: Vec<(i64, String)>,
) -> VertexBlock {
    let mut facts = Vec::new();
    if let Some(timeout) = vertex.timeout {
        facts.push(format!("ended after {}", format_duration(timeout.0 as i64)));
    }
    if !vertex.limits.is_empty() {
        facts.push(format!("limited to {}", vertex.limits));
    }
    if let Some(retry) = vertex.retry {
        let delay = format_duration(retry.delay.0 as i64);
        facts.push(format!(
            "up to {} more attempts, the first after {delay}",
            retry.limit
        ));
    }
    if vertex.ignore_failure {
        facts.push("its failure counts as done".to_owned());
    }
    if let Some(pool) = &vertex.pool {
        facts.push(format!("takes a place of the pool {pool}"));
    }
    if let Some(workdir) = &vertex.workdir {
        facts.push(format!("starts in {workdir}"));
    }
    let env = vertex
        .env
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    facts.extend(env);
    let outputs = vertex.outputs.iter();
    facts.extend(outputs.map(|o| format!("leaves {}: {}", o.name, o.kind.phrase())));
    let (body, cut) = reveal::head(&vertex.script, SCRIPT);
    let declared = vertex.input.iter().chain(shared).map(script::declared);
    let refers = refers.iter().map(|r| script::unknown(&r.param.name));
    let labels: Vec<Label> = declared.chain(refers).collect();
    VertexBlock {
        id,
        params: params(&vertex.input),
        script: script::parts(body, Form::Written, &labels),
        cut,
        name: vertex.name,
        desc: vertex.desc,
        tails,
        after: vertex.handler.map_or("", words::handler),
        facts,
    }
}
