//! `/pipelines/<id>/<word>` and `/tracks/<id>/<word>`: everything that can be asked of them, done or,
//! with `?dry_run=true`, only worked out.

use std::collections::BTreeMap;

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{State, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Body, blocking};
use super::describe;
use super::error::ApiError;
use super::guard::Auth;
use super::made::Made;
use super::query::is_dry;
use super::wire::{
    AskPreview, Pipeline, PipelineAskBody, PipelineStarted, StartedOrPreview, TrackAskBody,
    TrackWhole,
};
use crate::api::keys::{Once, RequestKey};
use crate::api::pipelines;
use crate::api::pipelines::starts::{started, would_start};
use crate::api::tracks::{given, track_body};
use crate::desk::{ANY, Ask, Asked, Care, Desk, PipelineAsk, StartError, Takes, TrackAsk};
use crate::engine::{Expect, PipelineId, TrackId};
use crate::graph::{FieldError, GivenOwned};

/// What was asked for, or with `dry_run` what it would mean.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Done<T> {
    /// It was done: how the thing stands now.
    Now(T),
    /// It was not.
    Would(AskPreview),
}

/// Pause, resume, stop, kill or retry a pipeline
///
/// What each word does in which state: docs/actions.md. `resume` and `retry-failed` need `expect`.
#[utoipa::path(
    tag = "pipelines",
    operation_id = "askOfPipeline",
    params(RequestKey),
    request_body = PipelineAskBody,
    responses(
        (status = 200, description = "The pipeline as it is now; with `dry_run` what would follow.", body = Done<Pipeline>),
        describe::ask_of_pipeline,
    )
)]
#[post("/pipelines/<id>/<word>?<dry_run>", data = "<body>", rank = 20)]
pub(super) async fn of_pipeline(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    word: &str,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Json<Done<Pipeline>>, ApiError> {
    let id = PipelineId(id);
    let Some(asked_for) = PipelineAsk::from_word(word) else {
        let words = PipelineAsk::ALL.iter().map(|ask| ask.word());
        return Err(no_word("pipeline", word, words.chain(["again"])));
    };
    let (dry, once) = (is_dry(dry_run)?, key.with(&caller, Some(&body))?);
    let body: PipelineAskBody = body.json()?;
    let once = (!dry).then_some(once);
    done(caller, desk, (id, asked_for), body, once).await
}

/// Asks something of a pipeline once, or with none works it out, and gives the answer.
pub(super) async fn done(
    caller: Auth,
    desk: &State<Desk>,
    (id, ask): (PipelineId, PipelineAsk),
    body: PipelineAskBody,
    once: Option<Once>,
) -> Result<Json<Done<Pipeline>>, ApiError> {
    let ask = Ask::Pipeline(id, ask);
    let asked = Asked {
        who: caller.0.name.to_owned(),
        why: body.why,
        expect: saw(ask, body.expect.as_deref(), None)?,
    };
    let (desk, none) = (desk.inner().clone(), BTreeMap::new());
    blocking(move || {
        let Some(once) = once else {
            return would(&desk, ask, asked, &none);
        };
        once.run(&desk, |desk| desk.ask(ask, asked, &none), |_| Ok(()))?;
        let now = Pipeline::from(&pipelines::head(&desk, id)?);
        Ok(Json(Done::Now(now)))
    })
    .await
}

/// Starts what a pipeline ran once more
///
/// The same version with the same values, as a new pipeline.
#[utoipa::path(
    tag = "pipelines",
    operation_id = "startAgain",
    params(RequestKey),
    request_body = PipelineAskBody,
    responses(
        (status = 201, description = "It has started.", body = PipelineStarted),
        (status = 200, description = "The same `Idempotency-Key` had started it before; with `dry_run` what would be started.", body = StartedOrPreview),
        describe::again,
    )
)]
#[post("/pipelines/<id>/again?<dry_run>", data = "<body>")]
pub(super) async fn again(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Made<Json<StartedOrPreview>>, ApiError> {
    let id = PipelineId(id);
    let (dry, body): (_, PipelineAskBody) = (is_dry(dry_run)?, body.json()?);
    let ask = Ask::Pipeline(id, PipelineAsk::RetryFailed);
    let expect = body.expect.map(|word| ask.saw(&word, None)).transpose();
    let asked = Asked {
        who: caller.0.name.to_owned(),
        why: body.why,
        expect: expect.map_err(field)?.flatten(),
    };
    let desk = desk.inner().clone();
    blocking(move || {
        if dry {
            return Ok(would_start(desk.would_again(id, asked)?));
        }
        let again = desk.again(id, "rest", key.of_start(), asked)?;
        key.is_replayed(again.replayed());
        started(&desk, again, None)
    })
    .await
}

/// Retry, skip, hold, stop or settle a track
///
/// What each word does in which state: docs/actions.md. `expect` is needed; `succeed` and `fail` need `why`, too.
#[utoipa::path(
    tag = "tracks",
    operation_id = "askOfTrack",
    params(RequestKey),
    request_body = TrackAskBody,
    responses(
        (status = 200, description = "The track as it is now; with `dry_run` what would follow.", body = Done<TrackWhole>),
        describe::ask_of_track,
    )
)]
#[post("/tracks/<id>/<word>?<dry_run>", data = "<body>", rank = 20)]
pub(super) async fn of_track(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    word: &str,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Json<Done<TrackWhole>>, ApiError> {
    let id = TrackId(id);
    let Some(asked_for) = TrackAsk::from_word(word) else {
        let words = TrackAsk::ALL.iter().map(|ask| ask.word());
        return Err(no_word("track", word, words.chain(["resolve"])));
    };
    let (dry, once) = (is_dry(dry_run)?, key.with(&caller, Some(&body))?);
    let body: TrackAskBody = body.json()?;
    let ask = Ask::Track(id, asked_for);
    let (values, stray, name) = match ask.takes() {
        Takes::Values | Takes::Nothing => (body.input, body.outputs, "outputs"),
        Takes::Outputs => (body.outputs, body.input, "input"),
    };
    if !stray.is_empty() {
        let why = format!("`{word}` takes no `{name}`");
        return Err(ApiError::invalid(why));
    }
    let asked = Asked {
        who: caller.0.name.to_owned(),
        why: body.why,
        expect: saw(ask, body.expect.as_deref(), body.attempt)?,
    };
    let desk = desk.inner().clone();
    let once = (!dry).then_some(once);
    blocking(move || act(&desk, (id, asked_for), asked, &given(values), once)).await
}

/// Asks something of a track once, or with none works it out, and gives the answer.
pub(super) fn act(
    desk: &Desk,
    (id, ask): (TrackId, TrackAsk),
    asked: Asked,
    given: &BTreeMap<String, GivenOwned>,
    once: Option<Once>,
) -> Result<Json<Done<TrackWhole>>, ApiError> {
    let ask = Ask::Track(id, ask);
    let Some(once) = once else {
        return would(desk, ask, asked, given);
    };
    once.run(desk, |desk| desk.ask(ask, asked, given), |_| Ok(()))?;
    Ok(Json(Done::Now(track_body(desk, id)?)))
}

/// What would follow, with the fate of each track.
fn would<T>(
    desk: &Desk,
    ask: Ask,
    asked: Asked,
    given: &BTreeMap<String, GivenOwned>,
) -> Result<Json<Done<T>>, ApiError> {
    let would = AskPreview::from(&desk.would(ask, asked, given)?);
    Ok(Json(Done::Would(would)))
}

/// What the caller saw; needed where two people could undo what the other one did.
fn saw(ask: Ask, word: Option<&str>, attempt: Option<u32>) -> Result<Option<Expect>, ApiError> {
    match word {
        Some(word) => ask.saw(word, attempt).map_err(field),
        None if ask.care() == Care::None => Ok(None),
        None => {
            let why = format!(
                "say what you saw, so that nothing is done to what has moved since: \
                 `\"expect\": \"FAILED\"` with the state's word, or `\"expect\": \"{ANY}\"` if it does not matter"
            );
            let status = Status::UnprocessableEntity;
            Err(ApiError::new(status, "missing-expect", why))
        }
    }
}

fn field(error: FieldError) -> ApiError {
    StartError::Fields(vec![error]).into()
}

fn no_word(of: &str, word: &str, words: impl Iterator<Item = &'static str>) -> ApiError {
    let words: Vec<&str> = words.collect();
    let why = format!(
        "`{word}` cannot be asked of a {of}: there are {}",
        words.join(", ")
    );
    ApiError::new(Status::NotFound, "not-found", why)
}
