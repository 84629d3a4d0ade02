//! `/graphs`

pub(in crate::api) mod files;
pub(in crate::api) mod form;
pub(in crate::api) mod render;
pub(in crate::api) mod versions;

use std::str::FromStr;

use rocket::http::Status;
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{State, get, post};

use crate::api::body::{Body, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::wire::{
    Edge, Graph, GraphPage, GraphSaved, GraphValidated, GraphWhole, Problem, Vertex,
};
use crate::desk::{Defined, Desk};
use crate::engine::GraphId;
use crate::store::Outcome as Saved;

/// The most rows of one page of a list.
pub(in crate::api) const MOST_ROWS: i64 = 500;
/// And how many it has unless something else is asked for.
pub(in crate::api) const USUAL_ROWS: i64 = 100;

/// How many rows were asked for, within bounds.
pub(in crate::api) fn rows(limit: Option<&str>) -> Result<i64, ApiError> {
    let limit = number("limit", limit)?.unwrap_or(USUAL_ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        let detail = format!("`limit={limit}`: write a number from 1 to {MOST_ROWS}");
        return Err(ApiError::new(
            Status::UnprocessableEntity,
            "invalid",
            detail,
        ));
    }
    Ok(limit)
}

/// A number in a query.
pub(in crate::api) fn number<T: FromStr>(
    name: &str,
    written: Option<&str>,
) -> Result<Option<T>, ApiError> {
    let read = |text: &str| {
        text.parse().map_err(|_| {
            let detail = format!("`{name}={text}`: write a whole number");
            ApiError::new(Status::UnprocessableEntity, "invalid", detail)
        })
    };
    written.map(read).transpose()
}

/// Saves a definition
///
/// As the newest version of its name: a version that no pipeline has used is replaced, another one stays. A definition with
/// errors is saved too; it cannot be started.
#[utoipa::path(
    tag = "graphs",
    operation_id = "saveGraph",
    params(RequestKey),
    request_body(content(
        (String = "application/yaml"),
        (Object = "application/json"),
    ), description = "The definition; what is checked is in docs/checks.md."),
    responses(
        (status = 201, description = "Saved.", body = GraphSaved),
        (status = 200, description = "The newest version was the same: nothing changed.", body = GraphSaved),
        describe::make_graph,
    )
)]
#[post("/graphs", data = "<body>")]
pub(in crate::api) async fn create(
    caller: Auth,
    desk: &State<Desk>,
    key: RequestKey,
    body: Body,
) -> Result<Custom<Json<GraphSaved>>, ApiError> {
    let once = key.with(&caller, Some(&body))?;
    let (source, format) = body.definition()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let save = |desk: &Desk| desk.define(&source, format, caller.0.name);
        Ok(saved(
            &once.run(&desk, save, |id| desk.defined(GraphId(id)))?,
        ))
    })
    .await
}

/// What saving is answered with.
pub(in crate::api) fn saved(defined: &Defined) -> Custom<Json<GraphSaved>> {
    let status = match defined.outcome {
        Saved::Unchanged => Status::Ok,
        Saved::Created | Saved::Replaced | Saved::NewVersion => Status::Created,
    };
    Custom(status, Json(GraphSaved::from(defined)))
}

/// Says what saving a definition would find
///
/// Nothing is saved.
#[utoipa::path(
    tag = "graphs",
    operation_id = "validateGraph",
    request_body(content(
        (String = "application/yaml"),
        (Object = "application/json"),
    ), description = "The definition; what is checked is in docs/checks.md."),
    responses(
        (status = 200, description = "What was found, errors too.", body = GraphValidated),
        describe::list,
    )
)]
#[post("/graphs/validate", data = "<body>")]
pub(in crate::api) async fn validate(
    _caller: Auth,
    desk: &State<Desk>,
    body: Body,
) -> Result<Json<GraphValidated>, ApiError> {
    let (source, format) = body.definition()?;
    let desk = desk.inner().clone();
    blocking(move || Ok(Json(GraphValidated::from(&desk.validate(&source, format)?)))).await
}

/// The newest version of each graph, by name
#[utoipa::path(
    tag = "graphs",
    operation_id = "listGraphs",
    responses(
        (status = 200, description = "A page.", body = GraphPage),
        describe::list,
    )
)]
#[get("/graphs?<after>&<limit>")]
pub(in crate::api) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    after: Option<String>,
    limit: Option<&str>,
) -> Result<Json<GraphPage>, ApiError> {
    let limit = rows(limit)?;
    let desk = desk.inner().clone();
    blocking(move || {
        let graphs = desk.store.graphs(&after.unwrap_or_default(), limit)?;
        let full = graphs.len() as i64 == limit;
        let next = graphs.last().filter(|_| full).map(|g| g.name.clone());
        let graphs = graphs.iter().map(Graph::from).collect();
        Ok(Json(GraphPage { graphs, next }))
    })
    .await
}

/// One version of a graph, with vertices, edges and problems
#[utoipa::path(
    tag = "graphs",
    operation_id = "getGraph",
    responses(
        (status = 200, description = "The graph.", body = GraphWhole),
        describe::of_graph,
    )
)]
#[get("/graphs/<id>")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<GraphWhole>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let head = desk
            .store
            .graph(GraphId(id))?
            .ok_or_else(|| ApiError::not_found("graph", id))?;
        let vertices = desk.store.vertices(GraphId(id))?;
        let edges = desk.store.edges(GraphId(id))?;
        let problems = desk.store.problems(GraphId(id))?;
        let edges = edges.into_iter().map(|(tail, head)| Edge { tail, head });
        Ok(Json(GraphWhole {
            graph: Graph::from(&head),
            vertices: vertices.iter().map(Vertex::from).collect(),
            edges: edges.collect(),
            problems: problems.iter().map(Problem::from).collect(),
        }))
    })
    .await
}

/// Checks a graph once more
///
/// The machine may have changed: interpreters come and go.
#[utoipa::path(
    tag = "graphs",
    operation_id = "checkGraph",
    params(RequestKey),
    responses(
        (status = 200, description = "What was found.", body = GraphSaved),
        describe::of_graph,
    )
)]
#[post("/graphs/<id>/check")]
pub(in crate::api) async fn check(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    key: RequestKey,
) -> Result<Json<GraphSaved>, ApiError> {
    let (once, id) = (key.with(&caller, None)?, GraphId(id));
    let desk = desk.inner().clone();
    blocking(move || {
        let checked = once.run(&desk, |desk| desk.check(id), |_| desk.defined(id))?;
        Ok(Json(GraphSaved::from(&checked)))
    })
    .await
}
