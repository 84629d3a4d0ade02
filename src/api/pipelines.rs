//! `/pipelines`

use rocket::serde::json::Json;
use rocket::{State, get};
use serde_json::{Value, json};

use super::body::blocking;
use super::error::ApiError;
use super::graphs::{number, rows};
use super::guard::Auth;
use super::starts::{LONGEST_WAIT, duration};
use super::wire;
use crate::desk::Desk;
use crate::engine::PipelineId;
use crate::store::PipelineHead;

#[get("/pipelines?<before>&<limit>")]
pub(super) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    before: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<Value>, ApiError> {
    let (before, limit) = (number("before", before)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
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
        let head = head(&desk, id)?;
        let tracks = desk.store.tracks(id, 0, i64::MAX)?;
        let tracks: Vec<_> = tracks.into_iter().map(wire::Track::from).collect();
        let mut body = wire::pipeline(&head);
        // Of these the rows of tracks do not say that they count as done.
        body["ignored"] = json!(desk.store.ignored(id)?.len());
        body["tracks"] = json!(tracks);
        Ok(Json(body))
    })
    .await
}

#[get("/pipelines/<id>/journal?<after>&<limit>")]
pub(super) async fn journal(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    after: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<Value>, ApiError> {
    let (after, limit) = (number("after", after)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let id = PipelineId(id);
        head(&desk, id)?;
        let entries = desk.store.journal(id, after.unwrap_or(0), limit)?;
        let full = entries.len() as i64 == limit;
        let next = entries.last().filter(|_| full).map(|e| e.sequence);
        Ok(Json(
            json!({"entries": entries.iter().map(wire::entry).collect::<Vec<_>>(), "next": next}),
        ))
    })
    .await
}

/// A pipeline without its tracks.
pub(super) fn head(desk: &Desk, id: PipelineId) -> Result<PipelineHead, ApiError> {
    let head = desk.store.pipeline(id)?;
    head.ok_or_else(|| ApiError::not_found("pipeline", id.0))
}
