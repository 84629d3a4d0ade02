//! `/tracks`

use std::collections::BTreeMap;

use rocket::serde::json::Json;
use rocket::{State, get, put};
use serde_json::{Value, json};

use super::body::{Body, blocking};
use super::error::ApiError;
use super::guard::Auth;
use super::wire;
use crate::desk::Desk;
use crate::engine::TrackId;
use crate::graph::GivenOwned;

#[get("/tracks/<id>")]
pub(super) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<Value>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || Ok(Json(track(&desk, TrackId(id))?))).await
}

#[put("/tracks/<id>/input", data = "<body>")]
pub(super) async fn input(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let values: BTreeMap<String, Value> = body.json()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let given = values
            .into_iter()
            .map(|(name, value)| (name, GivenOwned::Json(value)))
            .collect();
        desk.give(TrackId(id), &given, caller.0.name)?;
        Ok(Json(track(&desk, TrackId(id))?))
    })
    .await
}

fn track(desk: &Desk, id: TrackId) -> Result<Value, ApiError> {
    let (head, texts) = desk
        .store
        .track(id)?
        .ok_or_else(|| ApiError::not_found("track", id.0))?;
    let attempts = desk.store.attempts(id)?;
    let pipeline = head.pipeline_id;
    let mut body = json!(wire::Track::from(head));
    body["pipeline_id"] = json!(pipeline);
    body["input"] = wire::object(&texts.input);
    body["missing_input"] = json!(texts.missing);
    body["script"] = json!(texts.script);
    body["output"] = json!(String::from_utf8_lossy(&texts.output));
    body["attempts"] = attempts.iter().map(wire::attempt).collect();
    Ok(body)
}
