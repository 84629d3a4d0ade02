//! `/token`: the local token.

use std::sync::Arc;

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{State, post};

use crate::access::{Access, TOKEN_FILE};
use crate::api::body::{NoBody, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::wire::NewToken;
use crate::spool::Spool;

/// Makes another token
///
/// It is in `<data>/local.token`. The old one is void, what it watches ends, and all browsers are signed out: any of them may
/// have been let in with it.
#[utoipa::path(
    tag = "server",
    operation_id = "rotateToken",
    responses(
        (status = 200, description = "The file has another token, and the old one is void.", body = NewToken),
        describe::list,
    )
)]
#[post("/token/rotate")]
pub(in crate::api) async fn rotate(
    _caller: Auth,
    access: &State<Arc<Access>>,
    spool: &State<Spool>,
    _none: NoBody,
) -> Result<Json<NewToken>, ApiError> {
    let (access, spool) = (Arc::clone(access), spool.inner().clone());
    blocking(move || {
        access.rotate(spool.data()).map_err(|why| {
            tracing::error!(%why, "the token was not replaced: {why}");
            ApiError::new(Status::ServiceUnavailable, "unavailable", why.to_string())
        })?;
        access.sign_all_out()?;
        let file = spool.data().join(TOKEN_FILE);
        Ok(Json(NewToken {
            file: file.to_string_lossy().into_owned(),
        }))
    })
    .await
}
