//! `/graphs/<id>/form`: what a start takes, as a schema.

use rocket::http::ContentType;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::vertices::definition;
use crate::api::guard::Auth;
use crate::desk::Desk;
use crate::graph::form;

/// What a start of a graph takes
///
/// A JSON Schema (2020-12) of its `input`, to make a form and to judge values before they are sent. A value may come
/// later where a start says `ask_later`. `x-pattern` is a pattern in the notation of this server's checks that others do not have.
#[utoipa::path(
    tag = "graphs",
    operation_id = "getForm",
    responses(
        (status = 200, description = "The schema.", body = Object, content_type = "application/schema+json"),
        describe::versions,
    )
)]
#[get("/graphs/<id>/form")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
) -> Result<(ContentType, String), ApiError> {
    let desk = desk.inner().clone();
    blocking(move || {
        let graph = definition(&desk, id)?;
        let media = ContentType::new("application", "schema+json");
        Ok((media, form(&graph).to_string()))
    })
    .await
}
