//! `/graphs/<id>/edges`: a definition read and changed edge by edge.

use rocket::serde::json::Json;
use rocket::{State, delete, get, post, put};

use crate::api::body::Body;
use crate::api::condition::{IfMatch, IfNoneMatch, Tagged};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::paging::{page, steady};
use crate::api::graphs::saving::{self, Asking, Saved};
use crate::api::graphs::tagged;
use crate::api::graphs::vertices::{definition, edited};
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::made::part;
use crate::api::wire::{EdgeBody, EdgePage, GraphSaved, List, NamedEdge};
use crate::desk::{Desk, EditError};
use crate::graph::{Edit, EditFault};

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
        let (of, graph) = steady(desk, id, || definition(desk, id))?;
        let name = |place: u32| graph.vertices[place as usize].name.clone();
        let all = graph.edges.iter().map(|edge| NamedEdge {
            tail: name(edge.tail),
            head: name(edge.head),
        });
        let (edges, next) = page((List::Edges, of), all, cursor.as_deref(), limit.as_deref())?;
        Ok(Json(EdgePage { edges, next }))
    })
    .await
}

/// An edge of a graph
#[utoipa::path(
    tag = "graphs",
    operation_id = "getEdge",
    params(("id" = i64, Path), ("tail" = String, Path), ("head" = String, Path), IfNoneMatch),
    responses(
        (status = 200, description = "The edge.", body = NamedEdge),
        (status = 304, description = "It is as the `ETag` says."),
        describe::versions,
    )
)]
#[get("/graphs/<id>/edges/<tail>/<head>")]
pub(in crate::api) async fn edge(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    tail: String,
    head: String,
    condition: IfNoneMatch<'_>,
) -> Result<Tagged<Json<NamedEdge>>, ApiError> {
    tagged(desk, id, &condition, move |desk| {
        let graph = definition(desk, id)?;
        let is = |place: u32, name: &String| graph.vertices[place as usize].name == *name;
        let mut edges = graph.edges.iter();
        match edges.any(|edge| is(edge.tail, &tail) && is(edge.head, &head)) {
            true => Ok(Json(NamedEdge { tail, head })),
            false => Err(EditError::from(EditFault::NoEdge(tail, head)).into()),
        }
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
        (status = 200, description = "It was there: nothing changed; with `dry_run` what would be saved.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[post("/graphs/<id>/edges?<dry_run>", data = "<body>")]
pub(in crate::api) async fn add_edge(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Saved {
    let asking = Asking::new(&caller, dry_run, key, Some(&body))?;
    let EdgeBody { tail, head } = body.required_json()?;
    let new = saving::part(format!("edges/{}/{}", part(&tail), part(&head)));
    let edit = Edit::Join(tail, head);
    edited(desk, (id, condition), edit, asking, new).await
}

/// Changes an edge of a graph
///
/// It goes from and to the vertices that are given, in the place of those that the address names.
#[utoipa::path(
    tag = "graphs",
    operation_id = "setEdge",
    params(("id" = i64, Path), ("tail" = String, Path), ("head" = String, Path), IfMatch, RequestKey),
    request_body = EdgeBody,
    responses(
        (status = 200, description = "Saved, or it was the same; with `dry_run` what would be saved.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[put("/graphs/<id>/edges/<tail>/<head>?<dry_run>", data = "<body>")]
#[expect(
    clippy::too_many_arguments,
    reason = "one for each part of the request"
)]
pub(in crate::api) async fn set_edge(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    tail: String,
    head: String,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Saved {
    let asking = Asking::new(&caller, dry_run, key, Some(&body))?;
    let to: EdgeBody = body.required_json()?;
    let edit = Edit::Move([tail, head], [to.tail, to.head]);
    edited(desk, (id, condition), edit, asking, |_| None).await
}

/// Removes an edge of a graph
#[utoipa::path(
    tag = "graphs",
    operation_id = "removeEdge",
    params(("id" = i64, Path), ("tail" = String, Path), ("head" = String, Path), IfMatch, RequestKey),
    responses(
        (status = 200, description = "Saved; with `dry_run` what would be saved.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[delete("/graphs/<id>/edges/<tail>/<head>?<dry_run>")]
#[expect(
    clippy::too_many_arguments,
    reason = "one for each part of the request"
)]
pub(in crate::api) async fn remove_edge(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    tail: String,
    head: String,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
) -> Saved {
    let asking = Asking::new(&caller, dry_run, key, None)?;
    let edit = Edit::Part(tail, head);
    edited(desk, (id, condition), edit, asking, |_| None).await
}
