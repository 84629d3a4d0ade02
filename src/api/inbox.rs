//! `/inbox`: what waits for a person.

use rocket::serde::json::Json;
use rocket::{State, get};

use super::body::blocking;
use super::describe;
use super::error::ApiError;
use super::guard::Auth;
use super::wire::{Cursor, InboxPage, List, Waiting};
use crate::api::graphs::rows;
use crate::desk::Desk;

/// What waits for a person, the newest first
#[utoipa::path(
    tag = "tracks",
    operation_id = "listInbox",
    responses(
        (status = 200, description = "A page.", body = InboxPage),
        describe::list,
    )
)]
#[get("/inbox?<cursor>&<limit>")]
pub(super) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<InboxPage>, ApiError> {
    let (before, limit) = (Cursor::read(List::Inbox, cursor)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let found = desk.store.inbox(before.unwrap_or(i64::MAX), limit)?;
        let next = Cursor::after(List::Inbox, &found, limit, |w| w.track.id);
        let tracks = found.into_iter().map(Waiting::from).collect();
        Ok(Json(InboxPage { tracks, next }))
    })
    .await
}
