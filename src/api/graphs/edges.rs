//! `/graphs/<id>/edges`: a definition read and changed edge by edge.

use rocket::serde::json::Json;
use rocket::{State, delete, get, post};

use crate::api::body::Body;
use crate::api::condition::{IfMatch, IfNoneMatch, Tagged};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::tagged;
use crate::api::graphs::vertices::{Changed, change, definition, page};
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::wire::{EdgeBody, EdgePage, GraphSaved, NamedEdge};
use crate::desk::Desk;
use crate::graph::Edit;

/// The edges of a graph, by the names of their vertices
#[utoipa::path(
    tag = "graphs",
    operation_id = "listEdges",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "A page.", body = EdgePage),
        (status = 304, description = "It is as the `ETag` says."),
        describe::versions,
    )
)]
#[get("/graphs/<id>/edges?<cursor>&<limit>")]
pub(in crate::api) async fn edges(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    cursor: Option<String>,
    limit: Option<String>,
    condition: IfNoneMatch<'_>,
) -> Result<Tagged<Json<EdgePage>>, ApiError> {
    tagged(desk, id, &condition, move |desk| {
        let graph = definition(desk, id)?;
        let name = |place: u32| graph.vertices[place as usize].name.clone();
        let all = graph.edges.iter().map(|edge| NamedEdge {
            tail: name(edge.tail),
            head: name(edge.head),
        });
        let (edges, next) = page(all, cursor.as_deref(), limit.as_deref())?;
        Ok(Json(EdgePage { edges, next }))
    })
    .await
}

/// Adds an edge to a graph
///
/// `head` runs after `tail`. One that is there already changes nothing.
#[utoipa::path(
    tag = "graphs",
    operation_id = "addEdge",
    params(IfMatch, RequestKey),
    request_body = EdgeBody,
    responses(
        (status = 201, description = "Saved.", body = GraphSaved),
        (status = 200, description = "It was there: nothing changed.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[post("/graphs/<id>/edges", data = "<body>")]
pub(in crate::api) async fn add_edge(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    condition: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Changed {
    let once = key.with(&caller, Some(&body))?;
    let body: EdgeBody = body.required_json()?;
    let edit = Edit::Join(body.tail, body.head);
    change(desk, (id, condition), edit, (caller.0.name, once)).await
}

/// Removes an edge of a graph
#[utoipa::path(
    tag = "graphs",
    operation_id = "removeEdge",
    params(("id" = i64, Path), ("tail" = String, Path), ("head" = String, Path), IfMatch, RequestKey),
    responses(
        (status = 201, description = "Saved.", body = GraphSaved),
        (status = 200, description = "The same `Idempotency-Key` had removed it before.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[delete("/graphs/<id>/edges/<tail>/<head>")]
pub(in crate::api) async fn remove_edge(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    tail: String,
    head: String,
    condition: IfMatch<'_>,
    key: RequestKey,
) -> Changed {
    let once = key.with(&caller, None)?;
    change(
        desk,
        (id, condition),
        Edit::Part(tail, head),
        (caller.0.name, once),
    )
    .await
}
