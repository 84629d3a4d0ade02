//! `/tracks`

use std::collections::BTreeMap;

use rocket::serde::json::Json;
use rocket::{State, get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};

use super::asks::{DryRun, act};
use super::body::{Body, blocking};
use super::error::ApiError;
use super::guard::Auth;
use super::wire;
use crate::desk::{Asked, Desk, TrackAsk};
use crate::engine::{Expect, TrackId, TrackState};
use crate::graph::{GivenOwned, value_to_json};
use crate::store::Referred;

#[get("/tracks/<id>")]
pub(super) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<Value>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || Ok(Json(track_body(&desk, TrackId(id))?))).await
}

#[put("/tracks/<id>/input", data = "<body>")]
pub(super) async fn input(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry: DryRun,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let (dry, values) = (dry.asked()?, body.json()?);
    let asked = Asked {
        who: caller.0.name.to_owned(),
        ..Asked::default()
    };
    let (ask, desk) = ((TrackId(id), TrackAsk::Input), desk.inner().clone());
    blocking(move || act(&desk, ask, asked, &given(values), dry)).await
}

/// Values as they came in.
pub(super) fn given(values: BTreeMap<String, Value>) -> BTreeMap<String, GivenOwned> {
    let values = values.into_iter();
    values
        .map(|(name, value)| (name, GivenOwned::Json(value)))
        .collect()
}

/// The body of an answer for an interrupted track.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "verdict")]
enum Answer {
    Succeeded {
        #[serde(default)]
        why: String,
        /// What its script was to leave for those after it.
        #[serde(default)]
        outputs: BTreeMap<String, Value>,
    },
    Failed {
        #[serde(default)]
        why: String,
    },
    RunAgain {
        #[serde(default)]
        why: String,
    },
}

#[post("/tracks/<id>/resolve", data = "<body>")]
pub(super) async fn resolve(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let none = BTreeMap::new();
    let (verdict, why, outputs) = match body.required_json()? {
        Answer::Succeeded { why, outputs } => (TrackAsk::Succeed, why, outputs),
        Answer::Failed { why } => (TrackAsk::Fail, why, none),
        Answer::RunAgain { why } => (TrackAsk::Retry, why, none),
    };
    let asked = Asked {
        who: caller.0.name.to_owned(),
        why,
        expect: Some(Expect::Track(TrackState::Interrupted, None)),
    };
    let (ask, desk) = ((TrackId(id), verdict), desk.inner().clone());
    blocking(move || act(&desk, ask, asked, &given(outputs), false)).await
}

pub(super) fn track_body(desk: &Desk, id: TrackId) -> Result<Value, ApiError> {
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
    let order = desk.store.order(id)?;
    let referred = order.map(|order| order.referred).unwrap_or_default();
    let referred = referred.into_iter().map(|Referred { name, value, .. }| {
        let value = value.map(|value| value_to_json(&value));
        (name, value.unwrap_or_default())
    });
    body["referred"] = Value::Object(referred.collect());
    body["outputs"] = wire::object(&texts.outputs);
    body["attempts"] = attempts.iter().map(wire::attempt).collect();
    Ok(body)
}
