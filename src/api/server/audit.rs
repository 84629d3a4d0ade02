//! `/audit`: who changed what people define and keep.

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::wire::{Cursor, Deed, DeedPage, List, moment};
use crate::desk::Desk;
use crate::store::{DeedFilter, Object};

/// Who changed graphs, hooks, secrets and the token, and who drained the server; the newest first
///
/// The newest ones are kept, as many as the setting `deeds_kept` says. What people ask of pipelines and tracks is in their
/// journals.
#[utoipa::path(
    tag = "server",
    operation_id = "listDeeds",
    responses(
        (status = 200, description = "A page.", body = DeedPage),
        describe::list,
    )
)]
#[expect(clippy::too_many_arguments, reason = "one for each word of the query")]
#[get("/audit?<object>&<name>&<who>&<since>&<cursor>&<limit>")]
pub(in crate::api) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    object: Option<&str>,
    name: Option<String>,
    who: Option<String>,
    since: Option<&str>,
    cursor: Option<&str>,
    limit: Option<&str>,
) -> Result<Json<DeedPage>, ApiError> {
    let filter = DeedFilter {
        object: object.map(known).transpose()?,
        name,
        who,
        since: moment("since", since)?,
    };
    let (before, limit) = (Cursor::read(List::Audit, cursor)?, rows(limit)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let found = desk
            .store
            .deeds(&filter, before.unwrap_or(i64::MAX), limit)?;
        let next = Cursor::after(List::Audit, &found, limit, |deed| deed.id);
        let deeds = found.into_iter().map(Deed::from).collect();
        Ok(Json(DeedPage { deeds, next }))
    })
    .await
}

fn known(word: &str) -> Result<Object, ApiError> {
    Object::from_word(word).ok_or_else(|| {
        let words = Object::ALL.map(Object::word).join(", ");
        ApiError::invalid(format!("`object={word}` is none: there are {words}"))
    })
}
