//! `DELETE /pipelines/<id>`

use rocket::serde::json::Json;
use rocket::{State, delete};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::pipelines::head;
use crate::api::query::is_dry;
use crate::api::wire::PipelineRemoved;
use crate::desk::{Asked, Desk};
use crate::engine::PipelineId;

/// Deletes a pipeline that is over, for good
///
/// With its tracks, journal, logs and the directory where its scripts worked. A line of the journal says who did
/// it; pipelines that repeat it stay.
#[utoipa::path(
    tag = "pipelines",
    operation_id = "deletePipeline",
    responses(
        (status = 200, description = "What was deleted; with `dry_run` what would be.", body = PipelineRemoved),
        describe::remove_pipeline,
    )
)]
#[delete("/pipelines/<id>?<dry_run>&<why>")]
pub(in crate::api) async fn remove(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    why: Option<&str>,
) -> Result<Json<PipelineRemoved>, ApiError> {
    let dry = is_dry(dry_run)?;
    let asked = Asked {
        who: caller.0.name.to_owned(),
        why: why.unwrap_or_default().to_owned(),
        ..Asked::default()
    };
    let desk = desk.inner().clone();
    blocking(move || {
        let id = PipelineId(id);
        head(&desk, id)?;
        let removed = desk.remove(id, &asked, dry)?;
        Ok(Json(PipelineRemoved::of(removed, dry)))
    })
    .await
}
