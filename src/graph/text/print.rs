//! A graph as a tree of keys and values, in the order in which people read them. What has its
//! default value is left out.

use serde_json::{Map, Value as Json, json};

use crate::graph::model::{Graph, Vertex};
use crate::graph::param::Param;
use crate::graph::policy::{Concurrency, OnFailure, OnInterrupt, OnLimit};
use crate::graph::retention::Retention;
use crate::graph::rlimits::{Rlimits, exact_size};
use crate::graph::stored::value_to_json;

/// The tree that both notations print.
pub(in crate::graph) fn tree(graph: &Graph) -> Json {
    let mut out = Map::new();
    out.insert("name".to_owned(), json!(graph.name));
    described(&mut out, &graph.desc);
    if !graph.tags.is_empty() {
        out.insert("tags".to_owned(), json!(graph.tags));
    }
    if graph.on_failure != OnFailure::default() {
        out.insert("on_failure".to_owned(), json!(graph.on_failure.word()));
    }
    if let Some(timeout) = graph.timeout {
        out.insert("timeout".to_owned(), json!(timeout.to_string()));
    }
    if let Some(most) = graph.max_parallel {
        out.insert("max_parallel".to_owned(), json!(most));
    }
    if let Some(Concurrency { limit, on_limit }) = graph.concurrency {
        let policy = match on_limit {
            OnLimit::Queue => json!(limit),
            _ => json!({"limit": limit, "on_limit": on_limit.word()}),
        };
        out.insert("concurrency".to_owned(), policy);
    }
    kept(&mut out, graph.retention);
    settings(&mut out, graph.workdir.as_deref(), &graph.env, &graph.input);
    secret(&mut out, &graph.secrets);
    limited(&mut out, graph.limits);
    let vertices = graph.vertices.iter().enumerate();
    let vertices = vertices.map(|(i, v)| (v.name.clone(), vertex(graph, i, v), v.handler));
    let (scripts, handlers): (Vec<_>, Vec<_>) = vertices.partition(|(.., on)| on.is_none());
    for (key, part) in [("vertices", scripts), ("handlers", handlers)] {
        if key == "vertices" || !part.is_empty() {
            let part = part.into_iter().map(|(name, tree, _)| (name, tree));
            out.insert(key.to_owned(), Json::Object(part.collect()));
        }
    }
    Json::Object(out)
}

fn vertex(graph: &Graph, index: usize, vertex: &Vertex) -> Json {
    let mut out = Map::new();
    described(&mut out, &vertex.desc);
    let needs = graph.tails(index).filter_map(|t| graph.vertices.get(t));
    let needs: Vec<Json> = needs.map(|v| json!(v.name)).collect();
    if !needs.is_empty() {
        out.insert("needs".to_owned(), Json::Array(needs));
    }
    settings(
        &mut out,
        vertex.workdir.as_deref(),
        &vertex.env,
        &vertex.input,
    );
    secret(&mut out, &vertex.secrets);
    if !vertex.outputs.is_empty() {
        let outputs = vertex.outputs.iter().map(|o| (o.name.clone(), param(o)));
        let outputs = outputs.collect::<Map<_, _>>();
        out.insert("outputs".to_owned(), Json::Object(outputs));
    }
    if let Some(timeout) = vertex.timeout {
        out.insert("timeout".to_owned(), json!(timeout.to_string()));
    }
    if let Some(retry) = vertex.retry {
        let mut policy = json!({
            "limit": retry.limit,
            "delay": retry.delay.to_string(),
            "backoff": retry.backoff,
            "max_delay": retry.max_delay.to_string(),
        });
        if retry.jitter != 0.0 {
            policy["jitter"] = json!(retry.jitter);
        }
        if let Some(codes) = retry.exit_codes {
            policy["exit_codes"] = json!(codes.iter().collect::<Vec<_>>());
        }
        out.insert("retry".to_owned(), policy);
    }
    limited(&mut out, vertex.limits);
    if vertex.on_interrupt != OnInterrupt::default() {
        out.insert("on_interrupt".to_owned(), json!(vertex.on_interrupt.word()));
    }
    if vertex.ignore_failure {
        out.insert("on_error".to_owned(), json!("ignore"));
    }
    if let Some(pool) = &vertex.pool {
        out.insert("pool".to_owned(), json!(pool));
    }
    out.insert("script".to_owned(), json!(vertex.script));
    Json::Object(out)
}

fn kept(out: &mut Map<String, Json>, retention: Retention) {
    if !retention.is_empty() {
        let bytes = retention.max_bytes.map(|n| json!(exact_size(n)));
        let values = [
            retention.days.map(|n| json!(n)),
            retention.keep_last.map(|n| json!(n)),
            bytes,
        ];
        let said = Retention::KEYS.into_iter().zip(values);
        let said = said.filter_map(|(key, value)| Some((key.to_owned(), value?)));
        out.insert("retention".to_owned(), Json::Object(said.collect()));
    }
}

fn described(out: &mut Map<String, Json>, desc: &str) {
    if !desc.is_empty() {
        out.insert("desc".to_owned(), json!(desc));
    }
}

fn secret(out: &mut Map<String, Json>, names: &[String]) {
    if !names.is_empty() {
        out.insert("secrets".to_owned(), json!(names));
    }
}

fn limited(out: &mut Map<String, Json>, limits: Rlimits) {
    if !limits.is_empty() {
        let limits = limits.iter().map(|(resource, limit)| {
            let shown = resource.show(limit);
            let number = shown.parse::<u64>().map(|n| json!(n));
            (resource.word().to_owned(), number.unwrap_or(json!(shown)))
        });
        let limits = limits.collect::<Map<_, _>>();
        out.insert("limits".to_owned(), Json::Object(limits));
    }
}

fn settings(
    out: &mut Map<String, Json>,
    workdir: Option<&str>,
    env: &[(String, String)],
    input: &[Param],
) {
    if !input.is_empty() {
        let params = input
            .iter()
            .map(|p| (p.name.clone(), param(p)))
            .collect::<Map<_, _>>();
        out.insert("input".to_owned(), Json::Object(params));
    }
    if !env.is_empty() {
        let env = env
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect::<Map<_, _>>();
        out.insert("env".to_owned(), Json::Object(env));
    }
    if let Some(workdir) = workdir {
        out.insert("workdir".to_owned(), json!(workdir));
    }
}

fn param(param: &Param) -> Json {
    let mut out = Map::new();
    let mut add = |key: &str, value: Option<Json>| {
        if let Some(value) = value {
            out.insert(key.to_owned(), value);
        }
    };
    add("type", Some(json!(param.kind.word())));
    add("required", param.required.then_some(Json::Bool(true)));
    add("default", param.default.as_ref().map(value_to_json));
    let choices: Vec<Json> = param.choices.iter().map(value_to_json).collect();
    add(
        "choices",
        (!choices.is_empty()).then_some(Json::Array(choices)),
    );
    add("min", param.min.as_ref().map(value_to_json));
    add("max", param.max.as_ref().map(value_to_json));
    add("min_length", param.min_length.map(|n| json!(n)));
    add("max_length", param.max_length.map(|n| json!(n)));
    add("pattern", param.pattern.as_ref().map(|p| json!(p)));
    add("allow_dash", param.allow_dash.then_some(Json::Bool(true)));
    add("desc", (!param.desc.is_empty()).then(|| json!(param.desc)));
    Json::Object(out)
}
