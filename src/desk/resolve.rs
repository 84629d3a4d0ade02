//! A person's word for how an interrupted track ended, with the outputs that nobody else can give.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Asked, Desk, StartError};
use crate::engine::{Action, Expect, PipelineId, Scope, TrackAction, TrackId, TrackState};
use crate::graph::{
    FieldError, GivenOwned, Limits, Param, Value, codes, secret_parameter, values_to_json,
};
use crate::secrets::Within;

/// A person's word for how an interrupted track ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// Its work was done.
    Succeeded,
    /// It was not.
    Failed,
    /// It may be done again: another attempt follows.
    RunAgain,
}

impl Desk {
    /// Takes a person's word. With a success come the values of the outputs that its script was to
    /// leave; a script that refers to one that is missing fails.
    pub fn resolve(
        &self,
        track: TrackId,
        verdict: Resolution,
        asked: Asked,
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<(), StartError> {
        let missing = || StartError::NoTrack(track);
        let (head, _) = self.store.track(track)?.ok_or_else(missing)?;
        let order = self.store.order(track)?.ok_or_else(missing)?;
        let action = match verdict {
            Resolution::Succeeded => {
                self.free_of_secrets(PipelineId(head.pipeline_id), given)?;
                let values = accept(&order.outputs, given, &self.limits);
                let values = values.map_err(StartError::Fields)?;
                let outputs = (!values.is_empty()).then(|| values_to_json(&values).to_string());
                TrackAction::ForceSuccess(outputs)
            }
            Resolution::Failed => TrackAction::ForceFailure,
            Resolution::RunAgain => TrackAction::Retry(Scope::Only, None),
        };
        let expect = Some(Expect::Track(TrackState::Interrupted, None));
        let asked = Asked { expect, ..asked };
        let pipeline = PipelineId(head.pipeline_id);
        self.act(pipeline, Action::Track(track, action), asked)?;
        Ok(())
    }

    /// Refuses outputs that hold a secret of the pipeline, as where a script leaves them.
    fn free_of_secrets(
        &self,
        pipeline: PipelineId,
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<(), StartError> {
        if given.is_empty() {
            return Ok(());
        }
        let secrets = self.known.of(pipeline)?;
        let mut errors = Vec::new();
        for (variable, value) in &secrets {
            let secret = secret_parameter(variable).unwrap_or(variable);
            let within = Within::new(value.text());
            for (field, given) in given {
                let held = match given {
                    GivenOwned::Text(text) | GivenOwned::Json(Json::String(text)) => {
                        within.held(text.as_bytes())
                    }
                    GivenOwned::Json(json) => within.held(json.to_string().as_bytes()),
                };
                if held {
                    errors.push(FieldError {
                        field: field.clone(),
                        code: codes::HOLDS_SECRET,
                        message: format!("the output `{field}` holds the secret `{secret}`"),
                    });
                }
            }
        }
        match errors.is_empty() {
            true => Ok(()),
            false => Err(StartError::Fields(errors)),
        }
    }
}

fn accept(
    declared: &[Param],
    given: &BTreeMap<String, GivenOwned>,
    limits: &Limits,
) -> Result<Vec<(String, Value)>, Vec<FieldError>> {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for output in declared {
        match given.get(&output.name) {
            Some(given) => match output.accept(&given.as_given(), limits) {
                Ok(value) => values.push((output.name.clone(), value)),
                Err(error) => errors.push(error),
            },
            None => values.extend(output.default.clone().map(|d| (output.name.clone(), d))),
        }
    }
    let unknown = |name: &&String| declared.iter().all(|output| output.name != **name);
    errors.extend(given.keys().filter(unknown).map(|name| FieldError {
        field: name.clone(),
        code: codes::UNKNOWN_PARAMETER,
        message: format!("`{name}` is not an output that the vertex declares"),
    }));
    if errors.is_empty() {
        Ok(values)
    } else {
        Err(errors)
    }
}
