//! Stopping a pipeline: a page that asks, and the deed.

use askama::Template;
use rocket::{State, get, post};

use super::answer::{Answer, Failure, Outcome, blocking};
use super::frame::{Frame, Section};
use super::guard::Browser;
use super::posted::Posted;
use crate::desk::{Asked, Desk};
use crate::engine::{Action, PipelineId, TrackState};
use crate::store::PipelineHead;

#[derive(Template)]
#[template(path = "pipelines/stop.html")]
struct StopPage {
    frame: Frame,
    head: PipelineHead,
    running: i64,
    unstarted: i64,
}

/// The most characters of a reason.
const WHY_CHARS: usize = 500;

#[get("/pipelines/<id>/stop")]
pub(super) async fn ask(who: Browser, id: i64, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        let head = desk.store.pipeline(PipelineId(id))?;
        let head = head.ok_or(Failure::Missing("pipeline"))?;
        let counts = desk.store.counts(&[id])?;
        Answer::ok(&view(&who, head, &counts))
    })
    .await
}

fn view(who: &Browser, head: PipelineHead, counts: &[(i64, i16, i64)]) -> StopPage {
    let at = |state: TrackState| {
        let here = counts.iter().filter(|(_, code, _)| *code == state.code());
        here.map(|(_, _, count)| count).sum::<i64>()
    };
    StopPage {
        frame: Frame::new(who, Section::Pipelines),
        head,
        running: at(TrackState::Running),
        unstarted: at(TrackState::Waiting) + at(TrackState::Pending),
    }
}

#[post("/pipelines/<id>/stop", data = "<form>")]
pub(super) async fn stop(who: Browser, id: i64, form: Posted, desk: &State<Desk>) -> Outcome {
    let desk = desk.inner().clone();
    blocking(move || {
        if desk.store.pipeline(PipelineId(id))?.is_none() {
            return Err(Failure::Missing("pipeline"));
        }
        let given: String = form.text("why").trim().chars().take(WHY_CHARS).collect();
        let why = if given.is_empty() { "stopped" } else { &given };
        let asked = Asked {
            who: who.caller.name.to_owned(),
            why: why.to_owned(),
            expect: None,
        };
        desk.act(PipelineId(id), Action::Stop { now: false }, asked)?;
        Ok(Answer::go(format!("/pipelines/{id}")))
    })
    .await
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::view;
    use crate::web::harness::{browser, pipeline_head};
    use crate::web::wellformed;

    #[test]
    fn the_page_says_what_will_be_ended() {
        for (running, words) in [(0, "no script"), (1, "1 script"), (7, "7 scripts")] {
            let page = view(&browser(), pipeline_head(1), &[(1, 2, running), (1, 0, 3)]);
            let html = page.render().expect("renders");
            wellformed::check(&html);
            assert!(html.contains(words), "{words}");
        }
    }
}
