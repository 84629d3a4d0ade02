//! The values of one track: what it has, replaced by what is given.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Desk, StartError};
use crate::engine::{GraphId, PipelineId, TrackId, TrackInput};
use crate::graph::{
    FieldError, GivenOwned, Graph, Later, Vertex, VertexInput, accept_inputs, codes, input_to_json,
};
use crate::store::TrackHead;

impl Desk {
    /// What a track is given: what it has, replaced by what is given now. Wrong values are refused;
    /// nothing is kept.
    pub(super) fn values(
        &self,
        track: &TrackHead,
        has: &str,
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<TrackInput, StartError> {
        let id = TrackId(track.id);
        let gone = || StartError::NoTrack(id);
        let pipeline = self.store.pipeline(PipelineId(track.pipeline_id))?;
        let graph = GraphId(pipeline.ok_or_else(gone)?.graph_id);
        let definition = self.store.definition(graph)?.ok_or_else(gone)?;
        let index = definition.vertex_index(&track.vertex).ok_or_else(gone)?;
        let held = self.held_secrets(id)?;
        let accepted = self.accept(&definition, index, (has, held), given);
        let accepted = accepted.map_err(StartError::Fields)?;
        let takes = |field: &&String| {
            let name = field
                .rsplit_once('.')
                .map_or(field.as_str(), |(_, name)| name);
            let values = accepted.values.iter().map(|(n, _)| n);
            let secrets = accepted.secrets.iter().map(|(n, _)| n);
            let mut taken = values.chain(secrets).chain(&accepted.missing);
            taken.any(|n| n == name)
        };
        let unused = |name: &String| FieldError {
            field: name.clone(),
            code: codes::UNUSED_PARAMETER,
            message: format!("the script of `{}` does not use `{name}`", track.vertex),
        };
        let stray: Vec<_> = given
            .keys()
            .filter(|field| !takes(field))
            .map(unused)
            .collect();
        if !stray.is_empty() {
            return Err(StartError::Fields(stray));
        }
        let mut input = of(accepted);
        if input.values.is_empty() {
            // At a start that means what the graph says; here it takes the place of what it has.
            input.values = "{}".to_owned();
        }
        Ok(input)
    }

    /// All values of one vertex: those that it has, replaced by those that are given. A plain name
    /// means the vertex's own parameter before the graph's.
    fn accept(
        &self,
        graph: &Graph,
        index: usize,
        (has, secrets): (&str, Vec<(String, String)>),
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<VertexInput, Vec<FieldError>> {
        let mut graph = graph.clone();
        // The others stay for what they give; what they ask for is not asked now.
        for (place, other) in graph.vertices.iter_mut().enumerate() {
            if place != index {
                other.input.clear();
                other.script.clear();
            }
        }
        let vertex = &graph.vertices[index];
        let key = |name: &str| field(vertex, name);
        let has: BTreeMap<String, Json> = serde_json::from_str(has).unwrap_or_default();
        let mut all: BTreeMap<String, GivenOwned> = has
            .into_iter()
            .map(|(name, value)| (key(&name), GivenOwned::Json(value)))
            .collect();
        let secrets: BTreeMap<String, GivenOwned> = secrets
            .into_iter()
            .map(|(name, text)| (key(&name), GivenOwned::Text(text)))
            .collect();
        // As people read it: a secret that is there is null.
        let stays = |name: &str, value: &GivenOwned| {
            *value == GivenOwned::Json(Json::Null) && secrets.contains_key(name)
        };
        let given = given.iter().map(|(name, value)| (key(name), value.clone()));
        let given: Vec<_> = given.filter(|(name, value)| !stays(name, value)).collect();
        all.extend(secrets);
        all.extend(given);
        let mut accepted = accept_inputs(&graph, &all, Later::All, &self.limits)?;
        Ok(accepted.vertices.swap_remove(index))
    }
}

/// The field of a start that gives a vertex the value of this name: its own parameters come before
/// those of the graph.
pub(super) fn field(vertex: &Vertex, name: &str) -> String {
    match vertex.input.iter().any(|p| p.name == name) {
        true => format!("{}.{name}", vertex.name),
        false => name.to_owned(),
    }
}

/// What a track gets.
pub(super) fn of(accepted: VertexInput) -> TrackInput {
    let missing = !accepted.missing.is_empty();
    let none = accepted.values.is_empty() && accepted.secrets.is_empty() && !missing;
    TrackInput {
        values: match none {
            true => String::new(),
            false => input_to_json(&accepted).to_string(),
        },
        missing,
        secrets: accepted.secrets,
    }
}
