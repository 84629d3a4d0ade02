//! A pipeline once more: a new one of the same version of its graph, with what was given for the old
//! one.
//!
//! What was given to tracks of the old one later is theirs alone: the new one asks for it again. Of a
//! secret there is only what its tracks have; the first of them counts.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::secrets::secret_fields;
use super::values::field;
use super::{Asked, Desk, StartError, StartRequest, WouldStart};
use crate::driver::{CommandError, Started};
use crate::engine::{Expect, GraphId, PipelineId, PipelineState, Refusal};
use crate::graph::{GivenOwned, Graph};
use crate::secrets::Place;
use crate::store::PipelineHead;

impl Desk {
    /// Starts what an old pipeline ran once more. A second call with the same `key` gives what the
    /// first one started.
    ///
    /// # Errors
    /// Those of [`Desk::start`]; `Sealed` when a secret of the old one cannot be opened.
    pub fn again(
        &self,
        old: PipelineId,
        trigger: &'static str,
        key: Option<String>,
        asked: Asked,
    ) -> Result<Started, StartError> {
        let (graph, request) = self.repeated(old, asked)?;
        let request = StartRequest {
            trigger,
            request_key: key,
            ..request
        };
        self.start(graph, request)
    }

    /// Judges what [`Desk::again`] would start.
    ///
    /// # Errors
    /// Those of [`Desk::again`].
    pub fn would_again(&self, old: PipelineId, asked: Asked) -> Result<WouldStart, StartError> {
        let (graph, request) = self.repeated(old, asked)?;
        self.would_start(graph, request)
    }

    fn repeated(
        &self,
        old: PipelineId,
        asked: Asked,
    ) -> Result<(GraphId, StartRequest), StartError> {
        let refused = |why| StartError::Command(CommandError::Refused(why));
        let head = self.store.pipeline(old)?;
        let head = head.ok_or_else(|| self.no_pipeline(old))?;
        if let Some(Expect::Pipeline(saw)) = asked.expect
            && let Some(state) = PipelineState::from_code(head.state)
            && saw != state
        {
            return Err(refused(Refusal::PipelineMoved(state)));
        }
        let errors = self.judge_reason("again", &asked.why, false);
        if !errors.is_empty() {
            return Err(StartError::Fields(errors));
        }
        let graph = GraphId(head.graph_id);
        let definition = self.store.definition(graph)?;
        let definition = definition.ok_or(StartError::NoGraph(graph))?;
        let request = StartRequest {
            given: self.given(&head, &definition)?,
            name: head.name,
            desc: head.desc,
            // What was to come later then comes later now.
            ask_later: true,
            who: asked.who,
            why: asked.why,
            priority: head.priority,
            again_of: Some(old),
            ..StartRequest::default()
        };
        Ok((graph, request))
    }

    /// What was given for a start, with its secrets.
    fn given(
        &self,
        head: &PipelineHead,
        definition: &Graph,
    ) -> Result<BTreeMap<String, GivenOwned>, StartError> {
        let mut given: BTreeMap<String, Json> =
            serde_json::from_str(&head.input).unwrap_or_default();
        let secret = secret_fields(definition);
        let had: Vec<String> = secret
            .into_iter()
            .filter(|f| given.remove(f).is_some())
            .collect();
        let mut given: BTreeMap<String, GivenOwned> = given
            .into_iter()
            .map(|(field, value)| (field, GivenOwned::Json(value)))
            .collect();
        if had.is_empty() {
            return Ok(given);
        }
        let pipeline = PipelineId(head.id);
        let first = self.store.tracks(pipeline, 0, 1)?;
        let Some(first) = first.first() else {
            return Ok(given);
        };
        for (track, name, sealed) in self.store.pipeline_secrets(pipeline)?.given {
            let vertex = &definition.vertices[(track - first.id) as usize];
            let field = field(vertex, &name);
            if !had.contains(&field) || given.contains_key(&field) {
                continue;
            }
            let place = Place::Given { track, name: &name };
            let value = self.vault.unseal(place, &sealed);
            let value = value.map_err(|why| StartError::Sealed(format!("`{name}`: {why}")))?;
            given.insert(field, GivenOwned::Text(value.text().to_owned()));
        }
        Ok(given)
    }
}
