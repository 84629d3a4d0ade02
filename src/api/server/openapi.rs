//! `/openapi.json`: the description of this interface.

use rocket::http::ContentType;
use rocket::{State, get};
use serde_json::Value;

use crate::api::describe;
use crate::api::guard::Auth;

/// The description, as text.
pub struct Description(String);

impl Description {
    /// Made once, at the start of the server.
    pub fn of(document: &Value) -> Self {
        Self(document.to_string())
    }
}

/// The description of this interface
///
/// OpenAPI 3.1, made from the code of this server.
#[utoipa::path(
    tag = "server",
    operation_id = "describe",
    responses(
        (status = 200, description = "The document.", body = Object),
        describe::list,
    )
)]
#[get("/openapi.json")]
pub(in crate::api) fn get(
    _caller: Auth,
    description: &State<Description>,
) -> (ContentType, String) {
    (ContentType::JSON, description.0.clone())
}
