//! `/pipelines/<id>/diff`

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::number;
use crate::api::guard::Auth;
use crate::api::pipelines::head;
use crate::api::wire::PipelineDiff;
use crate::desk::Desk;
use crate::engine::PipelineId;

/// What changed from one pipeline to another
///
/// From the pipeline `with` to this one: the graph, what was given, and how each vertex went.
#[utoipa::path(
    tag = "pipelines",
    operation_id = "diffPipelines",
    params(("id" = i64, Path), ("with" = i64, Query)),
    responses(
        (status = 200, description = "What changed.", body = PipelineDiff),
        describe::of_pipeline,
    )
)]
#[get("/pipelines/<id>/diff?<with>")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    with: Option<&str>,
) -> Result<Json<PipelineDiff>, ApiError> {
    let with = number("with", with.or(Some("")))?.unwrap_or_default();
    let desk = desk.inner().clone();
    blocking(move || {
        let of = |id| head(&desk, PipelineId(id));
        let (before, after) = (of(with)?, of(id)?);
        Ok(Json(desk.compare(before, after)?.into()))
    })
    .await
}
