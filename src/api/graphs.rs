//! `/graphs`

use rocket::http::Status;
use rocket::request::FromParam;
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{State, get, http::ContentType, post};
use serde_json::{Value, json};

use super::body::{Body, blocking};
use super::error::{ApiError, problems};
use super::guard::Auth;
use super::wire;
use crate::desk::{Defined, Desk};
use crate::engine::GraphId;
use crate::graph::text;
use crate::store::Outcome as Saved;

/// The most rows of one page of a list.
pub(super) const MOST_ROWS: i64 = 500;
const USUAL_ROWS: i64 = 100;

/// How many rows were asked for, within bounds.
pub(super) fn rows(limit: Option<&str>) -> Result<i64, ApiError> {
    let limit = number("limit", limit)?.unwrap_or(USUAL_ROWS);
    if limit < 1 {
        let detail = format!("`limit={limit}`: write a number from 1 to {MOST_ROWS}");
        return Err(ApiError::new(
            Status::UnprocessableEntity,
            "invalid",
            detail,
        ));
    }
    Ok(limit.min(MOST_ROWS))
}

/// A number in a query.
pub(super) fn number(name: &str, written: Option<&str>) -> Result<Option<i64>, ApiError> {
    let read = |text: &str| {
        text.parse().map_err(|_| {
            let detail = format!("`{name}={text}`: write a whole number");
            ApiError::new(Status::UnprocessableEntity, "invalid", detail)
        })
    };
    written.map(read).transpose()
}

fn defined(defined: &Defined) -> Value {
    json!({
        "id": defined.id.0,
        "name": defined.name,
        "version": defined.version,
        "checked": defined.checked,
        "note": defined.outcome.sentence(),
        "problems": problems(&defined.problems),
    })
}

#[post("/graphs", data = "<body>")]
pub(super) async fn create(
    caller: Auth,
    desk: &State<Desk>,
    body: Body,
) -> Result<Custom<Json<Value>>, ApiError> {
    let (source, format) = body.definition()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let saved = desk.define(&source, format, caller.0.name)?;
        let status = if saved.outcome == Saved::Unchanged {
            Status::Ok
        } else {
            Status::Created
        };
        Ok(Custom(status, Json(defined(&saved))))
    })
    .await
}

#[get("/graphs?<after>&<limit>")]
pub(super) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    after: Option<String>,
    limit: Option<&str>,
) -> Result<Json<Value>, ApiError> {
    let limit = rows(limit)?;
    let desk = desk.inner().clone();
    blocking(move || {
        let graphs = desk.store.graphs(&after.unwrap_or_default(), limit)?;
        let full = graphs.len() as i64 == limit;
        let next = graphs.last().filter(|_| full).map(|g| g.name.clone());
        Ok(Json(
            json!({"graphs": graphs.iter().map(wire::graph).collect::<Vec<_>>(), "next": next}),
        ))
    })
    .await
}

#[get("/graphs/<id>")]
pub(super) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<Value>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let head = desk
            .store
            .graph(GraphId(id))?
            .ok_or_else(|| ApiError::not_found("graph", id))?;
        let vertices = desk.store.vertices(GraphId(id))?;
        let edges = desk.store.edges(GraphId(id))?;
        let edges: Vec<_> = edges
            .iter()
            .map(|(tail, head)| json!({"tail": tail, "head": head}))
            .collect();
        let mut body = wire::graph(&head);
        body["vertices"] = vertices.iter().map(wire::vertex).collect();
        body["edges"] = Value::Array(edges);
        body["problems"] = Value::Array(problems(&desk.store.problems(GraphId(id))?));
        Ok(Json(body))
    })
    .await
}

/// `12.yaml`
pub(super) struct YamlFile(i64);

impl FromParam<'_> for YamlFile {
    type Error = ();

    fn from_param(param: &str) -> Result<Self, ()> {
        let id = param.strip_suffix(".yaml").and_then(|id| id.parse().ok());
        id.map(Self).ok_or(())
    }
}

#[get("/graphs/<file>", rank = 2)]
pub(super) async fn get_yaml(
    _caller: Auth,
    desk: &State<Desk>,
    file: YamlFile,
) -> Result<(ContentType, String), ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let id = GraphId(file.0);
        let (source, format) = desk
            .store
            .source(id)?
            .ok_or_else(|| ApiError::not_found("graph", file.0))?;
        let text = if format == "yaml" {
            source
        } else {
            let graph = desk
                .store
                .definition(id)?
                .ok_or_else(|| ApiError::not_found("graph", file.0))?;
            text::to_yaml(&graph)
        };
        Ok((
            ContentType::new("application", "yaml").with_params(("charset", "utf-8")),
            text,
        ))
    })
    .await
}

#[post("/graphs/<id>/check")]
pub(super) async fn check(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<Value>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || Ok(Json(defined(&desk.check(GraphId(id))?)))).await
}
