//! The list of graphs.

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::engine::GraphId;
use crate::store::{GraphFilter, GraphHead};
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::when::{When, when};

/// Graphs on one page.
const PAGE: usize = 100;

/// A graph in the list.
struct GraphLine {
    id: i64,
    name: String,
    version: i32,
    vertices: i32,
    checked: bool,
    sealed: bool,
    changed: When,
}

#[derive(Template)]
#[template(path = "graphs/list.html")]
struct GraphsPage {
    frame: Frame,
    lines: Vec<GraphLine>,
    /// This is not the beginning of the list.
    later: bool,
    /// The last graph of this page, when there are more.
    next: Option<i64>,
}

#[get("/graphs?<after>")]
pub(in crate::web) async fn list(who: Browser, after: Option<i64>, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        // The address has a number, the list is by name.
        let from = after.map(|id| desk.store.graph(GraphId(id))).transpose()?;
        let name = from.flatten().map(|head| head.name).unwrap_or_default();
        let later = !name.is_empty();
        let filter = GraphFilter {
            after: name,
            ..GraphFilter::default()
        };
        let heads = desk.store.graphs(&filter, PAGE as i64 + 1)?;
        let heads = heads.into_iter().map(|listed| listed.head).collect();
        Answer::ok(&view(&who, heads, later))
    })
    .await
}

fn view(who: &Browser, mut heads: Vec<GraphHead>, later: bool) -> GraphsPage {
    let more = heads.len() > PAGE;
    heads.truncate(PAGE);
    let next = heads.last().filter(|_| more).map(|head| head.id);
    let line = |head: GraphHead| GraphLine {
        id: head.id,
        name: head.name,
        version: head.version,
        vertices: head.vertices,
        checked: head.checked,
        sealed: head.sealed,
        changed: when(head.updated_at),
    };
    GraphsPage {
        frame: Frame::new(who, Section::Graphs),
        lines: heads.into_iter().map(line).collect(),
        later,
        next,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{PAGE, view};
    use crate::web::tests::harness::{HOSTILE, browser, graph_head};
    use crate::web::tests::wellformed;

    #[test]
    fn none_one_and_many() {
        for (count, next) in [
            (0, None),
            (1, None),
            (PAGE, None),
            (PAGE + 1, Some(PAGE as i64)),
        ] {
            let heads = (1..=count as i64)
                .map(|id| graph_head(id, HOSTILE))
                .collect();
            let page = view(&browser(), heads, false);
            assert_eq!(page.next, next);
            let html = page.render().expect("renders");
            wellformed::check(&html);
            assert_eq!(html.contains("No graphs yet"), count == 0);
        }
    }
}
