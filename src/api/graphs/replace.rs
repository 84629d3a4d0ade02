//! `PUT /graphs/<id>`, `/graphs/<id>/clone`: a definition replaced, or under another name.

use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{State, post, put};

use crate::api::body::{Body, blocking};
use crate::api::condition::{IfMatch, Tagged};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::saved;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::wire::{CloneBody, GraphSaved};
use crate::desk::Desk;
use crate::engine::GraphId;

/// Replaces a definition
///
/// That of the newest version, if it still is as `If-Match` says; a version that a pipeline has used stays, and the next one
/// is made. The definition keeps its name.
#[utoipa::path(
    tag = "graphs",
    operation_id = "replaceGraph",
    params(IfMatch, RequestKey),
    request_body(content(
        (String = "application/yaml"),
        (Object = "application/json"),
    ), description = "The definition; what is checked is in docs/checks.md."),
    responses(
        (status = 201, description = "Saved. The header `ETag` is that of the graph that `id` names.", body = GraphSaved),
        (status = 200, description = "It was the same: nothing changed.", body = GraphSaved),
        describe::replace,
    )
)]
#[put("/graphs/<id>", data = "<body>")]
pub(in crate::api) async fn replace(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    condition: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Result<Tagged<Custom<Json<GraphSaved>>>, ApiError> {
    let (seen, once) = (condition.required()?, key.with(&caller, Some(&body))?);
    let (source, format) = body.definition()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let text = (source.as_str(), format);
        let deed = |desk: &Desk| desk.replace((GraphId(id), seen), text, caller.0.name);
        let again = |id| Ok(desk.defined(GraphId(id))?);
        Ok(saved(&once.run(&desk, deed, again)?))
    })
    .await
}

/// Copies a definition under another name
///
/// Its text stays as it was written but for the name. No graph may have the name.
#[utoipa::path(
    tag = "graphs",
    operation_id = "cloneGraph",
    params(RequestKey),
    request_body = CloneBody,
    responses(
        (status = 201, description = "Saved.", body = GraphSaved),
        (status = 200, description = "The same `Idempotency-Key` had made it before.", body = GraphSaved),
        describe::clone,
    )
)]
#[post("/graphs/<id>/clone", data = "<body>")]
pub(in crate::api) async fn copy(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    key: RequestKey,
    body: Body,
) -> Result<Tagged<Custom<Json<GraphSaved>>>, ApiError> {
    let once = key.with(&caller, Some(&body))?;
    let body: CloneBody = body.required_json()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let deed = |desk: &Desk| desk.copy(GraphId(id), &body.name, caller.0.name);
        let again = |id| Ok(desk.defined(GraphId(id))?);
        Ok(saved(&once.run(&desk, deed, again)?))
    })
    .await
}
