//! `/graphs/<id>/vertices`: a definition read and changed vertex by vertex.

use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{State, delete, get, post, put};
use serde_json::Value;

use crate::api::body::{Body, blocking};
use crate::api::condition::{IfMatch, IfNoneMatch, Tagged};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::{rows, saved_as, tagged};
use crate::api::guard::Auth;
use crate::api::keys::{Once, RequestKey};
use crate::api::wire::{Cursor, GraphSaved, VertexBody, VertexDefinition, VertexPage};
use crate::desk::{DefineError, Desk, EditError};
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::graph::{Edit, EditFault, Graph, definitions};
use crate::store::Unfit;

pub(super) type Changed = Result<Tagged<Custom<Json<GraphSaved>>>, ApiError>;

/// How often an edit is tried again that others were in the way of.
const MOST_TRIES: u32 = 50;

fn is_changed<T>(tried: &Result<T, EditError>) -> bool {
    let changed = |why: &CommandError| matches!(why, CommandError::Unfit(Unfit::Changed { .. }));
    matches!(tried, Err(EditError::Define(DefineError::Command(why))) if changed(why))
}

pub(super) async fn change(
    desk: &Desk,
    (id, condition): (i64, IfMatch<'_>),
    edit: Edit,
    (who, once): (&'static str, Once),
) -> Changed {
    let tags = condition.seen()?.flatten();
    let desk = desk.clone();
    blocking(move || {
        // Who does not say what was seen is not refused because somebody else was faster.
        let tries = if tags.is_none() { MOST_TRIES } else { 1 };
        let deed = |desk: &Desk| {
            let one = |_| desk.edit((GraphId(id), tags.clone()), &edit, who);
            let tried = (1..tries).map(one).find(|tried| !is_changed(tried));
            tried.unwrap_or_else(|| one(0))
        };
        let again = |id| Ok((desk.defined(GraphId(id))?, false));
        let (defined, lost) = once.run(&desk, deed, again)?;
        let mut body = GraphSaved::from(&defined);
        if lost {
            body.printed_anew();
        }
        Ok(saved_as(&defined, body))
    })
    .await
}

pub(super) fn definition(desk: &Desk, id: i64) -> Result<Graph, ApiError> {
    let graph = desk.store.definition(GraphId(id))?;
    graph.ok_or_else(|| ApiError::not_found("graph", id))
}

/// What a page has of a list, and where the next one begins.
pub(super) fn page<T>(
    all: impl Iterator<Item = T>,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<(Vec<T>, Option<Cursor>), ApiError> {
    let limit = usize::try_from(rows(limit)?).unwrap_or(usize::MAX);
    let from: usize = Cursor::read(cursor)?.unwrap_or(0);
    let mut found: Vec<T> = all.skip(from).take(limit + 1).collect();
    let more = found.len() > limit;
    found.truncate(limit);
    Ok((found, more.then(|| Cursor::of(from + limit))))
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
        let all = definitions(&definition(desk, id)?).into_iter();
        let all = all.map(|(name, definition)| VertexDefinition { name, definition });
        let (vertices, next) = page(all, cursor.as_deref(), limit.as_deref())?;
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
        let mut all = definitions(&definition(desk, id)?).into_iter();
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
        (status = 200, description = "The same `Idempotency-Key` had added it before.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[post("/graphs/<id>/vertices", data = "<body>")]
pub(in crate::api) async fn add_vertex(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    condition: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Changed {
    let once = key.with(&caller, Some(&body))?;
    let body: VertexBody = body.required_json()?;
    let edit = Edit::Add(body.name, body.definition);
    change(desk, (id, condition), edit, (caller.0.name, once)).await
}

/// Replaces a vertex of a graph
///
/// Its keys are those that are given and no others; what other vertices need stays.
#[utoipa::path(
    tag = "graphs",
    operation_id = "setVertex",
    params(("id" = i64, Path), ("name" = String, Path), IfMatch, RequestKey),
    request_body = Object,
    responses(
        (status = 201, description = "Saved.", body = GraphSaved),
        (status = 200, description = "It was the same: nothing changed.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[put("/graphs/<id>/vertices/<name>", data = "<body>")]
pub(in crate::api) async fn set_vertex(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    name: String,
    condition: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Changed {
    let once = key.with(&caller, Some(&body))?;
    let keys: Value = body.required_json()?;
    change(
        desk,
        (id, condition),
        Edit::Set(name, keys),
        (caller.0.name, once),
    )
    .await
}

/// Removes a vertex of a graph
///
/// And the edges from and to it.
#[utoipa::path(
    tag = "graphs",
    operation_id = "removeVertex",
    params(("id" = i64, Path), ("name" = String, Path), IfMatch, RequestKey),
    responses(
        (status = 201, description = "Saved.", body = GraphSaved),
        (status = 200, description = "The same `Idempotency-Key` had removed it before.", body = GraphSaved),
        describe::edit_graph,
    )
)]
#[delete("/graphs/<id>/vertices/<name>")]
pub(in crate::api) async fn remove_vertex(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    name: String,
    condition: IfMatch<'_>,
    key: RequestKey,
) -> Changed {
    let once = key.with(&caller, None)?;
    change(
        desk,
        (id, condition),
        Edit::Remove(name),
        (caller.0.name, once),
    )
    .await
}
