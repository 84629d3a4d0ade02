//! `/healthz`: the one address that needs no credential, and tells nothing but that it answers.

use rocket::get;
use rocket::serde::json::Json;
use serde_json::{Value, json};

use crate::door::Stranger;

#[get("/healthz")]
pub(super) fn healthz(_anybody: Stranger) -> Json<Value> {
    Json(json!({"status": "ok"}))
}
