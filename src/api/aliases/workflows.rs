//! `/workflows`: graphs.

use rocket::serde::json::Json;
use rocket::{State, get, post};

use crate::api::body::{Body, blocking};
use crate::api::condition::{IfMatch, IfNoneMatch, Tagged};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs;
use crate::api::graphs::paging::{page, steady};
use crate::api::graphs::saving::Saved;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::wire::{
    Edge, GraphPage, GraphSaved, GraphWhole, List, Vertex, WorkflowEdges, WorkflowNodes,
};
use crate::desk::Desk;
use crate::engine::GraphId;

/// The newest version of each graph, by name
#[utoipa::path(
    tag = "aliases",
    operation_id = "listWorkflows",
    responses(
        (status = 200, description = "A page.", body = GraphPage),
        describe::list,
    )
)]
#[get("/workflows?<cursor>&<limit>")]
pub(in crate::api) async fn list(
    caller: Auth,
    desk: &State<Desk>,
    cursor: Option<String>,
    limit: Option<&str>,
) -> Result<Json<GraphPage>, ApiError> {
    graphs::list::list(caller, desk, None, None, None, None, None, cursor, limit).await
}

/// Saves a definition
#[utoipa::path(
    tag = "aliases",
    operation_id = "saveWorkflow",
    params(IfNoneMatch, RequestKey),
    request_body(content(
        (String = "application/yaml"),
        (Object = "application/json"),
    ), description = "The definition, as `POST /graphs` takes it."),
    responses(
        (status = 201, description = "A version was made.", body = GraphSaved),
        (status = 200, description = "The newest version was replaced, or was the same; with `dry_run` what would be saved.", body = GraphSaved),
        describe::make_graph,
    )
)]
#[post("/workflows?<dry_run>", data = "<body>")]
pub(in crate::api) async fn create(
    caller: Auth,
    desk: &State<Desk>,
    dry_run: Option<&str>,
    condition: IfNoneMatch<'_>,
    seen: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Saved {
    graphs::create(caller, desk, dry_run, condition, seen, key, body).await
}

/// One version of a graph, with vertices, edges and problems
#[utoipa::path(
    tag = "aliases",
    operation_id = "getWorkflow",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The graph.", body = GraphWhole),
        (status = 304, description = "It is as the `ETag` says."),
        describe::of_graph,
    )
)]
#[get("/workflows/<id>")]
pub(in crate::api) async fn get(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    condition: IfNoneMatch<'_>,
) -> Result<Tagged<Json<GraphWhole>>, ApiError> {
    graphs::get(caller, desk, id, condition).await
}

/// The vertices of a graph, in the order of its definition
#[utoipa::path(
    tag = "aliases",
    operation_id = "listWorkflowNodes",
    responses(
        (status = 200, description = "A page.", body = WorkflowNodes),
        describe::versions,
    )
)]
#[get("/workflows/<id>/nodes?<cursor>&<limit>")]
pub(in crate::api) async fn nodes(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    cursor: Option<String>,
    limit: Option<String>,
) -> Result<Json<WorkflowNodes>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let read = || Ok(desk.store.vertices(GraphId(id))?);
        let (of, vertices) = steady(&desk, id, read)?;
        let all = vertices.iter().map(Vertex::from);
        let (vertices, next) = page((List::Nodes, of), all, cursor.as_deref(), limit.as_deref())?;
        Ok(Json(WorkflowNodes { vertices, next }))
    })
    .await
}

/// The edges of a graph
#[utoipa::path(
    tag = "aliases",
    operation_id = "listWorkflowEdges",
    responses(
        (status = 200, description = "A page.", body = WorkflowEdges),
        describe::versions,
    )
)]
#[get("/workflows/<id>/edges?<cursor>&<limit>")]
pub(in crate::api) async fn edges(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    cursor: Option<String>,
    limit: Option<String>,
) -> Result<Json<WorkflowEdges>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let read = || Ok(desk.store.edges(GraphId(id))?);
        let (of, edges) = steady(&desk, id, read)?;
        let all = edges.into_iter().map(|(tail, head)| Edge { tail, head });
        let (edges, next) = page(
            (List::NodeEdges, of),
            all,
            cursor.as_deref(),
            limit.as_deref(),
        )?;
        Ok(Json(WorkflowEdges { edges, next }))
    })
    .await
}
