//! `/graphs/<id>/stats`: how the newest pipelines of a graph went.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::number;
use crate::api::guard::Auth;
use crate::api::wire::GraphStats;
use crate::clock;
use crate::desk::Desk;
use crate::engine::{GraphId, Time};

/// The most days that statistics may look back.
pub(in crate::api) const MOST_DAYS: i64 = 36_500;
const DAY_MS: i64 = 86_400_000;

/// How the newest pipelines of a graph went
///
/// Of all its versions, and each vertex in them. `looked_at` says how many were counted: 1,000 at most, and vertices in as many
/// of the newest as have 100,000 tracks together.
#[utoipa::path(
    tag = "graphs",
    operation_id = "getStats",
    responses(
        (status = 200, description = "What was counted.", body = GraphStats),
        describe::versions,
    )
)]
#[get("/graphs/<id>/stats?<days>")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    days: Option<&str>,
) -> Result<Json<GraphStats>, ApiError> {
    let days: Option<i64> = number("days", days)?;
    if let Some(days) = days.filter(|days| !(1..=MOST_DAYS).contains(days)) {
        let detail = format!("`days={days}`: write a number from 1 to {MOST_DAYS}");
        let status = Status::UnprocessableEntity;
        return Err(ApiError::new(status, "invalid", detail));
    }
    let since = days.map_or(Time(0), |days| Time(clock::now() - days * DAY_MS));
    let desk = desk.inner().clone();
    blocking(move || {
        let stats = desk.stats(GraphId(id), since)?;
        let stats = stats.ok_or_else(|| ApiError::not_found("graph", id))?;
        Ok(Json(GraphStats::from(stats)))
    })
    .await
}
