//! `/graphs/<id>/render`: scripts as they would run.

use rocket::serde::json::Json;
use rocket::{State, post};

use crate::api::body::{Body, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::wire::{RenderBody, Rendering};
use crate::desk::{Desk, RenderRequest};
use crate::engine::GraphId;
use crate::graph::GivenOwned;

/// The scripts as they would run
///
/// Nothing runs. Secrets are `******`. With `ask_later`, what is missing is written as what is asked for later.
#[utoipa::path(
    tag = "graphs",
    operation_id = "renderGraph",
    request_body = RenderBody,
    responses(
        (status = 200, description = "The scripts.", body = Rendering),
        describe::render,
    )
)]
#[post("/graphs/<id>/render", data = "<body>")]
pub(in crate::api) async fn render(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    body: Body,
) -> Result<Json<Rendering>, ApiError> {
    let body: RenderBody = body.json()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let given = body.input.into_iter();
        let request = RenderRequest {
            given: given
                .map(|(name, value)| (name, GivenOwned::Json(value)))
                .collect(),
            vertex: body.vertex,
            ask_later: body.ask_later,
        };
        let scripts = desk.render(GraphId(id), &request)?;
        Ok(Json(Rendering::from(scripts.as_slice())))
    })
    .await
}
