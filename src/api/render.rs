//! `/graphs/<id>/render`: scripts as they would run.

use std::collections::BTreeMap;

use rocket::serde::json::Json;
use rocket::{State, post};
use serde::Deserialize;
use serde_json::Value;

use super::body::{Body, blocking};
use super::error::ApiError;
use super::guard::Auth;
use super::wire;
use crate::desk::{Desk, RenderRequest};
use crate::engine::GraphId;
use crate::graph::GivenOwned;

/// The body of the request.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RenderBody {
    input: BTreeMap<String, Value>,
    vertex: Option<String>,
}

#[post("/graphs/<id>/render", data = "<body>")]
pub(super) async fn render(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let body: RenderBody = body.json()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let given = body.input.into_iter();
        let request = RenderRequest {
            given: given
                .map(|(name, value)| (name, GivenOwned::Json(value)))
                .collect(),
            vertex: body.vertex,
        };
        let scripts = desk.render(GraphId(id), &request)?;
        Ok(Json(wire::rendered(&scripts)))
    })
    .await
}
