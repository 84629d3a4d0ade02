//! `/tracks/{id}/why`, `/pipelines/{id}/why`

use std::time::Duration;

use rocket::serde::json::Json;
use rocket::{State, get};

use super::body::blocking;
use super::describe;
use super::error::ApiError;
use super::guard::Auth;
use super::wire;
use crate::desk::Desk;
use crate::engine::{PipelineId, TrackId};

/// How long the driver may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a track stands where it does, and what comes next
#[utoipa::path(
    tag = "tracks",
    operation_id = "whyTrack",
    responses(
        (status = 200, description = "The answer.", body = wire::Why),
        describe::why,
    )
)]
#[get("/tracks/<id>/why")]
pub(super) async fn track(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<wire::Why>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let why = desk.why_track(TrackId(id), PATIENCE)?;
        let why = why.ok_or_else(|| ApiError::not_found("track", id))?;
        Ok(Json(wire::Why::from(&why)))
    })
    .await
}

/// Why a pipeline stands where it does, and what comes next
#[utoipa::path(
    tag = "pipelines",
    operation_id = "whyPipeline",
    responses(
        (status = 200, description = "The answer.", body = wire::Why),
        describe::why_pipeline,
    )
)]
#[get("/pipelines/<id>/why")]
pub(super) async fn pipeline(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<wire::Why>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let id = PipelineId(id);
        let why = desk.why_pipeline(id, PATIENCE)?;
        let why = why.ok_or_else(|| desk.no_pipeline(id))?;
        Ok(Json(wire::Why::from(&why)))
    })
    .await
}
