//! `/tracks`

use std::collections::BTreeMap;

use rocket::serde::json::Json;
use rocket::{State, get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Body, blocking};
use super::error::ApiError;
use super::guard::Auth;
use super::wire;
use crate::desk::{Asked, Desk, Resolution};
use crate::engine::TrackId;
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
        Ok(Json(track_body(&desk, TrackId(id))?))
    })
    .await
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
        Answer::Succeeded { why, outputs } => (Resolution::Succeeded, why, outputs),
        Answer::Failed { why } => (Resolution::Failed, why, none),
        Answer::RunAgain { why } => (Resolution::RunAgain, why, none),
    };
    let desk = desk.inner().clone();
    blocking(move || {
        let outputs = outputs.into_iter();
        let outputs = outputs.map(|(name, value)| (name, GivenOwned::Json(value)));
        let outputs = outputs.collect();
        let asked = Asked {
            who: caller.0.name.to_owned(),
            why,
            expect: None,
        };
        desk.resolve(TrackId(id), verdict, asked, &outputs)?;
        Ok(Json(track_body(&desk, TrackId(id))?))
    })
    .await
}

fn track_body(desk: &Desk, id: TrackId) -> Result<Value, ApiError> {
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
    let referred = referred.into_iter().map(|Referred { name, value }| {
        let value = value.map(|value| value_to_json(&value));
        (name, value.unwrap_or_default())
    });
    body["referred"] = Value::Object(referred.collect());
    body["outputs"] = wire::object(&texts.outputs);
    body["attempts"] = attempts.iter().map(wire::attempt).collect();
    Ok(body)
}
