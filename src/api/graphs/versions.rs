//! `/graphs/<id>/versions`, and what is done with versions: two compared, one restored.

use rocket::serde::json::Json;
use rocket::{State, get, post};

use crate::api::body::{NoBody, blocking};
use crate::api::condition::IfMatch;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::saving::{self, Asking, Saved, save};
use crate::api::graphs::{head, number, rows};
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::wire::{Cursor, Graph, GraphDiff, GraphSaved, List, VersionPage};
use crate::desk::Desk;
use crate::engine::GraphId;
use crate::store::GraphHead;

/// All versions of a graph, newest first
#[utoipa::path(
    tag = "graphs",
    operation_id = "listVersions",
    responses(
        (status = 200, description = "A page.", body = VersionPage),
        describe::versions,
    )
)]
#[get("/graphs/<id>/versions?<cursor>&<limit>")]
pub(in crate::api) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<VersionPage>, ApiError> {
    let limit = rows(limit)?;
    let most = i64::from(i32::MAX);
    let before = Cursor::read(List::Versions, cursor)?
        .unwrap_or(most)
        .clamp(0, most);
    let desk = desk.inner().clone();
    blocking(move || {
        let head = head(&desk, id)?;
        let found = desk.store.versions(&head.name, before as i32, limit)?;
        let next = Cursor::after(List::Versions, &found, limit, |graph| graph.version);
        let ids: Vec<i64> = found.iter().map(|graph| graph.id).collect();
        let mut tags = desk.store.tags(&ids)?;
        let one = |head: &GraphHead| Graph::of(head, tags.remove(&head.id).unwrap_or_default());
        let graphs = found.iter().map(one).collect();
        Ok(Json(VersionPage { graphs, next }))
    })
    .await
}

/// What changed from one graph to another
///
/// From the graph `with` to this one: most often two versions of one name. Comments, layout and order are no change.
#[utoipa::path(
    tag = "graphs",
    operation_id = "diffGraphs",
    params(("id" = i64, Path), ("with" = i64, Query)),
    responses(
        (status = 200, description = "What changed.", body = GraphDiff),
        describe::versions,
    )
)]
#[get("/graphs/<id>/diff?<with>")]
pub(in crate::api) async fn diff(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    with: Option<&str>,
) -> Result<Json<GraphDiff>, ApiError> {
    let with = number("with", with.or(Some("")))?.unwrap_or_default();
    let desk = desk.inner().clone();
    blocking(move || {
        let diff = desk.diff(GraphId(with), GraphId(id))?;
        Ok(Json(GraphDiff::of(with, id, diff)))
    })
    .await
}

/// Makes a version the newest one again
///
/// Its text is saved as it was written, as the next version. `If-Match` is of the newest version, whose place it takes.
#[utoipa::path(
    tag = "graphs",
    operation_id = "restoreGraph",
    params(IfMatch, RequestKey),
    responses(
        (status = 201, description = "Saved.", body = GraphSaved),
        (status = 200, description = "The newest version was the same; with `dry_run` what would be saved.", body = GraphSaved),
        describe::restore,
    )
)]
#[post("/graphs/<id>/restore?<dry_run>")]
pub(in crate::api) async fn restore(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    condition: IfMatch<'_>,
    key: RequestKey,
    _none: NoBody,
) -> Saved {
    let asking = Asking::new(&caller, dry_run, key, None)?;
    let tags = condition.seen()?.flatten();
    let make = move |desk: &Desk| Ok(desk.restored(GraphId(id), tags.clone())?);
    save(desk, asking, make, saving::version).await
}
