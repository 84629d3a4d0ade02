//! `/pipelines`

pub(in crate::api) mod bundle;
pub(in crate::api) mod diff;
pub(in crate::api) mod list;
pub(in crate::api) mod many;
pub(in crate::api) mod remove;
pub(in crate::api) mod starts;
pub(in crate::api) mod timeline;

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::pipelines::starts::{LONGEST_WAIT, duration};
use crate::api::wire::{
    Cursor, JournalEntry, JournalPage, List, Pipeline, PipelineWhole, Track, TrackPage, states,
};
use crate::desk::Desk;
use crate::engine::{PipelineId, TrackState};
use crate::store::PipelineHead;

/// A pipeline with its tracks
#[utoipa::path(
    tag = "pipelines",
    operation_id = "getPipeline",
    responses(
        (status = 200, description = "The pipeline.", body = PipelineWhole),
        describe::of_pipeline,
    )
)]
#[get("/pipelines/<id>?<wait>")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    wait: Option<&str>,
) -> Result<Json<PipelineWhole>, ApiError> {
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
        Ok(Json(PipelineWhole {
            pipeline: Pipeline::from(&head),
            // Of these the rows of tracks do not say that they count as done.
            ignored: desk.store.ignored(id)?.len(),
            tracks: tracks.into_iter().map(Track::from).collect(),
        }))
    })
    .await
}

/// What happened to a pipeline and its tracks, in order
#[utoipa::path(
    tag = "pipelines",
    operation_id = "getJournal",
    responses(
        (status = 200, description = "A page.", body = JournalPage),
        describe::of_pipeline,
    )
)]
#[get("/pipelines/<id>/journal?<cursor>&<limit>")]
pub(in crate::api) async fn journal(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<JournalPage>, ApiError> {
    let (after, limit) = (Cursor::read(List::Journal, cursor)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let id = PipelineId(id);
        head(&desk, id)?;
        let entries = desk.store.journal(id, after.unwrap_or(0), limit)?;
        let next = Cursor::after(List::Journal, &entries, limit, |entry| entry.sequence);
        let entries = entries.iter().map(JournalEntry::from).collect();
        Ok(Json(JournalPage { entries, next }))
    })
    .await
}

/// What happened to a pipeline and its tracks, in order
///
/// Another name of `GET /pipelines/{id}/journal`, beside the live events of `GET /pipelines/{id}/stream`.
#[utoipa::path(
    tag = "pipelines",
    operation_id = "listEvents",
    responses(
        (status = 200, description = "A page.", body = JournalPage),
        describe::of_pipeline,
    )
)]
#[get("/pipelines/<id>/events?<cursor>&<limit>")]
pub(in crate::api) async fn events(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<JournalPage>, ApiError> {
    journal(caller, desk, id, cursor, limit).await
}

/// The tracks of a pipeline
#[utoipa::path(
    tag = "pipelines",
    operation_id = "listTracks",
    responses(
        (status = 200, description = "A page.", body = TrackPage),
        describe::of_pipeline,
    )
)]
#[get("/pipelines/<id>/tracks?<state>&<cursor>&<limit>")]
pub(in crate::api) async fn tracks(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    state: Option<&str>,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<TrackPage>, ApiError> {
    let states = state.map(|words| states(words, TrackState::ALL, TrackState::word));
    let states = states.transpose()?.unwrap_or_default();
    let (after, limit) = (Cursor::read(List::Tracks, cursor)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let id = PipelineId(id);
        head(&desk, id)?;
        let found = desk
            .store
            .track_page(id, &states, after.unwrap_or(0), limit)?;
        let next = Cursor::after(List::Tracks, &found, limit, |track| track.id);
        let tracks = found.into_iter().map(Track::from).collect();
        Ok(Json(TrackPage { tracks, next }))
    })
    .await
}

/// A pipeline without its tracks.
pub(in crate::api) fn head(desk: &Desk, id: PipelineId) -> Result<PipelineHead, ApiError> {
    let head = desk.store.pipeline(id)?;
    head.ok_or_else(|| desk.no_pipeline(id).into())
}
