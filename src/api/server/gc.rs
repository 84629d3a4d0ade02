//! `/gc`: what is over is deleted as the rules of graphs and server say.

use rocket::serde::json::Json;
use rocket::{State, post};

use crate::api::body::{NoBody, blocking};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::keys::RequestKey;
use crate::api::query::is_dry;
use crate::api::wire::Collected;
use crate::clock;
use crate::desk::{Collecting, Desk};

/// Pipelines that one request deletes at most.
const MOST: u64 = 2_000;

/// Deletes what is over, as the rules of graphs and server say
///
/// The server does so by itself, as often as the setting `retention_every` says. One request deletes 2,000 pipelines at most:
/// ask again while `more` is true. With `dry_run` all are counted.
#[utoipa::path(
    tag = "server",
    operation_id = "collectGarbage",
    params(RequestKey),
    responses(
        (status = 200, description = "What was deleted; with `dry_run` what would be.", body = Collected),
        describe::write,
    )
)]
#[post("/gc?<graph>&<dry_run>")]
pub(in crate::api) async fn collect(
    caller: Auth,
    desk: &State<Desk>,
    graph: Option<String>,
    dry_run: Option<&str>,
    key: RequestKey,
    _none: NoBody,
) -> Result<Json<Collected>, ApiError> {
    let (dry, parts) = (is_dry(dry_run)?, key.of_start());
    let (who, once) = (caller.0.name, key.with(&caller, None)?);
    let desk = desk.inner().clone();
    blocking(move || {
        let rules = desk.retention_rules(clock::now())?;
        let collect = |desk: &Desk| {
            let how = Collecting {
                who,
                dry,
                graph: graph.as_deref(),
                most: if dry { u64::MAX } else { MOST },
            };
            let done = desk.collect(&rules, how, &|| false)?;
            if !dry {
                let made = done.pipelines() + done.refused;
                desk.handle.done(i64::try_from(made).unwrap_or(i64::MAX))?;
            }
            Ok::<_, ApiError>(Collected::of(done, &rules, dry))
        };
        if dry {
            return Ok(Json(collect(&desk)?));
        }
        // Each pipeline that was deleted has a note of its own: those of the request tell how many.
        let again = |_| {
            let parts = desk
                .store
                .used_in_parts(parts.as_deref().unwrap_or_default())?;
            let mut told = Collected::of(Default::default(), &rules, false);
            told.pipelines = parts.len() as u64;
            told.more = told.pipelines >= MOST;
            Ok(told)
        };
        Ok(Json(once.run(&desk, collect, again)?))
    })
    .await
}
