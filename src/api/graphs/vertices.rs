//! `/graphs/<id>/vertices`: a definition read and changed vertex by vertex.

use std::sync::Arc;

use rocket::serde::json::Json;
use rocket::{State, delete, get, post, put};

use crate::api::body::Body;
use crate::api::condition::{IfMatch, IfNoneMatch, Tagged};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::paging::{page, steady};
use crate::api::graphs::saving::{self, Asking, Saved, save};
use crate::api::graphs::tagged;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::made::part;
use crate::api::wire::{GraphSaved, List, VertexBody, VertexDefinition, VertexPage};
use crate::desk::{Defined, Desk, EditError};
use crate::engine::GraphId;
use crate::graph::{Edit, EditFault, Graph, definitions};

/// Saves the newest version with one part of it changed.
pub(super) async fn edited(
    desk: &Desk,
    (id, condition): (i64, IfMatch<'_>),
    edit: Edit,
    asking: Asking,
    new: impl Fn(&Defined) -> Option<String> + Send + 'static,
) -> Saved {
    let tags = condition.seen()?.flatten();
    let make = move |desk: &Desk| desk.edited((GraphId(id), tags.as_deref()), &edit);
    save(desk, asking, make, new).await
}

pub(super) fn definition(desk: &Desk, id: i64) -> Result<Arc<Graph>, ApiError> {
    let graph = desk.store.definition(GraphId(id))?;
    graph.ok_or_else(|| ApiError::not_found("graph", id))
}

/// The vertices of a graph, as they are defined
///
/// In the order of the definition; scripts after the verdict come last.
#[utoipa::path(
    tag = "graphs",
    operation_id = "listVertices",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "A page.", body = VertexPage),
        (status = 304, description = "It is as the `ETag` says."),
        describe::versions,
    )
)]
#[get("/graphs/<id>/vertices?<cursor>&<limit>")]
pub(in crate::api) async fn vertices(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    cursor: Option<String>,
    limit: Option<String>,
    condition: IfNoneMatch<'_>,
) -> Result<Tagged<Json<VertexPage>>, ApiError> {
    tagged(desk, id, &condition, move |desk| {
        let (of, graph) = steady(desk, id, || definition(desk, id))?;
        let all = definitions(&graph).into_iter();
        let all = all.map(|(name, definition)| VertexDefinition { name, definition });
        let of = (List::Vertices, of);
        let (vertices, next) = page(of, all, cursor.as_deref(), limit.as_deref())?;
        Ok(Json(VertexPage { vertices, next }))
    })
    .await
}

/// A vertex of a graph, as it is defined
#[utoipa::path(
    tag = "graphs",
    operation_id = "getVertex",
    params(("id" = i64, Path), ("name" = String, Path), IfNoneMatch),
    responses(
        (status = 200, description = "The vertex.", body = VertexDefinition),
        (status = 304, description = "It is as the `ETag` says."),
        describe::versions,
    )
)]
#[get("/graphs/<id>/vertices/<name>")]
pub(in crate::api) async fn vertex(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    name: String,
    condition: IfNoneMatch<'_>,
) -> Result<Tagged<Json<VertexDefinition>>, ApiError> {
    tagged(desk, id, &condition, move |desk| {
        let mut all = definitions(&*definition(desk, id)?).into_iter();
        let found = all.find(|(of, _)| *of == name);
        let (name, definition) =
            found.ok_or_else(|| EditError::from(EditFault::NoVertex(name.clone())))?;
        Ok(Json(VertexDefinition { name, definition }))
    })
    .await
}

/// Adds a vertex to a graph
///
/// To the newest version, as the last vertex. Where the former text had comments or a layout of its own it stays as a version.
#[utoipa::path(
    tag = "graphs",
    operation_id = "addVertex",
    params(IfMatch, RequestKey),
    request_body = VertexBody,
    responses(
        (status = 201, description = "Saved.", body = GraphSaved),
        (status = 200, description = "The same `Idempotency-Key` had added it before; with `dry_run` what would be saved.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[post("/graphs/<id>/vertices?<dry_run>", data = "<body>")]
pub(in crate::api) async fn add_vertex(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Saved {
    let asking = Asking::new(&caller, dry_run, key, Some(&body))?;
    let body: VertexBody = body.required_json()?;
    let new = saving::part(format!("vertices/{}", part(&body.name)));
    let edit = Edit::Add(body.name, body.definition);
    edited(desk, (id, condition), edit, asking, new).await
}

/// Replaces a vertex of a graph
///
/// It takes what reading the vertex gives. Its keys are those that are given and no others; what other vertices need
/// stays, and so does its name.
#[utoipa::path(
    tag = "graphs",
    operation_id = "setVertex",
    params(("id" = i64, Path), ("name" = String, Path), IfMatch, RequestKey),
    request_body = VertexBody,
    responses(
        (status = 200, description = "Saved, or it was the same; with `dry_run` what would be saved.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[put("/graphs/<id>/vertices/<name>?<dry_run>", data = "<body>")]
#[expect(
    clippy::too_many_arguments,
    reason = "one for each part of the request"
)]
pub(in crate::api) async fn set_vertex(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    name: String,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Saved {
    let asking = Asking::new(&caller, dry_run, key, Some(&body))?;
    let body: VertexBody = body.required_json()?;
    if body.name != name {
        let why = format!(
            "`name` is `{}` and the vertex `{name}`: a vertex keeps its name here; add one with the other name and remove this one",
            body.name
        );
        return Err(ApiError::invalid(why));
    }
    let edit = Edit::Set(name, body.definition);
    edited(desk, (id, condition), edit, asking, |_| None).await
}

/// Removes a vertex of a graph
///
/// And the edges from and to it.
#[utoipa::path(
    tag = "graphs",
    operation_id = "removeVertex",
    params(("id" = i64, Path), ("name" = String, Path), IfMatch, RequestKey),
    responses(
        (status = 200, description = "Saved; with `dry_run` what would be saved.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[delete("/graphs/<id>/vertices/<name>?<dry_run>")]
pub(in crate::api) async fn remove_vertex(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    name: String,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
) -> Saved {
    let asking = Asking::new(&caller, dry_run, key, None)?;
    edited(desk, (id, condition), Edit::Remove(name), asking, |_| None).await
}
