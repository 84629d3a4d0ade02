//! `/stats`: how much there is. What is live is the engine's own count.

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::server::metrics::PATIENCE;
use crate::api::wire::{NodeStats, WorkflowStats};
use crate::desk::Desk;

/// Pipelines, by state
///
/// Read from what the database counts itself: as fast for a million as for a thousand.
#[utoipa::path(
    tag = "aliases",
    operation_id = "countWorkflows",
    responses(
        (status = 200, description = "How many there are.", body = WorkflowStats),
        describe::why,
    )
)]
#[get("/stats/workflows")]
pub(in crate::api) async fn workflows(
    _caller: Auth,
    desk: &State<Desk>,
) -> Result<Json<WorkflowStats>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let (all, live) = (desk.store.state_counts()?, desk.handle.census(PATIENCE)?);
        Ok(Json(WorkflowStats::of(&all, &live)))
    })
    .await
}

/// Tracks of pipelines of which something can still move, by state
#[utoipa::path(
    tag = "aliases",
    operation_id = "countNodes",
    responses(
        (status = 200, description = "How many there are.", body = NodeStats),
        describe::why,
    )
)]
#[get("/stats/nodes")]
pub(in crate::api) async fn nodes(
    _caller: Auth,
    desk: &State<Desk>,
) -> Result<Json<NodeStats>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || Ok(Json(NodeStats::from(&desk.handle.census(PATIENCE)?)))).await
}
