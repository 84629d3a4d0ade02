//! `GET /graphs`: graphs that are looked for.

use rocket::serde::json::Json;
use rocket::{State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::rows;
use crate::api::guard::Auth;
use crate::api::wire::{Cursor, GraphListed, GraphPage, List, states};
use crate::desk::Desk;
use crate::engine::PipelineState;
use crate::store::{Archived, GraphFilter};

/// The newest version of each graph, by name
#[utoipa::path(
    tag = "graphs",
    operation_id = "listGraphs",
    responses(
        (status = 200, description = "A page.", body = GraphPage),
        describe::list,
    )
)]
#[expect(clippy::too_many_arguments, reason = "one for each word of the query")]
#[get("/graphs?<name>&<contains>&<tag>&<state>&<archived>&<cursor>&<limit>")]
pub(in crate::api) async fn list(
    _caller: Auth,
    desk: &State<Desk>,
    name: Option<String>,
    contains: Option<String>,
    tag: Option<String>,
    state: Option<&str>,
    archived: Option<&str>,
    cursor: Option<String>,
    limit: Option<&str>,
) -> Result<Json<GraphPage>, ApiError> {
    let states = state.map(|words| states(words, PipelineState::ALL, PipelineState::word));
    let (after, limit) = (Cursor::read(List::Graphs, cursor.as_deref())?, rows(limit)?);
    let filter = GraphFilter {
        after: after.unwrap_or_default(),
        name: name.unwrap_or_default(),
        contains: contains.unwrap_or_default(),
        tag,
        states: states.transpose()?.unwrap_or_default(),
        archived: shelf(archived)?,
    };
    let desk = desk.inner().clone();
    blocking(move || {
        let graphs = desk.store.graphs(&filter, limit)?;
        let next = Cursor::after(List::Graphs, &graphs, limit, |g| g.head.name.clone());
        let graphs = graphs.into_iter().map(GraphListed::from).collect();
        Ok(Json(GraphPage { graphs, next }))
    })
    .await
}

/// Which graphs are wanted, of those that are archived and those that are not.
fn shelf(word: Option<&str>) -> Result<Archived, ApiError> {
    match word {
        None | Some("false") => Ok(Archived::No),
        Some("true") => Ok(Archived::Only),
        Some("any") => Ok(Archived::Too),
        Some(other) => {
            let detail = format!("`archived={other}`: write `true`, `false` or `any`");
            Err(ApiError::invalid(detail))
        }
    }
}
