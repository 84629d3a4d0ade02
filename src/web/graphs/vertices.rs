//! Vertices and declared parameters as the page of a graph shows them.

use crate::clock::format_duration;
use crate::graph::{Concurrency, Form, Graph, OnLimit, Param, Reference, Vertex};
use crate::web::parts::reveal;
use crate::web::parts::words;
use crate::web::tracks::script::{self, Label, Part};

/// Bytes of a script that the page shows.
const SCRIPT: usize = 16 << 10;

/// A declared parameter as a line.
pub(in crate::web) struct ParamLine {
    pub(in crate::web) name: String,
    pub(in crate::web) required: bool,
    pub(in crate::web) default: Option<String>,
    pub(in crate::web) rule: String,
    pub(in crate::web) choices: String,
    pub(in crate::web) desc: String,
}

/// A vertex with its script.
pub(in crate::web) struct VertexBlock {
    pub(in crate::web) id: i64,
    pub(in crate::web) name: String,
    pub(in crate::web) desc: String,
    pub(in crate::web) script: Vec<Part>,
    pub(in crate::web) cut: bool,
    /// Its predecessors: number and name.
    pub(in crate::web) tails: Vec<(i64, String)>,
    /// When it runs, if that is after a verdict.
    pub(in crate::web) after: &'static str,
    pub(in crate::web) facts: Vec<String>,
    pub(in crate::web) params: Vec<ParamLine>,
}

/// Declared parameters as lines.
pub(in crate::web) fn params(params: &[Param]) -> Vec<ParamLine> {
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
pub(in crate::web) fn of_pipelines(graph: &Graph) -> Vec<String> {
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
pub(in crate::web) fn block(
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
