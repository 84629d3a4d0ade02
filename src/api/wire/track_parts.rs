//! A track in parts: its values, its environment, its attempts.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::tracks::{Attempt, outputs_of};
use super::values::object;
use crate::desk;
use crate::store::TrackOrder;

/// The values of a track.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct TrackInput {
    /// Accepted values by parameter; null for each secret.
    #[schema(value_type = Object)]
    values: Value,
    /// A required value has not been given.
    missing: bool,
    /// The outputs of other tracks that its script refers to; null: not known yet.
    #[schema(value_type = Object)]
    referred: Map<String, Value>,
}

impl From<TrackOrder> for TrackInput {
    fn from(order: TrackOrder) -> Self {
        Self {
            values: object(&order.input),
            missing: order.missing,
            referred: outputs_of(order.referred),
        }
    }
}

/// What is in the environment of a script.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct TrackEnvironment {
    variables: Vec<Variable>,
}

/// One variable of an environment.
#[derive(Debug, Serialize, ToSchema)]
struct Variable {
    name: String,
    /// `******` for a secret.
    value: String,
    /// It carries a secret.
    secret: bool,
}

impl From<Vec<desk::Variable>> for TrackEnvironment {
    fn from(variables: Vec<desk::Variable>) -> Self {
        let one = |variable: desk::Variable| Variable {
            name: variable.name,
            value: variable.value,
            secret: variable.secret,
        };
        Self {
            variables: variables.into_iter().map(one).collect(),
        }
    }
}

/// Attempts of a track, first to last.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AttemptPage {
    pub(in crate::api) attempts: Vec<Attempt>,
    /// Give it as `cursor` for the next page; null: there is none.
    pub(in crate::api) next: Option<Cursor>,
}
