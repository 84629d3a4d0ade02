//! `/healthz`: the one address that needs no credential, and tells nothing but that it answers.

use rocket::get;
use rocket::serde::json::Json;

use super::wire::Health;

#[get("/healthz")]
pub(super) fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}
