//! `/graphs`

use std::collections::BTreeMap;
use std::time::Duration;

use rocket::http::Status;
use rocket::request::{FromParam, FromRequest, Outcome};
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{Request, State, get, http::ContentType, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Body, blocking};
use super::error::{ApiError, problems};
use super::guard::Auth;
use super::wire;
use crate::desk::{Defined, Desk, StartRequest};
use crate::engine::{GraphId, PipelineState};
use crate::graph::{GivenOwned, Millis, text};
use crate::store::Outcome as Saved;

/// The most rows of one page of a list.
pub(super) const MOST_ROWS: i64 = 500;
const USUAL_ROWS: i64 = 100;
/// The longest that `?wait=` may wait; a longer wait ends here with the state as it is.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// The most bytes of an `Idempotency-Key`.
const MOST_KEY_BYTES: usize = 255;

/// How many rows were asked for, within bounds.
pub(super) fn rows(limit: Option<i64>) -> i64 {
    limit.unwrap_or(USUAL_ROWS).clamp(1, MOST_ROWS)
}

fn defined(defined: &Defined) -> Value {
    let note = match defined.outcome {
        Saved::Created => "created",
        Saved::Replaced => "replaced: no pipeline had used this version",
        Saved::NewVersion => "a pipeline has used the former version, so this is the next one",
        Saved::Unchanged => "unchanged: this is the newest version already",
    };
    json!({
        "id": defined.id.0,
        "name": defined.name,
        "version": defined.version,
        "checked": defined.checked,
        "note": note,
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
    limit: Option<i64>,
) -> Result<Json<Value>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let limit = rows(limit);
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

/// The body of a start.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct StartBody {
    name: String,
    desc: String,
    input: BTreeMap<String, Value>,
    ask_later: bool,
}

/// The header `Idempotency-Key`.
pub(super) struct RequestKey(Option<String>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for RequestKey {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.headers().get_one("Idempotency-Key") {
            None => Outcome::Success(Self(None)),
            Some(key) if !key.is_empty() && key.len() <= MOST_KEY_BYTES => {
                Outcome::Success(Self(Some(key.to_owned())))
            }
            Some(_) => Outcome::Error((Status::BadRequest, ())),
        }
    }
}

#[post("/graphs/<id>/pipelines?<wait>", data = "<body>")]
pub(super) async fn start(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    wait: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Custom<Json<Value>>, ApiError> {
    let wait = wait.map(duration).transpose()?;
    let body: StartBody = body.json()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let request = StartRequest {
            name: body.name,
            desc: body.desc,
            given: body
                .input
                .into_iter()
                .map(|(name, value)| (name, GivenOwned::Json(value)))
                .collect(),
            ask_later: body.ask_later,
            request_key: key.0,
            who: caller.0.name.to_owned(),
            trigger: "rest",
        };
        let started = desk.start(GraphId(id), request)?;
        let mut settled = None;
        if let Some(wait) = wait {
            settled = desk.handle.wait(started.id, wait.min(LONGEST_WAIT))?;
        }
        let state = match settled {
            Some(state) => state.word(),
            None => desk
                .store
                .pipeline(started.id)?
                .map_or(PipelineState::Running.word(), |p| {
                    wire::pipeline_state(p.state)
                }),
        };
        let status = if started.replayed {
            Status::Ok
        } else {
            Status::Created
        };
        Ok(Custom(
            status,
            Json(json!({"id": started.id.0, "state": state, "replayed": started.replayed})),
        ))
    })
    .await
}

fn duration(text: &str) -> Result<Duration, ApiError> {
    Millis::parse(text)
        .map(|ms| Duration::from_millis(ms.0))
        .ok_or_else(|| {
            let detail = format!("`wait={text}`: write a time such as `500ms`, `30s` or `5m`");
            ApiError::new(Status::UnprocessableEntity, "invalid", detail)
        })
}
