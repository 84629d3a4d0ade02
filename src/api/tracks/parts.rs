//! `/tracks/<id>/input`, `/script`, `/environment` and `/attempts`: a track in parts.

use rocket::http::ContentType;
use rocket::serde::json::Json;
use rocket::{State, get};

use super::printed::Printed;
use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::wire::{Attempt, AttemptPage, Cursor, List, TrackEnvironment, TrackInput};
use crate::desk::{Desk, TrackShown};
use crate::engine::TrackId;

fn missing(id: i64) -> impl FnOnce() -> ApiError {
    move || ApiError::not_found("track", id)
}

/// The values of a track
#[utoipa::path(
    tag = "tracks",
    operation_id = "getTrackInput",
    responses(
        (status = 200, description = "Its values, and those that others leave for it.", body = TrackInput),
        describe::of_track,
    )
)]
#[get("/tracks/<id>/input")]
pub(in crate::api) async fn input(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<TrackInput>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let order = desk.store.order(TrackId(id))?;
        Ok(Json(TrackInput::from(order.ok_or_else(missing(id))?)))
    })
    .await
}

async fn shown(desk: &Desk, id: i64) -> Result<TrackShown, ApiError> {
    let desk = desk.clone();
    blocking(move || desk.shown(TrackId(id))?.ok_or_else(missing(id))).await
}

/// The script of a track as it runs
///
/// With its values, as they are now; secrets are in no script.
#[utoipa::path(
    tag = "tracks",
    operation_id = "getTrackScript",
    responses(
        (status = 200, description = "The text.", body = String, content_type = "text/plain"),
        describe::of_track,
    )
)]
#[get("/tracks/<id>/script")]
pub(in crate::api) async fn script(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<(ContentType, String), ApiError> {
    Ok((ContentType::Plain, shown(desk, id).await?.script))
}

/// The environment of a track's script
///
/// What its graph, its values and its place give it. Beside these every script has `PATH`, `HOME`, `LANG` and the file
/// `TRACKYARD_OUTPUT` of the server, and nothing else.
#[utoipa::path(
    tag = "tracks",
    operation_id = "getTrackEnvironment",
    responses(
        (status = 200, description = "Names and values; of secrets the names.", body = TrackEnvironment),
        describe::of_track,
    )
)]
#[get("/tracks/<id>/environment")]
pub(in crate::api) async fn environment(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<Json<TrackEnvironment>, ApiError> {
    let shown = shown(desk, id).await?;
    Ok(Json(TrackEnvironment::from(shown.environment)))
}

/// The attempts of a track, first to last
#[utoipa::path(
    tag = "tracks",
    operation_id = "listAttempts",
    responses(
        (status = 200, description = "A page.", body = AttemptPage),
        describe::of_track,
    )
)]
#[get("/tracks/<id>/attempts?<cursor>&<limit>")]
pub(in crate::api) async fn attempts(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<AttemptPage>, ApiError> {
    let (cursor, limit) = (Cursor::read(List::Attempts, cursor)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        desk.store.track(TrackId(id))?.ok_or_else(missing(id))?;
        // One more, to know whether there is another page.
        let after = cursor.unwrap_or(0);
        let mut rows = desk.store.attempts_after(TrackId(id), after, limit + 1)?;
        let more = rows.len() as i64 > limit;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more);
        let next = next.map(|row| Cursor::of(List::Attempts, row.number));
        let attempts = rows.iter().map(Attempt::from).collect();
        Ok(Json(AttemptPage { attempts, next }))
    })
    .await
}

/// One attempt of a track
#[utoipa::path(
    tag = "tracks",
    operation_id = "getAttempt",
    responses(
        (status = 200, description = "The attempt.", body = Attempt),
        describe::of_track,
    )
)]
#[get("/tracks/<id>/attempts/<number>")]
pub(in crate::api) async fn attempt(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    number: u32,
) -> Result<Json<Attempt>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let of = Printed::find(&desk, TrackId(id), Some(number))?;
        let row = of.attempt.as_ref().map(Attempt::from);
        let none = || ApiError::not_found("attempt", number.into());
        Ok(Json(row.ok_or_else(none)?))
    })
    .await
}
