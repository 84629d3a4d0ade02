//! `/pipelines`: the list, and what its query can say.

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::wire::{FilterBody, Pipeline, PipelinePage};
use crate::desk::Desk;
use crate::store::{PipelineFilter, Place};

/// Pipelines, the newest first
///
/// All that is said must fit. A list with `since` or `until` and without `graph` is in the order of `created_at`,
/// every other one in the order of numbers.
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
    "/pipelines?<state>&<graph>&<name>&<creator>&<trigger>&<since>&<until>&<live>&<cursor>&<limit>"
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
    live: Option<String>,
    cursor: Option<String>,
    limit: Option<&str>,
) -> Result<Json<PipelinePage>, ApiError> {
    let filter = FilterBody {
        state,
        graph,
        name,
        creator,
        trigger,
        since,
        until,
        live,
    };
    let (filter, limit) = (filter.filter()?, rows(limit)?);
    let after = cursor.map(|text| place(&filter, text)).transpose()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let found = desk.store.find_pipelines(&filter, after, limit)?;
        Ok(Json(PipelinePage {
            pipelines: found.heads.iter().map(Pipeline::from).collect(),
            next: found.next.map(|place| place.to_string()),
        }))
    })
    .await
}

/// Where a page of this list begins.
pub(in crate::api) fn place(filter: &PipelineFilter, text: String) -> Result<Place, ApiError> {
    let place: Option<Place> = text.parse().ok();
    place.filter(|place| filter.is_of(*place)).ok_or_else(|| {
        let detail = format!("`cursor={text}`: write the `next` of the page before it");
        ApiError::invalid(detail)
    })
}
