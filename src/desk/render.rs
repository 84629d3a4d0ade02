//! Scripts as they would run, without running them.

use std::collections::BTreeMap;

use super::{Desk, StartError};
use crate::engine::GraphId;
use crate::graph::{
    GivenOwned, Graph, Later, Limits, Outputs, Rendered, accept_inputs, quote, render,
};

/// Which scripts to show, with which values.
#[derive(Debug, Clone, Default)]
pub struct RenderRequest {
    /// `name` or `vertex.name` and its value.
    pub given: BTreeMap<String, GivenOwned>,
    /// This vertex alone.
    pub vertex: Option<String>,
    /// As of a start: what is missing is asked for when it is needed.
    pub ask_later: bool,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// No such vertex.
    #[error("the graph has no vertex {}", quote(.0))]
    NoVertex(String),
    /// All scripts together have more bytes than the limit.
    #[error(
        "the scripts have more than {0} bytes together (the setting `max_render_bytes`): name one vertex"
    )]
    TooLarge(usize),
    /// As for a start.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl Desk {
    /// The scripts of a saved graph as a start with these values would run them.
    pub fn render(
        &self,
        id: GraphId,
        request: &RenderRequest,
    ) -> Result<Vec<Rendered>, RenderError> {
        let none = || StartError::NoGraph(id);
        let head = self.store.graph(id).map_err(StartError::from)?;
        if !head.ok_or_else(none)?.checked {
            let problems = self.store.problems(id).map_err(StartError::from)?;
            return Err(StartError::Unchecked(id, problems).into());
        }
        let graph = self.store.definition(id).map_err(StartError::from)?;
        let graph = graph.ok_or_else(none)?;
        scripts(&graph, request, &self.limits)
    }
}

/// The scripts of a graph that has no errors.
pub fn scripts(
    graph: &Graph,
    request: &RenderRequest,
    limits: &Limits,
) -> Result<Vec<Rendered>, RenderError> {
    let only = match &request.vertex {
        None => None,
        Some(name) => {
            let index = graph.vertex_index(name);
            Some(index.ok_or_else(|| RenderError::NoVertex(name.clone()))?)
        }
    };
    let later = match request.ask_later {
        true => Later::All,
        false => Later::Secrets,
    };
    let accepted = accept_inputs(graph, &request.given, later, limits);
    let accepted = accepted.map_err(StartError::Fields)?;
    let (mut all, mut bytes, outputs) = (Vec::new(), 0, Outputs::of(graph));
    for (index, input) in accepted.vertices.iter().enumerate() {
        if only.is_some_and(|only| only != index) {
            continue;
        }
        let Some(one) = render(&outputs, &graph.vertices[index], input, later) else {
            continue;
        };
        let environment = one.environment.iter().map(|(_, value)| value.len());
        bytes += one.script.len() + environment.sum::<usize>();
        if bytes > limits.render_bytes {
            return Err(RenderError::TooLarge(limits.render_bytes));
        }
        all.push(one);
    }
    Ok(all)
}
