//! `DELETE /graphs/<id>`, `/graphs/<id>/archive`, `/graphs/<id>/unarchive`: all versions of a graph.

use rocket::serde::json::Json;
use rocket::{State, delete, post};

use crate::api::body::{NoBody, blocking};
use crate::api::condition::IfMatch;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::saving::Asking;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::wire::GraphShelved;
use crate::desk::Desk;
use crate::driver::CommandError;
use crate::engine::GraphId;
use crate::store::{Expect, Shelving};

async fn shelve(
    desk: &Desk,
    (id, condition): (i64, IfMatch<'_>),
    what: Shelving,
    asking: Asking,
) -> Result<Json<GraphShelved>, ApiError> {
    let id = GraphId(id);
    let expect = match condition.seen()? {
        None => Expect::Anything,
        Some(tags) => Expect::Newest(id, tags),
    };
    let desk = desk.clone();
    blocking(move || {
        if asking.dry {
            let would = desk.store.would_shelve((id, &expect), what);
            let would = would.map_err(CommandError::from)?;
            return Ok(Json(GraphShelved::would(would)));
        }
        let deed = |desk: &Desk| desk.handle.shelve((id, expect), what, asking.who);
        let again = |id| {
            let id = GraphId(id);
            let now = match what {
                // Nothing of it is there but the deed, which is not kept for ever.
                Shelving::Remove => Some(desk.store.removed_graph(id)?.unwrap_or_default()),
                Shelving::Archive | Shelving::Unarchive => desk.store.shelved(id)?,
            };
            now.ok_or(CommandError::NoGraph(id))
        };
        let done = asking.once.run(&desk, deed, again)?;
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
    let asking = Asking::new(&caller, dry_run, key, None)?;
    shelve(desk, (id, condition), Shelving::Remove, asking).await
}

/// Puts a graph away
///
/// All its versions: they are not listed, not started and not changed, and keep their history. What runs goes on.
#[utoipa::path(
    tag = "graphs",
    operation_id = "archiveGraph",
    params(IfMatch, RequestKey),
    responses(
        (status = 200, description = "It is archived; with `dry_run` it would be.", body = GraphShelved),
        describe::change_graph,
    )
)]
#[post("/graphs/<id>/archive?<dry_run>")]
pub(in crate::api) async fn archive(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
    _none: NoBody,
) -> Result<Json<GraphShelved>, ApiError> {
    let asking = Asking::new(&caller, dry_run, key, None)?;
    shelve(desk, (id, condition), Shelving::Archive, asking).await
}

/// Takes a graph out of the archive
#[utoipa::path(
    tag = "graphs",
    operation_id = "unarchiveGraph",
    params(IfMatch, RequestKey),
    responses(
        (status = 200, description = "It is as any other graph; with `dry_run` it would be.", body = GraphShelved),
        describe::change_graph,
    )
)]
#[post("/graphs/<id>/unarchive?<dry_run>")]
pub(in crate::api) async fn unarchive(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
    _none: NoBody,
) -> Result<Json<GraphShelved>, ApiError> {
    let asking = Asking::new(&caller, dry_run, key, None)?;
    shelve(desk, (id, condition), Shelving::Unarchive, asking).await
}
