//! `/pipelines`: the list, and what its query can say.

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::serde::json::Json;
use rocket::{Request, State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::query::Stray;
use crate::api::wire::{FilterBody, Pipeline, PipelinePage};
use crate::desk::Desk;
use crate::store::{PipelineFilter, Place};

/// The query of the list. A name that is not known is refused: a slip would mean all pipelines.
#[derive(Default)]
pub(in crate::api) struct ListQuery {
    filter: FilterBody,
    cursor: Option<String>,
    limit: Option<String>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ListQuery {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match Self::read(request) {
            Ok(query) => Outcome::Success(query),
            Err(why) => {
                request.local_cache(|| Some(Stray(why)));
                Outcome::Error((Status::UnprocessableEntity, ()))
            }
        }
    }
}

impl ListQuery {
    fn read(request: &Request<'_>) -> Result<Self, String> {
        let mut query = Self::default();
        for field in request.query_fields() {
            let name = field.name.source().as_str();
            if name.is_empty() {
                continue;
            }
            let own = [("cursor", &mut query.cursor), ("limit", &mut query.limit)];
            let mut all = query.filter.fields().into_iter().chain(own);
            let Some((_, place)) = all.by_ref().find(|(known, _)| *known == name) else {
                let all = FilterBody::default().fields().map(|(known, _)| known);
                let list = all.map(|known| format!("`{known}`")).join(", ");
                return Err(format!(
                    "`{name}` is not known here: there is {list}, `cursor`, `limit`"
                ));
            };
            if place.replace(field.value.to_owned()).is_some() {
                return Err(format!("`{name}` is there twice"));
            }
        }
        Ok(query)
    }
}

/// Pipelines, the newest first
///
/// All that is said must fit. A list with `since` or `until` and without `graph` is in the order of `created_at`,
/// every other one in the order of numbers.
#[utoipa::path(
    tag = "pipelines",
    operation_id = "listPipelines",
    params(ListQuery),
    responses(
        (status = 200, description = "A page.", body = PipelinePage),
        describe::list,
    )
)]
#[get("/pipelines")]
pub(in crate::api) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    query: ListQuery,
) -> Result<Json<PipelinePage>, ApiError> {
    let (filter, limit) = (query.filter.filter()?, rows(query.limit.as_deref())?);
    let after = query.cursor.map(|text| place(&filter, text)).transpose()?;
    let desk = desk.inner().clone();
    blocking(move || {
        let found = desk.store.find_pipelines(&filter, after, limit)?;
        Ok(Json(PipelinePage {
            pipelines: found.heads.iter().map(Pipeline::from).collect(),
            next: found.next.map(|place| place.to_string()),
        }))
    })
    .await
}

/// Where a page of this list begins.
pub(in crate::api) fn place(filter: &PipelineFilter, text: String) -> Result<Place, ApiError> {
    let place: Option<Place> = text.parse().ok();
    place.filter(|place| filter.is_of(*place)).ok_or_else(|| {
        let detail = format!("`cursor={text}`: write the `next` of the page before it");
        ApiError::new(Status::UnprocessableEntity, "invalid", detail)
    })
}
