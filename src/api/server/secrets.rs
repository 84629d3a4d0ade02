//! `/secrets`: named secrets. They are set and removed; nothing here ever tells a value.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{State, delete, get, put};
use serde_json::Value;

use crate::api::body::{Body, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::made::{Made, part};
use crate::api::query::is_dry;
use crate::api::wire::{Cursor, List, Secret, SecretBody, SecretPage, SecretRemoved, SecretSet};
use crate::desk::{Desk, SecretError};
use crate::graph::Hidden;
use crate::graph::codes;

/// Named secrets by name, without their values
#[utoipa::path(
    tag = "secrets",
    operation_id = "listSecrets",
    responses(
        (status = 200, description = "A page.", body = SecretPage),
        describe::list,
    )
)]
#[get("/secrets?<cursor>&<limit>")]
pub(in crate::api) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<SecretPage>, ApiError> {
    let after: Option<String> = Cursor::read(List::Secrets, cursor)?;
    let limit = rows(limit)?;
    let desk = desk.inner().clone();
    blocking(move || {
        let found = desk
            .store
            .secrets_after(&after.unwrap_or_default(), limit)?;
        let next = Cursor::after(List::Secrets, &found, limit, |secret| secret.name.clone());
        let secrets = found.iter().map(Secret::from).collect();
        Ok(Json(SecretPage { secrets, next }))
    })
    .await
}

/// Sets a secret
#[utoipa::path(
    tag = "secrets",
    operation_id = "setSecret",
    params(RequestKey),
    request_body = SecretBody,
    responses(
        (status = 200, description = "It has the new value; with `dry_run` what would be.", body = SecretSet),
        (status = 201, description = "It is new.", body = SecretSet),
        describe::set_secret,
    )
)]
#[put("/secrets/<name>?<dry_run>", data = "<body>")]
pub(in crate::api) async fn set(
    caller: Auth,
    desk: &State<Desk>,
    name: String,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Made<Json<SecretSet>>, ApiError> {
    let (dry_run, once) = (is_dry(dry_run)?, key.with(&caller, Some(&body))?);
    let value = value(body.required_json()?)?;
    let desk = desk.inner().clone();
    blocking(move || {
        let set = |desk: &Desk| desk.set_secret(&name, &value, caller.0.name);
        let replaced = match dry_run {
            true => desk.would_set_secret(&name, &value)?,
            false => once.run(&desk, set, |_| Ok(true))?,
        };
        let new = (!dry_run && !replaced).then(|| format!("secrets/{}", part(&name)));
        let set = SecretSet {
            name,
            replaced,
            dry_run,
        };
        Ok(Made(new, Json(set)))
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

/// Removes a secret
#[utoipa::path(
    tag = "secrets",
    operation_id = "removeSecret",
    params(RequestKey),
    responses(
        (status = 200, description = "It is removed; with `dry_run` it would be.", body = SecretRemoved),
        describe::remove_secret,
    )
)]
#[delete("/secrets/<name>?<dry_run>")]
pub(in crate::api) async fn remove(
    caller: Auth,
    desk: &State<Desk>,
    name: String,
    dry_run: Option<&str>,
    key: RequestKey,
) -> Result<Json<SecretRemoved>, ApiError> {
    let (dry_run, once) = (is_dry(dry_run)?, key.with(&caller, None)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let remove = |desk: &Desk| desk.remove_secret(&name, caller.0.name);
        let again = |_| Ok(desk.store.secret_users(&name)?);
        let unfinished_pipelines = match dry_run {
            true => desk.would_remove_secret(&name)?,
            false => once.run(&desk, remove, again)?,
        };
        Ok(Json(SecretRemoved {
            name,
            unfinished_pipelines,
            dry_run,
        }))
    })
    .await
}

impl From<SecretError> for ApiError {
    fn from(error: SecretError) -> Self {
        let detail = error.to_string();
        let invalid = |code| ApiError::new(Status::UnprocessableEntity, code, detail.clone());
        match error {
            SecretError::Name(_) => invalid(codes::BAD_SECRET_NAME),
            SecretError::Value(code, _) => invalid(code),
            SecretError::Unknown(_) => {
                ApiError::new(Status::NotFound, codes::UNKNOWN_SECRET, detail.clone())
            }
            SecretError::Seal(_) => {
                ApiError::new(Status::InternalServerError, "sealed", detail.clone())
            }
            SecretError::Command(why) => why.into(),
            SecretError::Store(why) => why.into(),
        }
    }
}
