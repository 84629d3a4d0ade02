//! The list of pipelines.

use askama::Template;
use rocket::{State, get};

use crate::desk::Desk;
use crate::store::PipelineHead;
use crate::web::edge::answer::{Answer, Outcome, blocking};
use crate::web::edge::guard::Browser;
use crate::web::parts::frame::{Frame, Section};
use crate::web::parts::lines::{self, RunLine};

/// Pipelines on one page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "pipelines/list.html")]
struct PipelinesPage {
    frame: Frame,
    runs: Vec<RunLine>,
    /// This is not the newest page.
    older: bool,
    /// The last pipeline of this page, when there are older ones.
    next: Option<i64>,
}

#[get("/pipelines?<cursor>")]
pub(in crate::web) async fn list(who: Browser, cursor: Option<i64>, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let from = cursor.unwrap_or(i64::MAX);
        let mut heads = desk.store.pipelines(from, PAGE as i64 + 1)?;
        let more = heads.len() > PAGE;
        heads.truncate(PAGE);
        let ids: Vec<i64> = heads.iter().map(|head| head.id).collect();
        let counts = lines::counts(&desk, &ids)?;
        Answer::ok(&view(&who, &heads, &counts, (cursor.is_some(), more)))
    })
    .await
}

fn view(
    who: &Browser,
    heads: &[PipelineHead],
    counts: &[(i64, i16, i64)],
    (older, more): (bool, bool),
) -> PipelinesPage {
    let line = |head| lines::run(head, counts, who.now.0);
    let runs: Vec<RunLine> = heads.iter().map(line).collect();
    PipelinesPage {
        frame: Frame::new(who, Section::Pipelines),
        next: runs.last().filter(|_| more).map(|run| run.id),
        runs,
        older,
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::view;
    use crate::web::tests::harness::{browser, pipeline_head};
    use crate::web::tests::wellformed;

    #[test]
    fn none_one_and_many() {
        for count in [0, 1, 50] {
            let heads: Vec<_> = (1..=count).rev().map(pipeline_head).collect();
            let page = view(
                &browser(),
                &heads,
                &[(1, 3, 1), (1, 4, 2)],
                (false, count > 1),
            );
            let html = page.render().expect("renders");
            wellformed::check(&html);
            assert_eq!(html.contains("No pipelines yet"), count == 0);
            assert_eq!(html.contains("?cursor=1\""), count > 1);
        }
    }
}
