//! `/logs/workflow-instances/<id>`: the end of what each script of a pipeline has printed.

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::pipelines::head;
use crate::api::wire::{Cursor, InstanceLogs, List, TrackLines};
use crate::desk::Desk;
use crate::engine::{AttemptKey, PipelineId, TrackId};
use crate::spool::{LogView, Spool};
use crate::store::TrackHead;

/// The most bytes of one track's log.
const MOST_BYTES: u64 = 4 << 10;

/// The newest lines of each track of a pipeline
///
/// A page of tracks, each with the last 4 KiB of its last attempt's log as far as they are whole lines. The log itself:
/// `GET /tracks/{id}/attempts/{number}/log`.
#[utoipa::path(
    tag = "aliases",
    operation_id = "getInstanceLogs",
    responses(
        (status = 200, description = "A page.", body = InstanceLogs),
        describe::instance_logs,
    )
)]
#[get("/logs/workflow-instances/<id>?<cursor>&<limit>")]
pub(in crate::api) async fn of_instance(
    _caller: Auth,
    desk: &State<Desk>,
    spool: &State<Spool>,
    id: i64,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<InstanceLogs>, ApiError> {
    let (cursor, limit) = (Cursor::read(List::Logs, cursor)?, rows(limit)?);
    let (desk, spool) = (desk.inner().clone(), spool.inner().clone());
    blocking(move || {
        let id = PipelineId(id);
        head(&desk, id)?;
        let tracks = desk.store.tracks(id, cursor.unwrap_or(0), limit)?;
        let next = Cursor::after(List::Logs, &tracks, limit, |track| track.id);
        let logs = tracks.iter().map(|track| lines(&spool, track));
        let logs = logs.collect::<std::io::Result<_>>().map_err(|why| {
            tracing::error!(%why, "a log could not be read: {why}");
            let why = "a log cannot be read".to_owned();
            ApiError::new(rocket::http::Status::InternalServerError, "log", why)
        })?;
        Ok(Json(InstanceLogs { logs, next }))
    })
    .await
}

fn lines(spool: &Spool, track: &TrackHead) -> std::io::Result<TrackLines> {
    let view = LogView::open(&spool.log(AttemptKey {
        pipeline: PipelineId(track.pipeline_id),
        track: TrackId(track.id),
        attempt: u32::try_from(track.attempt).unwrap_or_default(),
    }))?;
    let length = view.len();
    let bytes = view.last(MOST_BYTES)?;
    let cut = length > bytes.len() as u64;
    // The first line is a part of one, unless it is all that there is.
    let begin = bytes.iter().position(|&byte| byte == b'\n');
    let begin = begin.filter(|_| cut).map_or(0, |end| end + 1);
    let text = String::from_utf8_lossy(&bytes[begin..]);
    Ok(TrackLines {
        track: track.id,
        vertex: track.vertex.clone(),
        attempt: track.attempt,
        lines: text.lines().map(str::to_owned).collect(),
        more: cut,
    })
}
