//! `PUT /graphs/<id>`, `/graphs/<id>/clone`: a definition replaced, or under another name.

use rocket::{State, post, put};

use crate::api::body::Body;
use crate::api::condition::IfMatch;
use crate::api::describe;
use crate::api::graphs::saving::{self, Asking, Saved, save};
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
        (status = 201, description = "The next version was made. The header `ETag` is that of the graph that `id` names.", body = GraphSaved),
        (status = 200, description = "It was replaced, or was the same; with `dry_run` what would be saved.", body = GraphSaved),
        describe::replace,
    )
)]
#[put("/graphs/<id>?<dry_run>", data = "<body>")]
pub(in crate::api) async fn replace(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Saved {
    let asking = Asking::new(&caller, dry_run, key, Some(&body))?;
    let seen = condition.required()?;
    let (source, format) = body.definition()?;
    let make = move |desk: &Desk| {
        let text = (source.as_str(), format);
        desk.replacement((GraphId(id), seen.clone()), text)
    };
    save(desk, asking, make, saving::version).await
}

/// Copies a definition under another name
///
/// Its text stays as it was written but for the name. No graph may have the name.
#[utoipa::path(
    tag = "graphs",
    operation_id = "cloneGraph",
    params(IfMatch, RequestKey),
    request_body = CloneBody,
    responses(
        (status = 201, description = "Saved.", body = GraphSaved),
        (status = 200, description = "The same `Idempotency-Key` had made it before; with `dry_run` what would be saved.", body = GraphSaved),
        describe::clone,
    )
)]
#[post("/graphs/<id>/clone?<dry_run>", data = "<body>")]
pub(in crate::api) async fn copy(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
    body: Body,
) -> Saved {
    let asking = Asking::new(&caller, dry_run, key, Some(&body))?;
    let tags = condition.seen()?.flatten();
    let body: CloneBody = body.required_json()?;
    let make = move |desk: &Desk| desk.copy((GraphId(id), tags.clone()), &body.name);
    save(desk, asking, make, saving::version).await
}
