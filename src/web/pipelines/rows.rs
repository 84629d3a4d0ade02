//! Single rows of the list of pipelines, for a page that keeps them as they are.

use askama::Template;
use rocket::{State, get};

use crate::desk::{Desk, eta};
use crate::store::PipelineHead;
use crate::web::edge::answer::{Answer, Failure, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::lines;
use crate::web::pipelines::filter::Asked;
use crate::web::pipelines::list::{MOST_NEWER, PAGE, Shown, shown, states};

/// Rows of the list, to be put in their places.
#[derive(Template)]
#[template(path = "pipelines/rows.html")]
struct Rows {
    frame: Frame,
    shown: Shown,
}

#[get("/pipelines/rows?<ids>&<top>&<asked..>")]
pub(in crate::web) async fn rows(
    who: Browser,
    ids: &str,
    top: i64,
    asked: Asked,
    desk: &State<Desk>,
) -> Outcome {
    let ids: Vec<i64> = ids.split(',').filter_map(|id| id.parse().ok()).collect();
    let desk = desk.inner().clone();
    blocking(move || {
        let ids = &ids[..ids.len().min(PAGE)];
        let filter = asked
            .filter(&who.look)
            .map_err(|_| Failure::Missing("list"))?;
        let newest = desk
            .store
            .find_pipelines(&filter, None, MOST_NEWER as i64)?;
        let heads: Vec<PipelineHead> = desk.store.heads(ids)?.into_values().collect();
        let counts = lines::counts(&desk, ids)?;
        let left = eta::of_running(&desk.store, &heads, who.now.0)?;
        let states = states(&desk, &asked)?;
        let newer = newest.heads.iter().filter(|head| head.id > top).count();
        let shown = shown(&who, &asked, (&heads, &counts, &left), &states, newer);
        let frame = Frame::new(&who, Section::Pipelines);
        Answer::ok(&Rows { frame, shown })
    })
    .await
}
