//! Moments and columns of JSON.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::clock;

/// A moment as RFC 3339 in UTC, with milliseconds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(format = DateTime, examples("2026-01-31T12:00:00.000Z"))]
pub(in crate::api) struct Moment(String);

impl Moment {
    /// From milliseconds since 1970.
    pub(super) fn of(ms: i64) -> Self {
        Self(clock::format_utc(ms))
    }
}

/// A column of JSON; as a text where it is not JSON.
pub(super) fn object(column: &str) -> Value {
    serde_json::from_str(column).unwrap_or_else(|_| Value::String(column.to_owned()))
}

/// What was given for a start; null for each secret.
pub(super) fn given(column: &str) -> Value {
    let mut given = object(column);
    let values = given.as_object_mut().into_iter().flat_map(Map::values_mut);
    for value in values.filter(|value| value.is_object()) {
        *value = Value::Null;
    }
    given
}
