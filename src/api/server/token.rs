//! `/token`: the local token.

use std::sync::Arc;

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{State, post};

use crate::access::{Access, RotateError, TOKEN_FILE};
use crate::api::body::{NoBody, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::query::is_dry;
use crate::api::wire::NewToken;
use crate::desk::Desk;
use crate::spool::Spool;

/// Makes another token
///
/// It is in `<data>/local.token`. The old one is void, what it watches ends, and all browsers are signed out: any of them may
/// have been let in with it.
#[utoipa::path(
    tag = "server",
    operation_id = "rotateToken",
    params(RequestKey),
    responses(
        (status = 200, description = "The file has another token, and the old one is void; with `dry_run` it would be so.", body = NewToken),
        describe::write,
    )
)]
#[post("/token/rotate?<dry_run>")]
pub(in crate::api) async fn rotate(
    caller: Auth,
    desk: &State<Desk>,
    access: &State<Arc<Access>>,
    spool: &State<Spool>,
    dry_run: Option<&str>,
    key: RequestKey,
    _none: NoBody,
) -> Result<Json<NewToken>, ApiError> {
    let (dry_run, once) = (is_dry(dry_run)?, key.with(&caller, None)?);
    let (desk, access) = (desk.inner().clone(), Arc::clone(access));
    let data = spool.data().to_owned();
    blocking(move || {
        if !dry_run {
            let _turn = access.turn();
            let rotate = |desk: &Desk| access.rotate(&data, &desk.handle, caller.0.name);
            once.run(&desk, rotate, |mark| access.finish(&data, mark))?;
        }
        let file = data.join(TOKEN_FILE).to_string_lossy().into_owned();
        Ok(Json(NewToken { file, dry_run }))
    })
    .await
}

impl From<RotateError> for ApiError {
    fn from(error: RotateError) -> Self {
        let why = match error {
            RotateError::Command(error) => return error.into(),
            RotateError::Token(_) | RotateError::Half(_) => error.to_string(),
        };
        tracing::error!(%why, "the token was not replaced: {why}");
        Self::new(Status::ServiceUnavailable, "unavailable", why)
    }
}
