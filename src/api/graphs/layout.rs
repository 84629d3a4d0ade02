//! `/graphs/<id>/layout`: where the vertices and edges of a graph stand in a picture.

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::condition::{IfNoneMatch, Tagged};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::tagged;
use crate::api::graphs::vertices::definition;
use crate::api::guard::Auth;
use crate::api::wire::GraphLayout;
use crate::desk::Desk;
use crate::graph::drawing::layout;

/// Where the vertices and edges of a graph stand in a picture
///
/// From left to right, each vertex after all that it needs; as `/graphs/{id}.svg` draws it. It is computed from the
/// definition and cannot be set.
#[utoipa::path(
    tag = "graphs",
    operation_id = "getLayout",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The coordinates.", body = GraphLayout),
        (status = 304, description = "It is as the `ETag` says."),
        describe::versions,
    )
)]
#[get("/graphs/<id>/layout")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    condition: IfNoneMatch<'_>,
) -> Result<Tagged<Json<GraphLayout>>, ApiError> {
    tagged(desk, id, &condition, move |desk| {
        let graph = definition(desk, id)?;
        Ok(Json(GraphLayout::of(&graph, &layout(&graph))))
    })
    .await
}
