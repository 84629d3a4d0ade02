//! How the script of one track runs, or would run now, as people may see it.

use serde_json::Value as Json;

use super::Desk;
use crate::engine::TrackId;
use crate::graph::{
    MASK, Value, environment, launch_text, secret_variable, unknown_output, values_from_json,
};
use crate::store::{StoreError, TrackHead, TrackOrder};

/// A script with its values, and what is in its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackShown {
    /// The text: the generated assignments and the compiled body.
    pub script: String,
    /// The variables that Trackyard gives it for what it runs; of secrets the name alone.
    pub environment: Vec<Variable>,
}

/// One variable of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; a mask for a secret.
    pub value: String,
    /// It carries a secret.
    pub secret: bool,
}

/// What the environment of a script says of it and holds of these values, without secrets.
pub fn variables(order: &TrackOrder, values: &[(String, Value)]) -> Vec<(String, String)> {
    let mut env = order.env.clone();
    env.extend(environment(&order.script, values));
    env.push(("TRACKYARD_GRAPH".to_owned(), order.graph.clone()));
    env.push(("TRACKYARD_VERTEX".to_owned(), order.vertex.clone()));
    if let Some(verdict) = &order.verdict {
        let failed = verdict.failed.join("\n");
        for (name, value) in [
            ("TRACKYARD_STATE", verdict.state),
            ("TRACKYARD_REASON", verdict.reason),
            ("TRACKYARD_FAILED", &failed),
        ] {
            env.push((name.to_owned(), value.to_owned()));
        }
    }
    env
}

impl Desk {
    /// How a track's script runs with what is known now; none: there is no such track.
    pub fn shown(&self, id: TrackId) -> Result<Option<TrackShown>, StoreError> {
        match (self.store.track(id)?, self.store.order(id)?) {
            (Some((head, _)), Some(order)) => TrackShown::of(&head, &order).map(Some),
            _ => Ok(None),
        }
    }
}

impl TrackShown {
    /// The same of what was read.
    pub(super) fn of(head: &TrackHead, order: &TrackOrder) -> Result<Self, StoreError> {
        let json: Json = serde_json::from_str(&order.input)
            .map_err(|why| StoreError::Mismatch(format!("values of track {}: {why}", head.id)))?;
        let mut values = values_from_json(&json, &order.params.iter().collect::<Vec<_>>());
        values.extend(order.referred.iter().map(|referred| {
            let unknown = || Value::Str(unknown_output(&referred.name));
            let value = referred.value.clone().unwrap_or_else(unknown);
            (referred.name.clone(), value)
        }));
        let plain = |(name, value)| Variable {
            name,
            value,
            secret: false,
        };
        let own = [
            ("TRACKYARD_PIPELINE", head.pipeline_id),
            ("TRACKYARD_TRACK", head.id),
            // The first one, where none has begun.
            ("TRACKYARD_ATTEMPT", head.attempt.max(1).into()),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_string()));
        let mut all = variables(order, &values);
        all.extend(
            own.into_iter()
                .filter(|(name, _)| order.env.iter().all(|(n, _)| n != name)),
        );
        let mut environment: Vec<Variable> = all.into_iter().map(plain).collect();
        let given = json.as_object().into_iter().flatten();
        let given = given.filter(|(_, value)| value.is_null());
        let given = given.map(|(name, _)| secret_variable(name));
        environment.extend(
            given
                .chain(order.secrets.iter().cloned())
                .map(|name| Variable {
                    name,
                    value: MASK.to_owned(),
                    secret: true,
                }),
        );
        Ok(Self {
            script: launch_text(&order.script, &values),
            environment,
        })
    }
}
