//! `/workflow-instances` and `/instances`: pipelines and their tracks.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{State, get, post, put};

use crate::api::asks::{Done, act, done};
use crate::api::body::{Body, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::made::Made;
use crate::api::pipelines;
use crate::api::pipelines::starts::{started, would_start};
use crate::api::query::is_dry;
use crate::api::tracks::given;
use crate::api::wire::{
    CompleteBody, InstanceBody, Pipeline, PipelineAskBody, PipelinePage, PipelineStarted,
    PipelineWhole, StartedOrPreview, TrackWhole,
};
use crate::desk::{ANY, Ask, Asked, Desk, PipelineAsk, StartRequest, TrackAsk};
use crate::engine::{GraphId, PipelineId, TrackId};

/// What `/workflow-instances/{id}/actions/` takes, and what it is here.
pub(in crate::api) const ACTIONS: [(&str, PipelineAsk); 3] = [
    ("pause", PipelineAsk::Pause),
    ("resume", PipelineAsk::Resume),
    ("terminate", PipelineAsk::Stop),
];
/// Why a track counts as a success whose end was reported without a reason.
const REPORTED: &str = "its end was reported by a program";

/// Pipelines, the newest first
#[utoipa::path(
    tag = "aliases",
    operation_id = "listInstances",
    responses(
        (status = 200, description = "A page.", body = PipelinePage),
        describe::list,
    )
)]
#[get("/workflow-instances?<cursor>&<limit>")]
pub(in crate::api) async fn list(
    caller: Auth,
    desk: &State<Desk>,
    cursor: Option<String>,
    limit: Option<&str>,
) -> Result<Json<PipelinePage>, ApiError> {
    let none = || None;
    pipelines::list::list(
        caller,
        desk,
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        None,
        cursor,
        limit,
    )
    .await
}

/// A pipeline with its tracks
#[utoipa::path(
    tag = "aliases",
    operation_id = "getInstance",
    responses(
        (status = 200, description = "The pipeline.", body = PipelineWhole),
        describe::of_pipeline,
    )
)]
#[get("/workflow-instances/<id>")]
pub(in crate::api) async fn get(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<PipelineWhole>, ApiError> {
    pipelines::get(caller, desk, id, None).await
}

/// Starts a pipeline
///
/// Of the version `workflow_id`, or of the newest version of the graph `name`.
#[utoipa::path(
    tag = "aliases",
    operation_id = "startInstance",
    params(RequestKey),
    request_body = InstanceBody,
    responses(
        (status = 201, description = "It has started.", body = PipelineStarted),
        (status = 200, description = "The same `Idempotency-Key` had started it before; with `dry_run` what would be started.", body = StartedOrPreview),
        describe::start,
    )
)]
#[post("/workflow-instances?<dry_run>", data = "<body>")]
pub(in crate::api) async fn create(
    caller: Auth,
    desk: &State<Desk>,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Made<Json<StartedOrPreview>>, ApiError> {
    let (dry, body): (_, InstanceBody) = (is_dry(dry_run)?, body.required_json()?);
    let desk = desk.inner().clone();
    blocking(move || {
        let graph = named(&desk, body.workflow_id, body.name.as_deref())?;
        let request = StartRequest {
            given: given(body.input),
            request_key: key.of_start(),
            who: caller.0.name.to_owned(),
            trigger: "rest",
            ..StartRequest::default()
        };
        if dry {
            return Ok(would_start(desk.would_start(graph, request)?));
        }
        let new = desk.start(graph, request)?;
        key.is_replayed(new.replayed());
        started(&desk, new, None)
    })
    .await
}

fn named(desk: &Desk, id: Option<i64>, name: Option<&str>) -> Result<GraphId, ApiError> {
    match (id, name) {
        (Some(id), None) => Ok(GraphId(id)),
        (None, Some(name)) => {
            let newest = desk.store.versions(name, i32::MAX, 1)?;
            newest
                .first()
                .map(|graph| GraphId(graph.id))
                .ok_or_else(|| {
                    let why = format!("there is no graph `{name}`");
                    ApiError::new(Status::NotFound, "not-found", why)
                })
        }
        (None, None) | (Some(_), Some(_)) => {
            let why = "say either `workflow_id` or `name`".to_owned();
            Err(ApiError::invalid(why))
        }
    }
}

/// Pauses, resumes or stops a pipeline
///
/// `terminate` is `stop`. What was seen need not be said: without `expect` the state does not matter.
#[utoipa::path(
    tag = "aliases",
    operation_id = "actOnInstance",
    params(RequestKey),
    request_body = PipelineAskBody,
    responses(
        (status = 200, description = "The pipeline as it is now; with `dry_run` what would follow.", body = Done<Pipeline>),
        describe::ask_of_pipeline,
    )
)]
#[put("/workflow-instances/<id>/actions/<word>?<dry_run>", data = "<body>")]
pub(in crate::api) async fn action(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    word: &str,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Json<Done<Pipeline>>, ApiError> {
    let asked_for = ACTIONS.iter().find(|(known, _)| *known == word);
    let Some((_, asked_for)) = asked_for else {
        let why = format!("there is no action `{word}`: there are pause, resume, terminate");
        return Err(ApiError::new(Status::NotFound, "not-found", why));
    };
    let (dry, once) = (is_dry(dry_run)?, key.with(&caller, Some(&body))?);
    let mut body: PipelineAskBody = body.json()?;
    body.expect.get_or_insert_with(|| ANY.to_owned());
    let asked = (PipelineId(id), *asked_for);
    done(caller, desk, asked, body, (!dry).then_some(once)).await
}

/// Says that a task is done: its track counts as a success
///
/// By the rules of `succeed` (docs/actions.md): what its script was to leave comes as `output`.
#[utoipa::path(
    tag = "aliases",
    operation_id = "completeTask",
    params(RequestKey),
    request_body = CompleteBody,
    responses(
        (status = 200, description = "The track as it is now; with `dry_run` what would follow.", body = Done<TrackWhole>),
        describe::ask_of_task,
    )
)]
#[post("/instances/<id>/tasks/<task>/complete?<dry_run>", data = "<body>")]
pub(in crate::api) async fn complete(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    task: String,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Json<Done<TrackWhole>>, ApiError> {
    let once = key.with(&caller, Some(&body))?;
    let once = (!is_dry(dry_run)?).then_some(once);
    let body: CompleteBody = body.json()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let track = track(&desk, PipelineId(id), &task)?;
        let ask = (track, TrackAsk::Succeed);
        let asked = Asked {
            who: caller.0.name.to_owned(),
            why: body.why.unwrap_or_else(|| REPORTED.to_owned()),
            expect: Ask::Track(track, TrackAsk::Succeed)
                .saw(ANY, None)
                .unwrap_or_default(),
        };
        act(&desk, ask, asked, &given(body.output), once)
    })
    .await
}

/// The track of a vertex, by its name or its own number.
fn track(desk: &Desk, id: PipelineId, task: &str) -> Result<TrackId, ApiError> {
    pipelines::head(desk, id)?;
    let tracks = desk.store.tracks(id, 0, i64::MAX)?;
    let number = task.parse::<i64>().ok();
    let named = tracks.iter().find(|track| track.vertex == task);
    let found = named.or_else(|| tracks.iter().find(|track| Some(track.id) == number));
    found.map(|track| TrackId(track.id)).ok_or_else(|| {
        let why = format!("pipeline `{}` has no task `{task}`", id.0);
        ApiError::new(Status::NotFound, "not-found", why)
    })
}
