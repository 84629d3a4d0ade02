//! `/graphs`

pub(in crate::api) mod edges;
pub(in crate::api) mod files;
pub(in crate::api) mod form;
pub(in crate::api) mod hooks;
pub(in crate::api) mod layout;
pub(in crate::api) mod list;
pub(in crate::api) mod paging;
pub(in crate::api) mod render;
pub(in crate::api) mod replace;
pub(in crate::api) mod saving;
pub(in crate::api) mod shelf;
pub(in crate::api) mod stats;
pub(in crate::api) mod versions;
pub(in crate::api) mod vertices;

use std::str::FromStr;

use rocket::serde::json::Json;
use rocket::{State, get, post};

use crate::api::body::{Body, NoBody, blocking};
use crate::api::condition::{IfMatch, IfNoneMatch, Tagged};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::saving::{Asking, Saved, save};
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::wire::{Edge, Graph, GraphSaved, GraphValidated, GraphWhole, Problem, Vertex};
use crate::desk::Desk;
use crate::engine::GraphId;
use crate::store::{Expect, GraphHead, Terms};

/// The most rows of one page of a list.
pub(in crate::api) const MOST_ROWS: i64 = 500;
/// And how many it has unless something else is asked for.
pub(in crate::api) const USUAL_ROWS: i64 = 100;

/// How many rows were asked for, within bounds.
pub(in crate::api) fn rows(limit: Option<&str>) -> Result<i64, ApiError> {
    let limit = number("limit", limit)?.unwrap_or(USUAL_ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        let detail = format!("`limit={limit}`: write a number from 1 to {MOST_ROWS}");
        return Err(ApiError::invalid(detail));
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
            ApiError::invalid(detail)
        })
    };
    written.map(read).transpose()
}

/// Saves a definition
///
/// As the newest version of its name: a version that no pipeline has used is replaced, another one stays. A definition with
/// errors is saved too; it cannot be started. With `If-None-Match: *` it is saved only where no graph has the name.
#[utoipa::path(
    tag = "graphs",
    operation_id = "saveGraph",
    params(IfNoneMatch, RequestKey),
    request_body(content(
        (String = "application/yaml"),
        (Object = "application/json"),
    ), description = "The definition; what is checked is in docs/checks.md."),
    responses(
        (status = 201, description = "A version was made.", body = GraphSaved),
        (status = 200, description = "The newest version was replaced, or was the same; with `dry_run` what would be saved.", body = GraphSaved),
        describe::make_graph,
    )
)]
#[post("/graphs?<dry_run>", data = "<body>")]
pub(in crate::api) async fn create(
    caller: Auth,
    desk: &State<Desk>,
    dry_run: Option<&str>,
    condition: IfNoneMatch<'_>,
    seen: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Saved {
    if seen.0.is_some() {
        let detail = "`If-Match` is for a graph by its number: `PUT /graphs/{id}`".to_owned();
        return Err(ApiError::invalid(detail));
    }
    let asking = Asking::new(&caller, dry_run, key, Some(&body))?;
    let expect = match condition.is_new()? {
        true => Expect::Nothing,
        false => Expect::Anything,
    };
    let terms = Terms {
        expect,
        keep: false,
    };
    let (source, format) = body.definition()?;
    let make = move |desk: &Desk| Ok(desk.draft(&source, format, terms.clone())?);
    let saved = save(desk, asking, make, saving::version).await;
    // There is no other way to a name that is taken than by the condition.
    saved.map_err(ApiError::of_condition)
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

/// One version of a graph, with vertices, edges and problems
#[utoipa::path(
    tag = "graphs",
    operation_id = "getGraph",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The graph. Its `ETag` is what `If-Match` takes.", body = GraphWhole),
        (status = 304, description = "It is as the `ETag` says."),
        describe::of_graph,
    )
)]
#[get("/graphs/<id>")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    condition: IfNoneMatch<'_>,
) -> Result<Tagged<Json<GraphWhole>>, ApiError> {
    tagged(desk, id, &condition, move |desk| {
        let head = head(desk, id)?;
        let tags = desk.store.tags(&[id])?.remove(&id).unwrap_or_default();
        let vertices = desk.store.vertices(GraphId(id))?;
        let edges = desk.store.edges(GraphId(id))?;
        let problems = desk.store.problems(GraphId(id))?;
        let edges = edges.into_iter().map(|(tail, head)| Edge { tail, head });
        Ok(Json(GraphWhole {
            graph: Graph::of(&head, tags),
            vertices: vertices.iter().map(Vertex::from).collect(),
            edges: edges.collect(),
            problems: problems.iter().map(Problem::from).collect(),
        }))
    })
    .await
}

/// A graph without its vertices.
pub(in crate::api) fn head(desk: &Desk, id: i64) -> Result<GraphHead, ApiError> {
    let head = desk.store.graph(GraphId(id))?;
    head.ok_or_else(|| ApiError::not_found("graph", id))
}

/// What is read of a graph, with its tag, unless the caller has it. The tag is read first: what has
/// changed since would be taken for older than it is, never for newer.
pub(in crate::api) async fn tagged<T: Send + 'static>(
    desk: &Desk,
    id: i64,
    condition: &IfNoneMatch<'_>,
    read: impl FnOnce(&Desk) -> Result<T, ApiError> + Send + 'static,
) -> Result<Tagged<T>, ApiError> {
    let of_graph = desk.clone();
    let missing = move || ApiError::not_found("graph", id);
    let tag = blocking(move || of_graph.store.graph_tag(GraphId(id))?.ok_or_else(missing)).await?;
    if condition.has(&tag)? {
        return Ok(Tagged(Some(tag), None));
    }
    let desk = desk.clone();
    let body = blocking(move || read(&desk)).await?;
    Ok(Tagged(Some(tag), Some(body)))
}

/// Checks a graph once more
///
/// The machine may have changed: interpreters come and go. What is found is noted of a version that no pipeline has used.
#[utoipa::path(
    tag = "graphs",
    operation_id = "checkGraph",
    params(IfMatch, RequestKey),
    responses(
        (status = 200, description = "What was found; with `dry_run` it is not noted.", body = GraphSaved),
        describe::change_graph,
    )
)]
#[post("/graphs/<id>/check?<dry_run>")]
pub(in crate::api) async fn check(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
    _none: NoBody,
) -> Result<Json<GraphSaved>, ApiError> {
    let (asking, id) = (Asking::new(&caller, dry_run, key, None)?, GraphId(id));
    let tags = condition.seen()?.flatten();
    let desk = desk.inner().clone();
    blocking(move || {
        let deed = |desk: &Desk| {
            desk.is_seen(id, tags.as_deref())?;
            desk.recheck(id, asking.dry)
        };
        if asking.dry {
            return Ok(Json(GraphSaved::found(&deed(&desk)?)));
        }
        let checked = asking.once.run(&desk, deed, |_| desk.defined(id))?;
        Ok(Json(GraphSaved::from(&checked)))
    })
    .await
}
