//! Starting pipelines, and what is given to tracks then and later.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::Desk;
use super::secrets::unknown_secrets;
use super::values::{field, of};
use crate::driver::{CommandError, NewStart, Started};
use crate::engine::{GraphId, PipelineId, Room, TrackId, TrackInput};
use crate::graph::{Accepted, FieldError, GivenOwned, Graph, Later, accept_inputs, value_to_json};
use crate::store::{GraphHead, PipelineHead, StoreError, StoredProblem};

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
    /// Of two pipelines whose tracks are ready, the one with the higher number comes first.
    pub priority: i32,
    /// The pipeline that this one repeats.
    pub again_of: Option<PipelineId>,
    /// Why, in words.
    pub why: String,
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

/// What would be started. Nothing was.
#[derive(Debug)]
pub struct WouldStart {
    /// The graph.
    pub head: GraphHead,
    /// What the run would be called.
    pub name: String,
    /// What was given, as the pipeline would keep it: a JSON object.
    pub given: String,
    /// What the scripts would take, by parameter, defaults among it; null for each secret.
    pub values: Map<String, Json>,
    /// As in the request.
    pub priority: i32,
    /// As in the request.
    pub again_of: Option<PipelineId>,
    /// The vertices that would wait for a value.
    pub waits_for_input: Vec<String>,
    /// What the graph's limit would do to it.
    pub room: Room,
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

/// What a run is called.
fn named(name: String, graph: &GraphHead) -> String {
    match name.is_empty() {
        true => graph.name.clone(),
        false => name,
    }
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
        let (head, definition, accepted) = self.startable(graph, &request)?;
        let given = self.given_to_json(&definition, &request)?;
        let inputs: Vec<TrackInput> = accepted.vertices.into_iter().map(of).collect();
        self.sealable(&inputs)?;
        let none = inputs.iter().all(|input| input.values.is_empty());
        let start = NewStart {
            graph,
            revision: head.revision,
            name: named(request.name, &head),
            desc: request.desc,
            request_key: request.request_key,
            who: request.who,
            trigger: request.trigger,
            given,
            inputs: if none { Vec::new() } else { inputs },
            priority: request.priority,
            again_of: request.again_of,
            why: request.why,
        };
        Ok(self.handle.start(start)?)
    }

    /// Judges what [`Desk::start`] would start. A request key is not looked at.
    ///
    /// # Errors
    /// Those of [`Desk::start`].
    pub fn would_start(
        &self,
        graph: GraphId,
        request: StartRequest,
    ) -> Result<WouldStart, StartError> {
        let (head, definition, accepted) = self.startable(graph, &request)?;
        let request = StartRequest {
            // For a key there would be digests of secrets, of which nobody is to see anything.
            request_key: None,
            ..request
        };
        let given = self.given_to_json(&definition, &request)?;
        let (mut values, mut waits_for_input) = (Map::new(), Vec::new());
        for (vertex, input) in definition.vertices.iter().zip(&accepted.vertices) {
            let taken = input.values.iter();
            let taken = taken.map(|(name, value)| (name, value_to_json(value)));
            let secret = input.secrets.iter().map(|(name, _)| (name, Json::Null));
            values.extend(
                taken
                    .chain(secret)
                    .map(|(n, value)| (field(vertex, n), value)),
            );
            if !input.missing.is_empty() {
                waits_for_input.push(vertex.name.clone());
            }
        }
        Ok(WouldStart {
            room: self.handle.preview_start(graph, head.revision)?,
            name: named(request.name, &head),
            head,
            given,
            values,
            priority: request.priority,
            again_of: request.again_of,
            waits_for_input,
        })
    }

    /// What a start would begin with.
    pub(super) fn startable(
        &self,
        graph: GraphId,
        request: &StartRequest,
    ) -> Result<(GraphHead, Arc<Graph>, Accepted), StartError> {
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
        let unknown = unknown_secrets(&self.store, &definition)?;
        if !unknown.is_empty() {
            return Err(StartError::UnknownSecrets(unknown));
        }
        Ok((head, definition, accepted))
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

    /// Where something is to be sealed there is a key from now on.
    pub(super) fn sealable<'i>(
        &self,
        inputs: impl IntoIterator<Item = &'i TrackInput>,
    ) -> Result<(), StartError> {
        if inputs.into_iter().all(|input| input.secrets.is_empty()) {
            return Ok(());
        }
        let ready = self.vault.ready();
        ready.map_err(|why| StartError::Sealed(why.to_string()))
    }
}
