//! `/tracks`

pub(in crate::api) mod lines;
pub(in crate::api) mod logs;
pub(in crate::api) mod parts;
mod printed;
mod unpacking;

use std::collections::BTreeMap;

use rocket::serde::json::Json;
use rocket::{State, get, post, put};
use serde_json::{Map, Value};

use crate::api::asks::{Done, act};
use crate::api::body::{Body, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::query::is_dry;
use crate::api::wire::{AnswerBody, InputBody, TrackWhole, outputs_of};
use crate::desk::{Asked, Desk, StartError, TrackAsk};
use crate::engine::{Expect, TrackId, TrackState};
use crate::graph::{FieldError, GivenOwned, codes};

/// A track with its values, script and attempts
#[utoipa::path(
    tag = "tracks",
    operation_id = "getTrack",
    responses(
        (status = 200, description = "The track.", body = TrackWhole),
        describe::of_track,
    )
)]
#[get("/tracks/<id>")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<TrackWhole>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || Ok(Json(track_body(&desk, TrackId(id))?))).await
}

/// Gives values to a track that has not started
///
/// Those that are not given stay. What `GET` gave may be given back.
#[utoipa::path(
    tag = "tracks",
    operation_id = "setTrackInput",
    params(RequestKey),
    request_body = InputBody,
    responses(
        (status = 200, description = "The track as it is now; with `dry_run` what would follow.", body = Done<TrackWhole>),
        describe::ask_of_track,
    )
)]
#[put("/tracks/<id>/input?<dry_run>", data = "<body>")]
pub(in crate::api) async fn input(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Json<Done<TrackWhole>>, ApiError> {
    let once = key.with(&caller, Some(&body))?;
    let once = (!is_dry(dry_run)?).then_some(once);
    let InputBody {
        values, referred, ..
    } = body.json()?;
    let asked = Asked {
        who: caller.0.name.to_owned(),
        ..Asked::default()
    };
    let (ask, desk) = ((TrackId(id), TrackAsk::Input), desk.inner().clone());
    blocking(move || {
        referred.map_or(Ok(()), |said| is_referred(&desk, TrackId(id), &said))?;
        act(&desk, ask, asked, &given(values), once)
    })
    .await
}

/// What other tracks left may be given back as it was read; nobody but they can change it.
fn is_referred(desk: &Desk, id: TrackId, said: &Map<String, Value>) -> Result<(), ApiError> {
    let order = desk.store.order(id)?;
    let order = order.ok_or_else(|| ApiError::not_found("track", id.0))?;
    if outputs_of(order.referred) == *said {
        return Ok(());
    }
    let message =
        "what other tracks leave cannot be given, and is not what this says: leave it out";
    let error = FieldError {
        field: "referred".to_owned(),
        code: codes::BAD_VALUE,
        message: message.to_owned(),
    };
    Err(StartError::Fields(vec![error]).into())
}

/// Values as they came in.
pub(in crate::api) fn given(values: BTreeMap<String, Value>) -> BTreeMap<String, GivenOwned> {
    let values = values.into_iter();
    values
        .map(|(name, value)| (name, GivenOwned::Json(value)))
        .collect()
}

/// Says how an interrupted track ended
#[utoipa::path(
    tag = "tracks",
    operation_id = "resolveTrack",
    params(RequestKey),
    request_body = AnswerBody,
    responses(
        (status = 200, description = "The track as it is now; with `dry_run` what would follow.", body = Done<TrackWhole>),
        describe::ask_of_track,
    )
)]
#[post("/tracks/<id>/resolve?<dry_run>", data = "<body>")]
pub(in crate::api) async fn resolve(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Json<Done<TrackWhole>>, ApiError> {
    let once = key.with(&caller, Some(&body))?;
    let once = (!is_dry(dry_run)?).then_some(once);
    let none = BTreeMap::new();
    let (verdict, why, outputs) = match body.required_json()? {
        AnswerBody::Succeeded { why, outputs } => (TrackAsk::Succeed, why, outputs),
        AnswerBody::Failed { why } => (TrackAsk::Fail, why, none),
        AnswerBody::RunAgain { why } => (TrackAsk::Retry, why, none),
    };
    let asked = Asked {
        who: caller.0.name.to_owned(),
        why,
        expect: Some(Expect::Track(TrackState::Interrupted, None)),
    };
    let (ask, desk) = ((TrackId(id), verdict), desk.inner().clone());
    blocking(move || act(&desk, ask, asked, &given(outputs), once)).await
}

/// A track with all that is known of it.
pub(in crate::api) fn track_body(desk: &Desk, id: TrackId) -> Result<TrackWhole, ApiError> {
    let (head, texts) = desk
        .store
        .track(id)?
        .ok_or_else(|| ApiError::not_found("track", id.0))?;
    let attempts = desk.store.attempts(id)?;
    let order = desk.store.order(id)?;
    let referred = order.map(|order| order.referred).unwrap_or_default();
    Ok(TrackWhole::new(head, &texts, referred, &attempts))
}
