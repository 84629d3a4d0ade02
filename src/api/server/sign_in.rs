//! `/sign-in-links`: a link that signs a browser in, once.

use std::sync::Arc;

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{State, post};

use crate::access::{Access, LINK_MS};
use crate::api::body::{NoBody, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::query::is_dry;
use crate::api::wire::SignInLink;
use crate::clock;
use crate::desk::Desk;
use crate::driver::CommandError;
use crate::engine::Time;
use crate::store::{Deed, Object};

/// Makes a link that signs a browser in, once
///
/// The same `Idempotency-Key` has the same link again for as long as it can be used. It is kept in the memory of the server
/// alone, and good for other requests later.
#[utoipa::path(
    tag = "server",
    operation_id = "makeSignInLink",
    params(RequestKey),
    responses(
        (status = 200, description = "The link.", body = SignInLink),
        describe::write,
    )
)]
#[post("/sign-in-links?<dry_run>")]
pub(in crate::api) async fn link(
    caller: Auth,
    desk: &State<Desk>,
    access: &State<Arc<Access>>,
    dry_run: Option<&str>,
    key: RequestKey,
    _none: NoBody,
) -> Result<Json<SignInLink>, ApiError> {
    let dry_run = is_dry(dry_run)?;
    let (desk, access) = (desk.inner().clone(), Arc::clone(access));
    blocking(move || {
        let link = |path| SignInLink {
            path,
            valid_ms: LINK_MS,
            dry_run,
        };
        if dry_run {
            return Ok(Json(link(None)));
        }
        if let Some(key) = key.text()
            && desk.store.used(key)?.is_some()
        {
            return Err(CommandError::KeyTaken.into());
        }
        let made = access.new_link(Time(clock::now()), key.text());
        let (code, replayed) = made.map_err(|why| {
            tracing::error!(%why, "no sign-in link could be made: {why}");
            ApiError::new(Status::ServiceUnavailable, "unavailable", why.to_string())
        })?;
        key.is_replayed(replayed);
        if !replayed {
            desk.handle.tell(Deed {
                who: caller.0.name.to_owned(),
                verb: "create",
                object: Object::SignInLink,
                name: String::new(),
                number: None,
                detail: String::new(),
            })?;
        }
        Ok(Json(link(Some(format!("/sign-in?code={}", code.text())))))
    })
    .await
}
