//! `/secrets`: named secrets. They are set and removed; nothing here ever tells a value.

use rocket::http::Status;
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{State, delete, get, put};
use serde_json::{Value, json};

use super::body::{Body, blocking};
use super::error::ApiError;
use super::guard::Auth;
use super::wire::time;
use crate::desk::Desk;
use crate::graph::Hidden;
use crate::store::SecretHead;

#[get("/secrets")]
pub(super) async fn list(_caller: Auth, desk: &State<Desk>) -> Result<Json<Value>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let one = |secret: &SecretHead| {
            json!({
                "name": secret.name,
                "creator": secret.creator,
                "created_at": time(secret.created_at),
                "updated_at": time(secret.updated_at),
            })
        };
        let secrets: Vec<Value> = desk.secrets()?.iter().map(one).collect();
        Ok(Json(json!({"secrets": secrets})))
    })
    .await
}

#[put("/secrets/<name>", data = "<body>")]
pub(super) async fn set(
    caller: Auth,
    desk: &State<Desk>,
    name: String,
    body: Body,
) -> Result<Custom<Json<Value>>, ApiError> {
    let value = value(body.required_json()?)?;
    let desk = desk.inner().clone();
    blocking(move || {
        let status = match desk.set_secret(&name, &value, caller.0.name)? {
            true => Status::Ok,
            false => Status::Created,
        };
        Ok(Custom(status, Json(json!({"name": name}))))
    })
    .await
}

/// The one field of the body. Errors do not repeat what came.
fn value(body: Value) -> Result<Hidden, ApiError> {
    let fields = match body {
        Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    };
    match (fields.len(), fields.get("value")) {
        (1, Some(Value::String(text))) => Ok(Hidden::new(text.clone())),
        _ => {
            let detail = "the body must be `{\"value\": \"...\"}`, and the value a text";
            let status = Status::UnprocessableEntity;
            Err(ApiError::new(status, "invalid", detail.to_owned()))
        }
    }
}

#[delete("/secrets/<name>")]
pub(super) async fn remove(
    _caller: Auth,
    desk: &State<Desk>,
    name: String,
) -> Result<Json<Value>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let unfinished = desk.remove_secret(&name)?;
        Ok(Json(
            json!({"name": name, "unfinished_pipelines": unfinished}),
        ))
    })
    .await
}
