//! Vertices and declared parameters as the page of a graph shows them.

use crate::clock::format_duration;
use crate::graph::{
    Concurrency, Form, Graph, OnFailure, OnLimit, Param, Reference, Retry, Vertex, exact_size,
};
use crate::l10n::Words;
use crate::web::parts::need::Need;
use crate::web::parts::{reveal, words};
use crate::web::tracks::script::{self, Label, Part};

/// Bytes of a script that the page shows.
const SCRIPT: usize = 16 << 10;

/// A declared parameter as a line.
pub(in crate::web) struct ParamLine {
    pub(in crate::web) name: String,
    pub(in crate::web) need: Need,
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
    pub(in crate::web) after: String,
    pub(in crate::web) facts: Vec<String>,
    pub(in crate::web) params: Vec<ParamLine>,
}

/// Declared parameters as lines.
pub(in crate::web) fn params(params: &[Param], t: &Words) -> Vec<ParamLine> {
    let line = |param: &Param| ParamLine {
        name: param.name.clone(),
        need: Need::of(param),
        default: param.default.as_ref().map(|v| reveal::text(&v.to_string())),
        rule: words::rules(param, *t),
        choices: {
            let choices: Vec<String> = param.choices.iter().map(ToString::to_string).collect();
            choices.join(" · ")
        },
        desc: param.desc.clone(),
    };
    params.iter().map(line).collect()
}

/// What holds for each pipeline of a graph as a whole, a sentence each.
pub(in crate::web) fn of_pipelines(graph: &Graph, t: &Words) -> Vec<String> {
    let mut facts = vec![match graph.on_failure {
        OnFailure::StopNew => t.graph_on_failure_stop_new(),
        OnFailure::CancelRunning => t.graph_on_failure_cancel_running(),
        OnFailure::ContinueIndependent => t.graph_on_failure_continue(),
    }];
    let timeout = graph.timeout.map(|of| format_duration(of.0 as i64));
    facts.extend(timeout.map(|of| t.fact_timeout(of)));
    facts.extend(graph.max_parallel.map(|most| t.fact_parallel(most)));
    let limit = |Concurrency { limit, on_limit }| match on_limit {
        OnLimit::Queue => t.fact_limit_queue(limit),
        OnLimit::Reject => t.fact_limit_reject(limit),
        OnLimit::CancelOldest => t.fact_limit_cancel(limit),
    };
    facts.extend(graph.concurrency.map(limit));
    let kept = graph.retention;
    facts.extend(kept.days.map(|days| t.fact_kept_days(days)));
    facts.extend(kept.keep_last.map(|count| t.fact_kept_last(count)));
    let bytes = kept.max_bytes.map(exact_size);
    facts.extend(bytes.map(|bytes| t.fact_kept_bytes(bytes)));
    facts
}

/// What holds for a vertex, a sentence each.
fn of_vertex(vertex: &Vertex, t: &Words) -> Vec<String> {
    let mut facts = Vec::new();
    let timeout = vertex.timeout.map(|of| format_duration(of.0 as i64));
    facts.extend(timeout.map(|of| t.fact_timeout(of)));
    if !vertex.limits.is_empty() {
        facts.push(t.fact_limits(vertex.limits.to_string()));
    }
    let retry = |of: Retry| t.fact_retry(of.limit, format_duration(of.delay.0 as i64));
    facts.extend(vertex.retry.map(retry));
    facts.extend(vertex.ignore_failure.then(|| t.fact_ignored()));
    facts.extend(vertex.pool.as_ref().map(|pool| t.fact_pool(pool)));
    facts.extend(vertex.workdir.as_ref().map(|way| t.fact_workdir(way)));
    let env = vertex.env.iter();
    facts.extend(env.map(|(name, value)| format!("{name}={value}")));
    let outputs = vertex.outputs.iter();
    facts.extend(outputs.map(|o| t.fact_output(&o.name, words::kind(o.kind, *t))));
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
    t: &Words,
) -> VertexBlock {
    let facts = of_vertex(&vertex, t);
    let (body, cut) = reveal::head(&vertex.script, SCRIPT);
    let declared = vertex.input.iter().chain(shared).map(script::declared);
    let refers = refers.iter().map(|r| script::unknown(&r.param.name, *t));
    let labels: Vec<Label> = declared.chain(refers).collect();
    VertexBlock {
        id,
        params: params(&vertex.input, t),
        script: script::parts(body, Form::Written, &labels),
        cut,
        name: vertex.name,
        desc: vertex.desc,
        tails,
        after: vertex
            .handler
            .map_or_else(String::new, |on| words::handler(on, *t)),
        facts,
    }
}
