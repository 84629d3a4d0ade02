//! `/pipelines/<id>/timeline`

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::pipelines::head;
use crate::api::wire::Timeline;
use crate::clock;
use crate::desk::Desk;
use crate::engine::PipelineId;

/// A pipeline in time
///
/// When each attempt waited and ran, which tracks determined the end, how slots were used.
#[utoipa::path(
    tag = "pipelines",
    operation_id = "getTimeline",
    responses(
        (status = 200, description = "The pipeline in time.", body = Timeline),
        describe::of_pipeline,
    )
)]
#[get("/pipelines/<id>/timeline")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<Timeline>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let head = head(&desk, PipelineId(id))?;
        Ok(Json(desk.timeline(&head, clock::now())?.into()))
    })
    .await
}
