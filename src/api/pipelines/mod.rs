//! `/pipelines`

pub(in crate::api) mod starts;

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::{number, rows};
use crate::api::guard::Auth;
use crate::api::pipelines::starts::{LONGEST_WAIT, duration};
use crate::api::wire::{JournalEntry, JournalPage, Pipeline, PipelinePage, PipelineWhole, Track};
use crate::desk::Desk;
use crate::engine::PipelineId;
use crate::store::PipelineHead;

/// Pipelines, the newest first
#[utoipa::path(
    tag = "pipelines",
    operation_id = "listPipelines",
    responses(
        (status = 200, description = "A page.", body = PipelinePage),
        describe::list,
    )
)]
#[get("/pipelines?<before>&<limit>")]
pub(in crate::api) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    before: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<PipelinePage>, ApiError> {
    let (before, limit) = (number("before", before)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let heads = desk.store.pipelines(before.unwrap_or(i64::MAX), limit)?;
        let full = heads.len() as i64 == limit;
        let next = heads.last().filter(|_| full).map(|p| p.id);
        let pipelines = heads.iter().map(Pipeline::from).collect();
        Ok(Json(PipelinePage { pipelines, next }))
    })
    .await
}

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
#[get("/pipelines/<id>/journal?<after>&<limit>")]
pub(in crate::api) async fn journal(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    after: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<JournalPage>, ApiError> {
    let (after, limit) = (number("after", after)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let id = PipelineId(id);
        head(&desk, id)?;
        let entries = desk.store.journal(id, after.unwrap_or(0), limit)?;
        let full = entries.len() as i64 == limit;
        let next = entries.last().filter(|_| full).map(|e| e.sequence);
        let entries = entries.iter().map(JournalEntry::from).collect();
        Ok(Json(JournalPage { entries, next }))
    })
    .await
}

/// A pipeline without its tracks.
pub(in crate::api) fn head(desk: &Desk, id: PipelineId) -> Result<PipelineHead, ApiError> {
    let head = desk.store.pipeline(id)?;
    head.ok_or_else(|| ApiError::not_found("pipeline", id.0))
}
