//! `/inbox`: what waits for a person.

use rocket::serde::json::Json;
use rocket::{State, get};
use serde_json::{Value, json};

use super::body::blocking;
use super::error::ApiError;
use super::graphs::{number, rows};
use super::guard::Auth;
use super::wire;
use crate::desk::Desk;

#[get("/inbox?<before>&<limit>")]
pub(super) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    before: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<Value>, ApiError> {
    let (before, limit) = (number("before", before)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let found = desk.store.inbox(before.unwrap_or(i64::MAX), limit)?;
        let full = found.len() as i64 == limit;
        let next = found.last().filter(|_| full).map(|w| w.track.id);
        let tracks: Vec<Value> = found.into_iter().map(wire::waiting).collect();
        Ok(Json(json!({"tracks": tracks, "next": next})))
    })
    .await
}
