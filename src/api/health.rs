//! `/healthz`: the one address that needs no credential, and tells nothing but that it answers.

use rocket::get;
use rocket::serde::json::Json;

use super::wire::Health;

/// Whether the server lives
///
/// Needs no credential.
#[utoipa::path(
    tag = "server",
    operation_id = "getHealth",
    security(()),
    responses(
        (status = 200, description = "It does.", body = Health),
    )
)]
#[get("/healthz")]
pub(super) fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}
