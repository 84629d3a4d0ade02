//! `/sign-in-links`: a link that signs a browser in, once.

use std::sync::Arc;

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{State, post};

use crate::access::Access;
use crate::api::body::NoBody;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::wire::SignInLink;
use crate::clock;
use crate::engine::Time;

/// Makes a link that signs a browser in, once
#[utoipa::path(
    tag = "server",
    operation_id = "makeSignInLink",
    responses(
        (status = 200, description = "The link.", body = SignInLink),
        describe::list,
    )
)]
#[post("/sign-in-links")]
pub(in crate::api) fn link(
    _caller: Auth,
    access: &State<Arc<Access>>,
    _none: NoBody,
) -> Result<Json<SignInLink>, ApiError> {
    let code = access.new_link(Time(clock::now())).map_err(|why| {
        tracing::error!(%why, "no sign-in link could be made: {why}");
        ApiError::new(Status::ServiceUnavailable, "unavailable", why.to_string())
    })?;
    Ok(Json(SignInLink {
        path: format!("/sign-in?code={}", code.text()),
    }))
}
