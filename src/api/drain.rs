//! `/drain`: emptying the server before it is ended.

use rocket::http::Status;
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{State, delete, post};

use super::body::blocking;
use super::describe;
use super::error::ApiError;
use super::guard::Auth;
use super::wire::Drain;
use crate::desk::Desk;

/// Starts no script any more; the server ends once nothing runs
#[utoipa::path(
    tag = "server",
    operation_id = "drain",
    responses(
        (status = 202, description = "It drains.", body = Drain),
        describe::write,
    )
)]
#[post("/drain")]
pub(super) async fn drain(
    _caller: Auth,
    desk: &State<Desk>,
) -> Result<Custom<Json<Drain>>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let running = desk.handle.drain(true)?;
        let body = Drain {
            draining: true,
            running,
        };
        Ok(Custom(Status::Accepted, Json(body)))
    })
    .await
}

/// Starts scripts again
#[utoipa::path(
    tag = "server",
    operation_id = "undoDrain",
    responses(
        (status = 200, description = "It does not drain.", body = Drain),
        describe::write,
    )
)]
#[delete("/drain")]
pub(super) async fn undo(_caller: Auth, desk: &State<Desk>) -> Result<Json<Drain>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let running = desk.handle.drain(false)?;
        Ok(Json(Drain {
            draining: false,
            running,
        }))
    })
    .await
}
