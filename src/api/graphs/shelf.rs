//! `DELETE /graphs/<id>`, `/graphs/<id>/archive`, `/graphs/<id>/unarchive`: all versions of a graph.

use rocket::serde::json::Json;
use rocket::{State, delete, post};

use crate::api::body::{NoBody, blocking};
use crate::api::condition::IfMatch;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::keys::{Once, RequestKey};
use crate::api::query::is_dry;
use crate::api::wire::GraphShelved;
use crate::desk::Desk;
use crate::engine::GraphId;
use crate::store::{Expect, Shelving};

async fn shelve(
    desk: &Desk,
    (id, expect): (i64, Expect),
    what: Shelving,
    (who, once): (&'static str, Once),
) -> Result<Json<GraphShelved>, ApiError> {
    let desk = desk.clone();
    blocking(move || {
        let deed = |desk: &Desk| {
            let done = desk.handle.shelve((GraphId(id), expect), what, who);
            done.map_err(ApiError::from)
        };
        let again = |id| {
            let there = desk.store.shelved(GraphId(id))?;
            there.ok_or_else(|| ApiError::not_found("graph", id))
        };
        let done = once.run(&desk, deed, again)?;
        Ok(Json(GraphShelved::of(done, what)))
    })
    .await
}

/// Removes a graph with all its versions
///
/// One from which nothing was started; another one can be archived.
#[utoipa::path(
    tag = "graphs",
    operation_id = "removeGraph",
    params(IfMatch, RequestKey),
    responses(
        (status = 200, description = "What was removed; with `dry_run` what would be.", body = GraphShelved),
        describe::remove_graph,
    )
)]
#[delete("/graphs/<id>?<dry_run>")]
pub(in crate::api) async fn remove(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
) -> Result<Json<GraphShelved>, ApiError> {
    let (dry, once) = (is_dry(dry_run)?, key.with(&caller, None)?);
    let expect = match condition.seen()? {
        None => Expect::Anything,
        Some(tags) => Expect::Newest(GraphId(id), tags),
    };
    shelve(
        desk,
        (id, expect),
        Shelving::Remove { dry },
        (caller.0.name, once),
    )
    .await
}

/// Puts a graph away
///
/// All its versions: they are not listed, not started and not changed, and keep their history. What runs goes on.
#[utoipa::path(
    tag = "graphs",
    operation_id = "archiveGraph",
    params(RequestKey),
    responses(
        (status = 200, description = "It is archived.", body = GraphShelved),
        describe::of_graph,
    )
)]
#[post("/graphs/<id>/archive")]
pub(in crate::api) async fn archive(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    key: RequestKey,
    _none: NoBody,
) -> Result<Json<GraphShelved>, ApiError> {
    let (expect, once) = (Expect::Anything, key.with(&caller, None)?);
    shelve(desk, (id, expect), Shelving::Archive, (caller.0.name, once)).await
}

/// Takes a graph out of the archive
#[utoipa::path(
    tag = "graphs",
    operation_id = "unarchiveGraph",
    params(RequestKey),
    responses(
        (status = 200, description = "It is as any other graph.", body = GraphShelved),
        describe::of_graph,
    )
)]
#[post("/graphs/<id>/unarchive")]
pub(in crate::api) async fn unarchive(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    key: RequestKey,
    _none: NoBody,
) -> Result<Json<GraphShelved>, ApiError> {
    let (expect, once) = (Expect::Anything, key.with(&caller, None)?);
    shelve(
        desk,
        (id, expect),
        Shelving::Unarchive,
        (caller.0.name, once),
    )
    .await
}
