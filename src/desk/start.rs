//! Starting pipelines, and giving values to tracks that wait for them.

use std::collections::BTreeMap;

use super::Desk;
use crate::driver::{CommandError, NewStart, Started};
use crate::engine::{GraphId, PipelineId, TrackId, TrackInput};
use crate::graph::{
    FieldError, GivenOwned, Graph, Later, VertexInput, accept_inputs, input_to_json,
};
use crate::store::{PipelineHead, StoreError, StoredProblem};

/// What starts a pipeline of a file in one go: `trackyard run FILE`, `trackyard serve --run FILE`.
pub const RUN: &str = "run";

/// A graph to start with what a person or a program gave.
#[derive(Debug, Clone, Default)]
pub struct StartRequest {
    /// What people call the run; empty: the graph's name.
    pub name: String,
    /// Free text.
    pub desc: String,
    /// `name` or `vertex.name` and its value.
    pub given: BTreeMap<String, GivenOwned>,
    /// A required value that is missing is asked for when its track is PENDING.
    pub ask_later: bool,
    /// A second start with the same key is the first one.
    pub request_key: Option<String>,
    /// Who asks.
    pub who: String,
    /// By what: `rest`, `form`, `run`.
    pub trigger: &'static str,
}

impl StartRequest {
    /// True if `pipeline` is what the same request, with what was `given`, has started of the same
    /// version of a graph.
    fn began(&self, graph: GraphId, given: &str, pipeline: &PipelineHead) -> bool {
        let name = if self.name.is_empty() {
            &pipeline.graph
        } else {
            &self.name
        };
        pipeline.graph_id == graph.0
            && pipeline.trigger == self.trigger
            && pipeline.name == *name
            && pipeline.input == given
    }
}

/// Why nothing was started or given. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No such graph.
    #[error("graph {0} does not exist")]
    NoGraph(GraphId),
    /// No such track.
    #[error("track {0} does not exist")]
    NoTrack(TrackId),
    /// The graph has problems.
    #[error("graph {0} has not passed its check, so it cannot be started")]
    Unchecked(GraphId, Vec<StoredProblem>),
    /// Values are wrong or missing.
    #[error("some values are wrong or missing")]
    Fields(Vec<FieldError>),
    /// The graph names secrets that nobody has set.
    #[error("{}", unknown(.0))]
    UnknownSecrets(Vec<String>),
    /// A secret cannot be sealed, or one that was given before cannot be opened.
    #[error("the secrets cannot be used: {0}")]
    Sealed(String),
    /// The driver refused.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn unknown(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    format!(
        "nobody has set the secrets that the graph names: {names}; use `trackyard secret set NAME`"
    )
}

impl Desk {
    /// Starts a graph.
    pub fn start(&self, graph: GraphId, request: StartRequest) -> Result<Started, StartError> {
        let head = self.store.graph(graph)?.ok_or(StartError::NoGraph(graph))?;
        if !head.checked {
            return Err(StartError::Unchecked(graph, self.store.problems(graph)?));
        }
        let definition = self
            .store
            .definition(graph)?
            .ok_or(StartError::NoGraph(graph))?;
        let later = match request.ask_later {
            true => Later::All,
            false => Later::Nothing,
        };
        let accepted = accept_inputs(&definition, &request.given, later, &self.limits);
        let accepted = accepted.map_err(StartError::Fields)?;
        let unknown = self.unknown_secrets(&definition)?;
        if !unknown.is_empty() {
            return Err(StartError::UnknownSecrets(unknown));
        }
        let given = self.given_to_json(&definition, &request)?;
        let inputs: Result<Vec<_>, _> = accepted.vertices.into_iter().map(|v| self.of(v)).collect();
        let inputs = inputs?;
        let none = inputs.iter().all(|input| input.values.is_empty());
        let start = NewStart {
            graph,
            revision: head.revision,
            name: if request.name.is_empty() {
                head.name
            } else {
                request.name
            },
            desc: request.desc,
            request_key: request.request_key,
            who: request.who,
            trigger: request.trigger,
            given,
            inputs: if none { Vec::new() } else { inputs },
        };
        Ok(self.handle.start(start)?)
    }

    /// What the same request has started before, of pipelines that are unfinished.
    pub fn left<'p>(
        &self,
        graph: GraphId,
        request: &StartRequest,
        unfinished: &'p [PipelineHead],
    ) -> Result<Option<&'p PipelineHead>, StartError> {
        let definition = self.store.definition(graph)?;
        let definition = definition.ok_or(StartError::NoGraph(graph))?;
        let given = self.given_to_json(&definition, request)?;
        let mut unfinished = unfinished.iter();
        Ok(unfinished.find(|p| request.began(graph, &given, p)))
    }

    /// Gives values to a track that has not started. Values given earlier are kept.
    pub fn give(
        &self,
        track: TrackId,
        given: &BTreeMap<String, GivenOwned>,
        who: &str,
    ) -> Result<(), StartError> {
        let _turn = self.handle.turn();
        let (head, texts) = self.store.track(track)?.ok_or(StartError::NoTrack(track))?;
        let pipeline = PipelineId(head.pipeline_id);
        let graph = self
            .store
            .pipeline(pipeline)?
            .ok_or(StartError::NoTrack(track))?
            .graph_id;
        let definition = self
            .store
            .definition(GraphId(graph))?
            .ok_or(StartError::NoTrack(track))?;
        let index = definition.vertex_index(&head.vertex);
        let index = index.ok_or(StartError::NoTrack(track))?;
        let held = self.held_secrets(track)?;
        let accepted = self.accept(definition, index, (&texts.input, held), given);
        let accepted = accepted.map_err(StartError::Fields)?;
        let input = self.of(accepted)?;
        let taken = self.handle.input(pipeline, track, input, who);
        self.known.forget(pipeline);
        taken?;
        Ok(())
    }

    /// What a track gets. Where it is to be sealed there is a key from now on.
    fn of(&self, accepted: VertexInput) -> Result<TrackInput, StartError> {
        if !accepted.secrets.is_empty() {
            let ready = self.vault.ready();
            ready.map_err(|why| StartError::Sealed(why.to_string()))?;
        }
        let missing = !accepted.missing.is_empty();
        let none = accepted.values.is_empty() && accepted.secrets.is_empty() && !missing;
        Ok(TrackInput {
            values: match none {
                true => String::new(),
                false => input_to_json(&accepted).to_string(),
            },
            missing,
            secrets: accepted.secrets,
        })
    }

    /// All values of one vertex: those that it has, replaced by those that are given. A plain name
    /// means the vertex's own parameter before the graph's.
    fn accept(
        &self,
        mut graph: Graph,
        index: usize,
        (has, secrets): (&str, Vec<(String, String)>),
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<VertexInput, Vec<FieldError>> {
        // The others stay for what they give; what they ask for is not asked now.
        for (place, other) in graph.vertices.iter_mut().enumerate() {
            if place != index {
                other.input.clear();
                other.script.clear();
            }
        }
        let vertex = &graph.vertices[index];
        let key = |name: &str| match vertex.input.iter().any(|p| p.name == name) {
            true => format!("{}.{name}", vertex.name),
            false => name.to_owned(),
        };
        let has: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(has).unwrap_or_default();
        let mut all: BTreeMap<String, GivenOwned> = has
            .into_iter()
            .map(|(name, value)| (key(&name), GivenOwned::Json(value)))
            .collect();
        let secrets = secrets.into_iter();
        all.extend(secrets.map(|(name, text)| (key(&name), GivenOwned::Text(text))));
        all.extend(given.iter().map(|(name, value)| (key(name), value.clone())));
        let mut accepted = accept_inputs(&graph, &all, Later::All, &self.limits)?;
        Ok(accepted.vertices.swap_remove(index))
    }
}
