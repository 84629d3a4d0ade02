//! `/graphs/<id>/hooks`: what may start a graph without a credential.

use std::slice;

use rocket::serde::json::Json;
use rocket::{State, delete, get, post, put};

use crate::api::body::{Body, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::made::Made;
use crate::api::query::is_dry;
use crate::api::wire::{
    Cursor, Hook, HookBody, HookChanged, HookMade, HookMadeOrPreview, HookPage, HookPreview,
    HookRemoved, List,
};
use crate::desk::{Desk, HookChange, HookError};
use crate::engine::GraphId;
use crate::store::HookHead;

/// The hooks of a graph
///
/// They belong to its name, not to one version.
#[utoipa::path(
    tag = "hooks",
    operation_id = "listHooks",
    responses(
        (status = 200, description = "A page.", body = HookPage),
        describe::versions,
    )
)]
#[get("/graphs/<id>/hooks?<cursor>&<limit>")]
pub(in crate::api) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<HookPage>, ApiError> {
    let (cursor, limit) = (Cursor::read(List::Hooks, cursor)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let graph = desk.graph_of_hooks(GraphId(id))?;
        let found = desk.store.hooks(&graph.name, cursor.unwrap_or(0), limit)?;
        let problems = desk.hook_problems(&graph.name, &found)?;
        Ok(Json(HookPage {
            next: Cursor::after(List::Hooks, &found, limit, |hook| hook.id),
            hooks: found.iter().zip(problems).map(Hook::of).collect(),
        }))
    })
    .await
}

/// A hook with what is wrong with it.
fn whole(desk: &Desk, head: &HookHead) -> Result<Hook, HookError> {
    let problems = desk.hook_problems(&head.graph, slice::from_ref(head))?;
    Ok(Hook::of((head, problems.into_iter().flatten().collect())))
}

fn change_of(body: &Body) -> Result<HookChange, ApiError> {
    let change = HookChange::try_from(body.json::<HookBody>()?);
    Ok(change.map_err(|why| HookError::Fields(vec![why]))?)
}

/// Makes a hook
///
/// Its secret is in the answer, and nowhere later. How it is called: docs/hooks.md.
#[utoipa::path(
    tag = "hooks",
    operation_id = "makeHook",
    params(RequestKey),
    request_body = HookBody,
    responses(
        (status = 200, description = "The same `Idempotency-Key` had made it before; with `dry_run` what would be made.", body = HookMadeOrPreview),
        (status = 201, description = "It is made.", body = HookMade),
        describe::hook,
    )
)]
#[post("/graphs/<id>/hooks?<dry_run>", data = "<body>")]
pub(in crate::api) async fn create(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Made<Json<HookMadeOrPreview>>, ApiError> {
    let (dry, once) = (is_dry(dry_run)?, key.with(&caller, Some(&body))?);
    let new = change_of(&body)?;
    let desk = desk.inner().clone();
    blocking(move || {
        let who = caller.0.name;
        if dry {
            let (head, _) = desk.add_hook(GraphId(id), new, who, true)?;
            let would = HookMadeOrPreview::Preview(HookPreview::from(&head));
            return Ok(Made(None, Json(would)));
        }
        let make = |desk: &Desk| desk.add_hook(GraphId(id), new, who, false);
        let again = |made| Ok((desk.hook_of(GraphId(id), made)?, None));
        let (head, secret) = once.run::<_, HookError>(&desk, make, again)?;
        let new = secret.is_some();
        let new = new.then(|| format!("graphs/{id}/hooks/{}", head.id));
        let made = HookMade {
            hook: whole(&desk, &head)?,
            secret: secret.map(|secret| secret.text().to_owned()),
        };
        Ok(Made(new, Json(HookMadeOrPreview::Made(made))))
    })
    .await
}

/// One hook, with what keeps it from starting the newest version
#[utoipa::path(
    tag = "hooks",
    operation_id = "getHook",
    responses(
        (status = 200, description = "The hook, without its secret.", body = Hook),
        describe::of_track,
    )
)]
#[get("/graphs/<id>/hooks/<hook>")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    id: i64,
    hook: i64,
) -> Result<Json<Hook>, ApiError> {
    let desk = desk.inner().clone();
    blocking(move || Ok(Json(whole(&desk, &desk.hook_of(GraphId(id), hook)?)?))).await
}

/// Changes a hook
///
/// What is left out stays. With `"enabled": false` it starts nothing.
#[utoipa::path(
    tag = "hooks",
    operation_id = "changeHook",
    params(RequestKey),
    request_body = HookBody,
    responses(
        (status = 200, description = "It is so now; with `dry_run` it would be.", body = HookChanged),
        describe::hook,
    )
)]
#[put("/graphs/<id>/hooks/<hook>?<dry_run>", data = "<body>")]
pub(in crate::api) async fn change(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    hook: i64,
    dry_run: Option<&str>,
    key: RequestKey,
    body: Body,
) -> Result<Json<HookChanged>, ApiError> {
    let (dry_run, once) = (is_dry(dry_run)?, key.with(&caller, Some(&body))?);
    let (which, change) = ((GraphId(id), hook), change_of(&body)?);
    let who = caller.0.name;
    let desk = desk.inner().clone();
    blocking(move || {
        let head = match dry_run {
            true => desk.change_hook(which, change, who, true)?,
            false => {
                let change = |desk: &Desk| desk.change_hook(which, change, who, false);
                once.run::<_, HookError>(&desk, change, |_| desk.hook_of(which.0, hook))?
            }
        };
        let hook = whole(&desk, &head)?;
        Ok(Json(HookChanged { hook, dry_run }))
    })
    .await
}

/// Removes a hook
#[utoipa::path(
    tag = "hooks",
    operation_id = "removeHook",
    params(RequestKey),
    responses(
        (status = 200, description = "It is removed; with `dry_run` it would be.", body = HookRemoved),
        describe::of_graph,
    )
)]
#[delete("/graphs/<id>/hooks/<hook>?<dry_run>")]
pub(in crate::api) async fn remove(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    hook: i64,
    dry_run: Option<&str>,
    key: RequestKey,
) -> Result<Json<HookRemoved>, ApiError> {
    let (dry_run, once) = (is_dry(dry_run)?, key.with(&caller, None)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let (which, who) = ((GraphId(id), hook), caller.0.name);
        let remove = |desk: &Desk| desk.remove_hook(which, who, false);
        match dry_run {
            true => desk.remove_hook(which, who, true)?,
            false => once.run(&desk, remove, |_| Ok(()))?,
        }
        Ok(Json(HookRemoved { id: hook, dry_run }))
    })
    .await
}
