//! `/graphs/<id>/hooks`: what may start a graph without a credential.

use rocket::serde::json::Json;
use rocket::{State, delete, get, post, put};

use crate::api::body::{Body, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::made::Made;
use crate::api::wire::{Cursor, Hook, HookBody, HookMade, HookPage, HookRemoved};
use crate::desk::{Desk, HookChange, HookError};
use crate::engine::GraphId;

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
    let (cursor, limit) = (Cursor::read(cursor)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let graph = desk.graph_of_hooks(GraphId(id))?;
        let found = desk.store.hooks(&graph.name, cursor.unwrap_or(0), limit)?;
        Ok(Json(HookPage {
            next: Cursor::after(&found, limit, |hook| hook.id),
            hooks: found.iter().map(Hook::from).collect(),
        }))
    })
    .await
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
        (status = 200, description = "The same `Idempotency-Key` had made it before.", body = HookMade),
        (status = 201, description = "It is made.", body = HookMade),
        describe::hook,
    )
)]
#[post("/graphs/<id>/hooks", data = "<body>")]
pub(in crate::api) async fn create(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    key: RequestKey,
    body: Body,
) -> Result<Made<Json<HookMade>>, ApiError> {
    let once = key.with(&caller, Some(&body))?;
    let new = change_of(&body)?;
    let desk = desk.inner().clone();
    blocking(move || {
        let make = |desk: &Desk| {
            let (hook, secret) = desk.add_hook(GraphId(id), new, caller.0.name)?;
            Ok((hook, Some(secret)))
        };
        let again = |made| Ok((desk.hook_of(GraphId(id), made)?, None));
        let (hook, secret) = once.run::<_, HookError>(&desk, make, again)?;
        let new = secret.is_some();
        let new = new.then(|| format!("graphs/{id}/hooks/{}", hook.id));
        let made = HookMade {
            hook: Hook::from(&hook),
            secret: secret.map(|secret| secret.text().to_owned()),
        };
        Ok(Made(new, Json(made)))
    })
    .await
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
        (status = 200, description = "It is so now.", body = Hook),
        describe::hook,
    )
)]
#[put("/graphs/<id>/hooks/<hook>", data = "<body>")]
pub(in crate::api) async fn change(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    hook: i64,
    key: RequestKey,
    body: Body,
) -> Result<Json<Hook>, ApiError> {
    let once = key.with(&caller, Some(&body))?;
    let (graph, change) = (GraphId(id), change_of(&body)?);
    let desk = desk.inner().clone();
    blocking(move || {
        once.run(
            &desk,
            |desk| desk.change_hook(graph, hook, change),
            |_| Ok(()),
        )?;
        Ok(Json(Hook::from(&desk.hook_of(graph, hook)?)))
    })
    .await
}

/// Removes a hook
#[utoipa::path(
    tag = "hooks",
    operation_id = "removeHook",
    params(RequestKey),
    responses(
        (status = 200, description = "It is removed.", body = HookRemoved),
        describe::of_graph,
    )
)]
#[delete("/graphs/<id>/hooks/<hook>")]
pub(in crate::api) async fn remove(
    caller: Auth,
    desk: &State<Desk>,
    id: i64,
    hook: i64,
    key: RequestKey,
) -> Result<Json<HookRemoved>, ApiError> {
    let once = key.with(&caller, None)?;
    let desk = desk.inner().clone();
    blocking(move || {
        let remove = |desk: &Desk| desk.remove_hook(GraphId(id), hook);
        once.run(&desk, remove, |_| Ok(()))?;
        Ok(Json(HookRemoved { id: hook }))
    })
    .await
}
