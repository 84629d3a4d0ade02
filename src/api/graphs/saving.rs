//! What is made of a definition: saved, or with `?dry_run=true` only worked out.

use rocket::serde::json::Json;

use crate::api::body::{Body, blocking};
use crate::api::condition::Tagged;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::api::keys::{Once, RequestKey};
use crate::api::made::Made;
use crate::api::query::is_dry;
use crate::api::wire::GraphSaved;
use crate::desk::{Defined, Desk, Draft, EditError};
use crate::engine::GraphId;
use crate::store::Outcome;

/// What became of a definition, with the `ETag` of what is there now.
pub(in crate::api) type Saved = Result<Tagged<Made<Json<GraphSaved>>>, ApiError>;

/// Who asks, with which key, and whether nothing is to be done.
pub(in crate::api) struct Asking {
    pub(in crate::api) who: &'static str,
    pub(in crate::api) once: Once,
    pub(in crate::api) dry: bool,
}

impl Asking {
    pub(in crate::api) fn new(
        caller: &Auth,
        dry_run: Option<&str>,
        key: RequestKey,
        body: Option<&Body>,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            who: caller.0.name,
            dry: is_dry(dry_run)?,
            once: key.with(caller, body)?,
        })
    }
}

/// Saves what `make` makes, or says what would become of it. `new` has the address of what is there for
/// the first time, if something is.
pub(in crate::api) async fn save(
    desk: &Desk,
    asking: Asking,
    make: impl Fn(&Desk) -> Result<Draft, EditError> + Send + 'static,
    new: impl Fn(&Defined) -> Option<String> + Send + 'static,
) -> Saved {
    let desk = desk.clone();
    blocking(move || {
        if asking.dry {
            let would = desk.would_save(make(&desk)?)?;
            let answer = Made(None, Json(GraphSaved::from(would)));
            return Ok(Tagged(None, Some(answer)));
        }
        let deed = |desk: &Desk| desk.save_made(&make, asking.who);
        let again = |id| Ok(desk.defined(GraphId(id))?);
        let defined = asking.once.run(&desk, deed, again)?;
        let answer = Made(new(&defined), Json(GraphSaved::from(&defined)));
        Ok(Tagged(Some(defined.tag), Some(answer)))
    })
    .await
}

/// The address of a version that was made.
pub(in crate::api) fn version(defined: &Defined) -> Option<String> {
    let new = matches!(defined.outcome, Outcome::Created | Outcome::NewVersion);
    new.then(|| format!("graphs/{}", defined.id))
}

/// The address of a part that a version has now and had not before.
pub(in crate::api) fn part(of: String) -> impl Fn(&Defined) -> Option<String> + Send + 'static {
    move |defined| {
        let new = defined.outcome != Outcome::Unchanged;
        new.then(|| format!("graphs/{}/{of}", defined.id))
    }
}
