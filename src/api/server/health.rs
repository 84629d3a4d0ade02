//! `/healthz`, `/readyz`, `/version`: what a stranger may ask. They tell how the server is, and nothing
//! of what it does.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::server::metrics::PATIENCE;
use crate::api::wire::{Health, Version};
use crate::desk::Desk;
use crate::door::Stranger;
use crate::store::schema_version;

/// Whether the server lives
///
/// Needs no credential.
#[utoipa::path(
    tag = "server",
    operation_id = "getHealth",
    security(()),
    responses((status = 200, description = "It does.", body = Health))
)]
#[get("/healthz")]
pub(in crate::api) fn healthz(_anybody: Stranger) -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether the server takes work
///
/// The driver answers, the database can be written and the server is not being emptied. Needs no
/// credential, so it names the kind of trouble and no more.
#[utoipa::path(
    tag = "server",
    operation_id = "getReadiness",
    security(()),
    responses(
        (status = 200, description = "It does.", body = Health),
        describe::readiness,
    )
)]
#[get("/readyz")]
pub(in crate::api) async fn readyz(
    _anybody: Stranger,
    desk: &State<Desk>,
) -> Result<Json<Health>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let census = desk.handle.census(PATIENCE);
        let not =
            |code, detail: &str| ApiError::new(Status::ServiceUnavailable, code, detail.to_owned());
        // What commands are refused with may name files.
        if desk.handle.trouble().is_some() {
            return Err(not("unwritable", "the database cannot be written now"));
        }
        census.map_err(ApiError::from)?;
        if desk.handle.is_draining() {
            return Err(not("draining", "the server starts no script any more"));
        }
        Ok(Json(Health { status: "ready" }))
    })
    .await
}

/// What this server is
///
/// Needs no credential.
#[utoipa::path(
    tag = "server",
    operation_id = "getVersion",
    security(()),
    responses((status = 200, description = "The version.", body = Version))
)]
#[get("/version")]
pub(in crate::api) fn version(_anybody: Stranger) -> Json<Version> {
    Json(Version {
        version: env!("CARGO_PKG_VERSION"),
        commit: option_env!("TRACKYARD_COMMIT"),
        schema: schema_version(),
    })
}
