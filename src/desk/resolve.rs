//! What a person says that a script has left for those after it.

use std::collections::BTreeMap;

use super::{Desk, StartError};
use crate::engine::TrackId;
use crate::graph::{FieldError, GivenOwned, Limits, Param, Value, codes, values_to_json};

impl Desk {
    /// The values of the outputs that a track's script was to leave, as a JSON object; none: there are
    /// none. A script that refers to one that is missing fails.
    pub(super) fn outputs(
        &self,
        track: TrackId,
        given: &BTreeMap<String, GivenOwned>,
    ) -> Result<Option<String>, StartError> {
        let order = self.store.order(track)?;
        let order = order.ok_or(StartError::NoTrack(track))?;
        let values = accept(&order.outputs, given, &self.limits);
        let values = values.map_err(StartError::Fields)?;
        Ok((!values.is_empty()).then(|| values_to_json(&values).to_string()))
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
