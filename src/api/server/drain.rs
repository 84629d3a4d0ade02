//! `/drain`: emptying the server before it is ended.

use rocket::http::Status;
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{State, delete, post};

use crate::api::body::{NoBody, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::keys::{Once, RequestKey};
use crate::api::query::is_dry;
use crate::api::server::metrics::PATIENCE;
use crate::api::wire::Drain;
use crate::desk::Desk;

/// Starts no script any more; the server ends once nothing runs
#[utoipa::path(
    tag = "server",
    operation_id = "drain",
    params(RequestKey),
    responses(
        (status = 202, description = "It drains.", body = Drain),
        (status = 200, description = "With `dry_run`: it would drain.", body = Drain),
        describe::write,
    )
)]
#[post("/drain?<dry_run>")]
pub(in crate::api) async fn drain(
    caller: Auth,
    desk: &State<Desk>,
    dry_run: Option<&str>,
    key: RequestKey,
    _none: NoBody,
) -> Result<Custom<Json<Drain>>, ApiError> {
    let (dry, once) = (is_dry(dry_run)?, key.with(&caller, None)?);
    let body = set(desk, (true, caller.0.name), (!dry).then_some(once)).await?;
    let status = match dry {
        true => Status::Ok,
        false => Status::Accepted,
    };
    Ok(Custom(status, Json(body)))
}

/// Starts scripts again
#[utoipa::path(
    tag = "server",
    operation_id = "undoDrain",
    params(RequestKey),
    responses(
        (status = 200, description = "It does not drain; with `dry_run`: it would not.", body = Drain),
        describe::write,
    )
)]
#[delete("/drain?<dry_run>")]
pub(in crate::api) async fn undo(
    caller: Auth,
    desk: &State<Desk>,
    dry_run: Option<&str>,
    key: RequestKey,
) -> Result<Json<Drain>, ApiError> {
    let (dry, once) = (is_dry(dry_run)?, key.with(&caller, None)?);
    let body = set(desk, (false, caller.0.name), (!dry).then_some(once)).await;
    body.map(Json)
}

/// Drains or does so no more; without `once` says only how it would be.
async fn set(
    desk: &Desk,
    (on, who): (bool, &'static str),
    once: Option<Once>,
) -> Result<Drain, ApiError> {
    let desk = desk.clone();
    blocking(move || {
        let running = || Ok::<_, ApiError>(desk.handle.census(PATIENCE)?.slots_used);
        let Some(once) = once else {
            return Ok(Drain {
                draining: on,
                running: running()?,
                dry_run: true,
            });
        };
        let set = |desk: &Desk| Ok::<_, ApiError>((on, desk.handle.drain(on, who)?));
        let again = |_| Ok((desk.handle.is_draining(), running()?));
        let (draining, running) = once.run(&desk, set, again)?;
        Ok(Drain {
            draining,
            running,
            dry_run: false,
        })
    })
    .await
}
