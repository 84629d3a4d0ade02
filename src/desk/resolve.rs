//! What a person says that a script has left for those after it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Desk, StartError};
use crate::engine::{PipelineId, TrackId};
use crate::graph::{
    FieldError, GivenOwned, Limits, Param, Value, codes, secret_parameter, values_to_json,
};
use crate::secrets::Within;
use crate::store::TrackHead;

impl Desk {
    /// The values of the outputs that a track's script was to leave, as a JSON object; none: there are
    /// none. One that nobody refers to may be left out.
    pub(super) fn outputs(
        &self,
        track: &TrackHead,
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<Option<String>, StartError> {
        let id = TrackId(track.id);
        let order = self.store.order(id)?.ok_or(StartError::NoTrack(id))?;
        self.free_of_secrets(PipelineId(track.pipeline_id), given)?;
        let asked = self.asked_outputs(track, &order.outputs)?;
        let values = accept((&order.outputs, &asked), given, &self.limits);
        let values = values.map_err(StartError::Fields)?;
        Ok((!values.is_empty()).then(|| values_to_json(&values).to_string()))
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

/// `asked`: what has to be given.
fn accept(
    (declared, asked): (&[Param], &BTreeSet<String>),
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
            None if asked.contains(&output.name) => errors.push(FieldError {
                field: output.name.clone(),
                code: codes::MISSING_VALUE,
                message: format!(
                    "`{}` is missing, and a script after it takes it: give {}, as its own script was to leave",
                    output.name,
                    output.kind.phrase()
                ),
            }),
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
