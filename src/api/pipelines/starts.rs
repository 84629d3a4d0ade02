//! `/graphs/<id>/pipelines`: starting a graph, and waiting for its end.

use std::time::Duration;

use rocket::serde::json::Json;
use rocket::{State, post};

use crate::api::body::{Body, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::made::Made;
use crate::api::query::is_dry;
use crate::api::tracks::given;
use crate::api::wire::{PipelineStarted, PipelineState, StartBody, StartedOrPreview};
use crate::desk::{Desk, StartRequest, WouldStart};
use crate::driver::Started;
use crate::engine::{self, GraphId};
use crate::graph::Millis;

/// The longest that `?wait=` may wait; a longer wait ends here with the state as it is.
pub(in crate::api) const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// Starts a pipeline
#[utoipa::path(
    tag = "pipelines",
    operation_id = "startPipeline",
    params(RequestKey),
    request_body = StartBody,
    responses(
        (status = 201, description = "It has started.", body = PipelineStarted),
        (status = 200, description = "The same `Idempotency-Key` had started it before; with `dry_run` what would be started.", body = StartedOrPreview),
        describe::start,
    )
)]
#[post("/graphs/<id>/pipelines?<wait>&<dry_run>", data = "<body>")]
pub(in crate::api) async fn start(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    wait: Option<&str>,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Made<Json<StartedOrPreview>>, ApiError> {
    let (wait, dry) = (wait.map(duration).transpose()?, is_dry(dry_run)?);
    let body: StartBody = body.json()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let request = StartRequest {
            name: body.name,
            desc: body.desc,
            given: given(body.input),
            ask_later: body.ask_later,
            request_key: key.of_start(),
            who: caller.0.name.to_owned(),
            trigger: "rest",
            priority: body.priority,
            ..StartRequest::default()
        };
        if dry {
            return Ok(would_start(desk.would_start(GraphId(id), request)?));
        }
        let started = desk.start(GraphId(id), request)?;
        key.is_replayed(started.replayed());
        self::started(&desk, started, wait)
    })
    .await
}

/// What a start is answered with, after a wait for the end of what was started.
pub(in crate::api) fn started(
    desk: &Desk,
    started: Started,
    wait: Option<Duration>,
) -> Result<Made<Json<StartedOrPreview>>, ApiError> {
    let Made(new, body) = answered(desk, started, wait)?;
    Ok(Made(new, Json(StartedOrPreview::Started(body))))
}

/// The same of what else starts something.
pub(in crate::api) fn answered(
    desk: &Desk,
    started: Started,
    wait: Option<Duration>,
) -> Result<Made<PipelineStarted>, ApiError> {
    // It is started, whether it can be waited for or not.
    let settled = wait.and_then(|wait| desk.handle.wait(started.id, wait.min(LONGEST_WAIT)));
    let state = match settled.or(started.state.filter(|_| wait.is_none())) {
        Some(state) => PipelineState(state.word()),
        None => {
            let row = desk.store.pipeline(started.id)?;
            let running = engine::PipelineState::Running.code();
            PipelineState::of(row.map_or(running, |row| row.state))
        }
    };
    let new = (!started.replayed()).then(|| format!("pipelines/{}", started.id));
    let body = PipelineStarted {
        id: started.id.0,
        state,
        replayed: started.replayed(),
    };
    Ok(Made(new, body))
}

/// What a start is answered with that is only worked out.
pub(in crate::api) fn would_start(would: WouldStart) -> Made<Json<StartedOrPreview>> {
    let would = StartedOrPreview::Preview(Box::new(would.into()));
    Made(None, Json(would))
}

pub(in crate::api) fn duration(text: &str) -> Result<Duration, ApiError> {
    Millis::parse(text)
        .map(|ms| Duration::from_millis(ms.0))
        .ok_or_else(|| {
            let detail = format!("`wait={text}`: write a time such as `500ms`, `30s` or `5m`");
            ApiError::invalid(detail)
        })
}
