//! `/pipelines`

use rocket::serde::json::Json;
use rocket::{State, get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Body, blocking};
use super::error::ApiError;
use super::graphs::rows;
use super::guard::Auth;
use super::starts::{LONGEST_WAIT, duration};
use super::wire;
use crate::desk::{Asked, Desk};
use crate::engine::{Action, PipelineId};

#[get("/pipelines?<before>&<limit>")]
pub(super) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    before: Option<i64>,
    limit: Option<i64>,
) -> Result<Json<Value>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let limit = rows(limit);
        let heads = desk.store.pipelines(before.unwrap_or(i64::MAX), limit)?;
        let full = heads.len() as i64 == limit;
        let next = heads.last().filter(|_| full).map(|p| p.id);
        Ok(Json(json!({"pipelines": heads.iter().map(wire::pipeline).collect::<Vec<_>>(), "next": next})))
    })
    .await
}

#[get("/pipelines/<id>?<wait>")]
pub(super) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    wait: Option<&str>,
) -> Result<Json<Value>, ApiError> {
    let wait = wait.map(duration).transpose()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let id = PipelineId(id);
        if let Some(wait) = wait {
            // The verdict is in the row too, which is read in any case.
            desk.handle.wait(id, wait.min(LONGEST_WAIT));
        }
        let head = desk
            .store
            .pipeline(id)?
            .ok_or_else(|| ApiError::not_found("pipeline", id.0))?;
        let tracks = desk.store.tracks(id, 0, i64::MAX)?;
        let tracks: Vec<_> = tracks.into_iter().map(wire::Track::from).collect();
        let mut body = wire::pipeline(&head);
        body["tracks"] = json!(tracks);
        Ok(Json(body))
    })
    .await
}

/// The body of a stop.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StopBody {
    why: String,
}

#[post("/pipelines/<id>/stop", data = "<body>")]
pub(super) async fn stop(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let body: StopBody = body.json()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let id = PipelineId(id);
        desk.store
            .pipeline(id)?
            .ok_or_else(|| ApiError::not_found("pipeline", id.0))?;
        let asked = Asked {
            who: caller.0.name.to_owned(),
            why: body.why,
            expect: None,
        };
        desk.act(id, Action::Stop { now: false }, asked)?;
        let head = desk
            .store
            .pipeline(id)?
            .ok_or_else(|| ApiError::not_found("pipeline", id.0))?;
        Ok(Json(wire::pipeline(&head)))
    })
    .await
}

#[get("/pipelines/<id>/journal?<after>&<limit>")]
pub(super) async fn journal(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    after: Option<i64>,
    limit: Option<i64>,
) -> Result<Json<Value>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let id = PipelineId(id);
        desk.store
            .pipeline(id)?
            .ok_or_else(|| ApiError::not_found("pipeline", id.0))?;
        let limit = rows(limit);
        let entries = desk.store.journal(id, after.unwrap_or(0), limit)?;
        let full = entries.len() as i64 == limit;
        let next = entries.last().filter(|_| full).map(|e| e.sequence);
        Ok(Json(
            json!({"entries": entries.iter().map(wire::entry).collect::<Vec<_>>(), "next": next}),
        ))
    })
    .await
}
