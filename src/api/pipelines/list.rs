//! `/pipelines`: the list, and what its query can say.

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::query::flag;
use crate::api::wire::{Cursor, FilterBody, List, Pipeline, PipelinePage};
use crate::desk::Desk;
use crate::store::{PipelineFilter, Place};

/// Pipelines, the newest first
///
/// All that is said must fit. A list without `graph` is in the order of `finished_at` with `ended_before`, else in the
/// order of `created_at` with `since` or `until`; every other one in the order of numbers.
#[utoipa::path(
    tag = "pipelines",
    operation_id = "listPipelines",
    responses(
        (status = 200, description = "A page.", body = PipelinePage),
        describe::list,
    )
)]
#[expect(
    clippy::too_many_arguments,
    reason = "one for each word of the query, so that the guard knows all of them"
)]
#[get(
    "/pipelines?<state>&<graph>&<name>&<creator>&<trigger>&<since>&<until>&<ended_before>&<live>&<cursor>&<limit>"
)]
pub(in crate::api) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    state: Option<String>,
    graph: Option<String>,
    name: Option<String>,
    creator: Option<String>,
    trigger: Option<String>,
    since: Option<String>,
    until: Option<String>,
    ended_before: Option<String>,
    live: Option<&str>,
    cursor: Option<String>,
    limit: Option<&str>,
) -> Result<Json<PipelinePage>, ApiError> {
    let live = live.map(|written| flag("live", Some(written)));
    let filter = FilterBody {
        state,
        graph,
        name,
        creator,
        trigger,
        since,
        until,
        ended_before,
        live: live.transpose()?,
    };
    let (filter, limit) = (filter.filter()?, rows(limit)?);
    let after = place(&filter, cursor.as_deref())?;
    let desk = desk.inner().clone();
    blocking(move || {
        let found = desk.store.find_pipelines(&filter, after, limit)?;
        Ok(Json(PipelinePage {
            pipelines: found.heads.iter().map(Pipeline::from).collect(),
            next: found.next.map(|place| Cursor::of(List::Pipelines, place)),
        }))
    })
    .await
}

/// Where a page of this list begins.
pub(in crate::api) fn place(
    filter: &PipelineFilter,
    cursor: Option<&str>,
) -> Result<Option<Place>, ApiError> {
    let place: Option<Place> = Cursor::read(List::Pipelines, cursor)?;
    match (place, cursor) {
        (Some(place), Some(text)) if !filter.is_of(place) => Err(Cursor::refused(text)),
        (place, _) => Ok(place),
    }
}
