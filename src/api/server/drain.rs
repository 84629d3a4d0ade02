//! `/drain`: emptying the server before it is ended.

use rocket::http::Status;
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{State, delete, post};

use crate::api::body::{NoBody, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::wire::Drain;
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
pub(in crate::api) async fn drain(
    _caller: Auth,
    desk: &State<Desk>,
    _none: NoBody,
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
pub(in crate::api) async fn undo(
    _caller: Auth,
    desk: &State<Desk>,
) -> Result<Json<Drain>, ApiError> {
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
